package output

import (
	"cmp"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// Columns are the columns of CSV and of spreadsheets, in their order. They
// are a contract.
var Columns = []string{
	"id", "severity", "status", "baseline", "check", "title", "account_id", "account_name", "region", "vpc_id", "group_id",
	"group_name", "resource_id", "direction", "protocol", "ports", "services", "source", "rule_ids", "attached", "exposure",
	"message", "fix", "references", "group_arn", "rule_description", "tags",
	"reason", "owner", "ticket", "expires", "first_seen", "base_severity", "resource_type", "resource_name", "interfaces", "public_ips", "unused_grade", "commands", "severity_before",
}

// Row returns the cells of a finding, one for each column.
func Row(f *findings.Finding) []string {
	f = f.Detailed()
	rule := f.Rule.Texts()
	tags := appendTags(make([]string, 0, len(f.Tags)), f)
	const sep = "; "
	accepted, firstSeen, before := cmp.Or(f.Suppression, &findings.Suppression{}), "", ""
	if f.MoreSevere() {
		before = f.SeverityBefore.String()
	}
	if f.FirstSeen != nil {
		firstSeen = f.FirstSeen.UTC().Format(time.RFC3339)
	}
	var interfaces, public []string // as many as the report lists; attached counts all
	for _, i := range f.Interfaces {
		interfaces = append(interfaces, i.ID)
		if i.PublicIP != "" {
			public = append(public, i.PublicIP)
		}
	}
	return []string{
		f.ID, f.Severity.String(), f.Status, f.Baseline, f.Check, f.Title, f.AccountID, f.AccountName, f.Region, f.VPCID, f.GroupID,
		f.GroupName, f.ResourceID, rule.Direction, rule.Protocol, rule.Ports, strings.Join(f.Services, sep), rule.Source,
		strings.Join(rule.RuleIDs, sep), strconv.Itoa(f.Attached), string(f.Exposure.Verdict),
		f.Message, f.Fix.Summary, strings.Join(f.References, sep), f.GroupARN, rule.Description, strings.Join(tags, sep),
		accepted.Reason, accepted.Owner, accepted.Ticket, accepted.Expires, firstSeen, f.BaseSeverity.String(), f.ResourceType, resourceName(f),
		strings.Join(interfaces, sep), strings.Join(public, sep), unusedGrade(f), commandCell(f), before,
	}
}

// mostCommandBytes is how long a cell of commands may be: a spreadsheet cuts off what is
// longer than 32,767 characters.
const mostCommandBytes = 30_000

// commandCell returns the commands of a fix as one line that a shell runs in their order,
// up to the first that fails. Deletions, which a plan holds only if it is asked for them, are
// a comment at the end. Where a spreadsheet needs another text than a shell, as for the
// description "x;=1", or would cut the line off, the cell says what prints the commands.
func commandCell(f *findings.Finding) string {
	lines := f.CommandsToShow()
	if len(lines) == 0 {
		return ""
	}
	text := lines[0]
	comment := strings.HasPrefix(text, "# ")
	for _, line := range lines[1:] {
		switch rest, is := strings.CutPrefix(line, "# "); {
		case comment: // and so are all that follow: deletions are last
			text += ": " + rest
		case is:
			text, comment = text+" "+line, true
		default:
			text += " && " + line
		}
	}
	if len(text) > mostCommandBytes || harmless(text) != text {
		return "# sgaudit explain " + f.ID + " prints the commands"
	}
	return text
}

// unusedGrade says how certain it is that an unused group is not needed.
func unusedGrade(f *findings.Finding) string {
	if f.Unused == nil {
		return ""
	}
	return f.Unused.Grade.String()
}

// resourceName is the name of the group or resource, or what an interface without
// a name is attached to, as in "instance i-0123456789abcdef0".
func resourceName(f *findings.Finding) string {
	switch {
	case f.ResourceName != "":
		return f.ResourceName
	case f.ResourceID == f.GroupID:
		return f.GroupName
	case len(f.Interfaces) > 0 && f.Interfaces[0].ID == f.ResourceID:
		return f.Interfaces[0].Owner
	}
	return ""
}

// CSV follows RFC 4180: CRLF, a header always, one row for each finding.
var _ = tagged(declare("csv", "text/csv", "one row for each finding, for spreadsheets", func(w io.Writer, r *findings.Report, o Options) error {
	return writeCSV(w, findingTable(r, o.TagColumns))
}))

// harmless returns the cell as one line of text that a spreadsheet does not run
// as a formula: it gets a leading apostrophe where what it begins with, after
// blanks and characters that are not shown, may begin a formula. Some programs
// also divide lines at semicolons, whatever the file's own separator is, so the
// parts between them are treated alike.
func harmless(cell string) string {
	if !formulaIn(cell) { // nearly every cell
		return words.Plain(cell)
	}
	parts := strings.Split(cell, ";")
	for i, part := range parts {
		shown := words.Plain(part)
		if begin := strings.TrimLeftFunc(part, blank); begin != "" && strings.ContainsRune(formula, firstRune(begin)) {
			blanks := len(shown) - len(strings.TrimLeft(shown, " "))
			if i == 0 {
				blanks = 0
			}
			shown = shown[:blanks] + "'" + shown[blanks:]
		}
		parts[i] = shown
	}
	return strings.Join(parts, ";")
}

// formula holds what formulas begin with, in the ASCII, full-width and small
// forms that spreadsheets take for the same.
const formula = "=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"

// formulaIn reports whether a part of the cell begins like a formula.
func formulaIn(cell string) bool {
	begins := true
	for _, r := range cell {
		switch {
		case begins && strings.ContainsRune(formula, r):
			return true
		case r == ';':
			begins = true
		case begins:
			begins = blank(r)
		}
	}
	return false
}

// blank reports whether a spreadsheet may skip the character before a formula:
// blanks of any width, line breaks, and characters that are not shown.
func blank(r rune) bool {
	if r < 0x7f {
		return r <= ' '
	}
	return unicode.IsSpace(r) || unicode.In(r, unicode.Z) || words.Plain(string(r)) != string(r)
}

func firstRune(text string) rune {
	r, _ := utf8.DecodeRuneInString(text)
	return r
}
