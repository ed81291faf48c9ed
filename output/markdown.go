package output

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// Markdown for a pull request, an issue or a chat, in what GitHub and GitLab
// have in common. What is new comes first, then the findings, what was read and
// what was not. GitHub takes 65,536 characters in a comment and GitLab a
// million: lists end after some lines, and say how many more there are. Texts
// from outside are text: they make no link, mention no one and hold no markup.
var _ = declare("markdown", "text/markdown", "a summary for a pull request, an issue or a chat: what is new first", writeMarkdown)

const (
	markdownRows = 40  // of a table
	markdownCell = 300 // characters of a message
	markdownNote = 900 // characters of a note on a check
)

func writeMarkdown(w io.Writer, r *findings.Report, _ Options) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "## Security groups of %s\n\n%s\n", markdownCode(words.List(accounts(r), 3)), markdownText(headline(r)))
	var graver []*findings.Finding
	if r.Comparison != nil {
		fresh := chosen(r, func(f *findings.Finding) bool { return f.Status != findings.Suppressed && f.Baseline == findings.New })
		since := " since " + r.Comparison.Baseline.UTC().Format("2006-01-02 15:04") + " UTC"
		markdownTable(&out, "New"+since, fresh)
		graver = chosen(r, func(f *findings.Finding) bool { return f.Status != findings.Suppressed && f.MoreSevere() })
		markdownTable(&out, "More severe"+since, graver)
		markdownKnown(&out, "Fixed", r.Comparison.Fixed)
		markdownKnown(&out, "Unknown: not judged this time", r.Comparison.Unknown)
	}
	title := "Findings"
	switch {
	case len(graver) > 0:
		title = "Findings that are neither new nor more severe"
	case r.Comparison != nil:
		title = "Findings that are not new"
	}
	markdownTable(&out, title, chosen(r, func(f *findings.Finding) bool {
		return f.Status != findings.Suppressed && (r.Comparison == nil || !f.News())
	}))
	markdownAccepted(&out, r)
	markdownControls(&out, r)
	markdownCoverage(&out, r)
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("writing Markdown: %w", err)
	}
	return nil
}

func markdownTable(out *bytes.Buffer, title string, list []*findings.Finding) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(out, "\n### %s: %d\n\n| Severity | Where | Resource | Rule | Finding | Fix |\n| --- | --- | --- | --- | --- | --- |\n", title, len(list))
	for _, f := range list[:min(markdownRows, len(list))] {
		severity := f.Severity.String()
		if f.MoreSevere() {
			severity += ", " + f.Mark()
		}
		fmt.Fprintf(out, "| %s | %s | %s | %s | %s | %s |\n", severity, markdownCode(placeWords(f.AccountID, f.AccountName, f.Region)), markdownCode(resourceWords(f)),
			markdownCode(ruleWords(f)), markdownText(runes(f.Message, markdownCell)), markdownText(runes(f.Fix.Summary, markdownCell)))
	}
	if more := len(list) - markdownRows; more > 0 {
		fmt.Fprintf(out, "\nAnd %d more: see `-o json` or `-o csv`.\n", more)
	}
}

func markdownKnown(out *bytes.Buffer, title string, list []findings.Ref) {
	if len(list) == 0 {
		return
	}
	const most = 20
	fmt.Fprintf(out, "\n### %s: %d\n\n", title, len(list))
	for _, k := range list[:min(most, len(list))] {
		fmt.Fprintf(out, "- %s %s: %s\n", k.Severity, markdownCode(strings.TrimSpace(k.AccountID+" "+k.Region+" "+k.Subject())), markdownText(runes(k.Message, markdownCell)))
	}
	if more := len(list) - most; more > 0 {
		fmt.Fprintf(out, "- and %d more\n", more)
	}
}

func markdownAccepted(out *bytes.Buffer, r *findings.Report) {
	list := chosen(r, func(f *findings.Finding) bool { return f.Status == findings.Suppressed })
	if len(list) == 0 {
		return
	}
	const most = 20
	fmt.Fprintf(out, "\n### Suppressed by exceptions: %d\n\n", len(list))
	for _, f := range list[:min(most, len(list))] {
		fmt.Fprintf(out, "- %s %s %s: %s\n", f.Severity, markdownCode(resourceWords(f)), markdownText(f.Title), markdownText(runes(accepted(f), markdownCell)))
	}
	if more := len(list) - most; more > 0 {
		fmt.Fprintf(out, "- and %d more\n", more)
	}
}

// markdownControls lists the controls of the framework that was asked for.
func markdownControls(out *bytes.Buffer, r *findings.Report) {
	if len(r.Controls) == 0 {
		return
	}
	fmt.Fprintf(out, "\n### Controls of %s\n\n| Control | Status | Findings | Checks |\n| --- | --- | --- | --- |\n", markdownText(r.Controls[0].Framework))
	for i := range r.Controls[:min(markdownRows, len(r.Controls))] {
		c := &r.Controls[i]
		fmt.Fprintf(out, "| %s | %s | %d | %s |\n", markdownText(c.Control), markdownText(c.Status), len(c.Findings), markdownText(runes(strings.Join(c.Checks, ", "), markdownCell)))
	}
	if more := len(r.Controls) - markdownRows; more > 0 {
		fmt.Fprintf(out, "\nAnd %d more: see `-o json`.\n", more)
	}
}

func markdownCoverage(out *bytes.Buffer, r *findings.Report) {
	groups, rules, interfaces := 0, 0, 0
	regions, _ := r.Regions()
	for i := range r.Coverage {
		if c := &r.Coverage[i]; c.Status != "skipped" {
			groups, rules, interfaces = groups+c.SecurityGroups, rules+c.Rules, interfaces+c.NetworkInterfaces
		}
	}
	fmt.Fprintf(out, "\n### Coverage\n\nRead %s at depth %s: %s, %s, %s.\n", words.Count(regions, "region"), markdownText(r.Depth),
		words.Count(groups, "security group"), words.Count(rules, "rule"), words.Count(interfaces, "network interface"))
	if text := inactiveLine(r, 10); text != "" {
		fmt.Fprintf(out, "\n%s.\n", markdownText(runes(text, markdownCell)))
	}
	const most = 40
	all := sameGaps(unread(r))
	for i, same := range all[:min(most, len(all))] {
		if i == 0 {
			out.WriteString("\n#### Not read in full\n\n")
		}
		g, place := same.Gap, placeWords(same.regions[0].AccountID, same.regions[0].AccountName, same.regions[0].Region)
		if len(same.regions) > 1 {
			g.Message, place = same.message(), same.where()
		}
		fmt.Fprintf(out, "- %s: %s\n", markdownCode(place), markdownText(runes(gapWords(&g), markdownCell)))
	}
	if more := len(all) - most; more > 0 {
		fmt.Fprintf(out, "- and %d more\n", more)
	}
	texts := sharedNotes(r, func(check string) bool {
		return slices.ContainsFunc(r.Findings, func(f findings.Finding) bool { return f.Check == check && f.Status != findings.Suppressed })
	})
	for _, text := range texts[:min(most, len(texts))] {
		fmt.Fprintf(out, "\n%s\n", markdownText(runes(text, markdownNote)))
	}
	if more := len(texts) - most; more > 0 {
		fmt.Fprintf(out, "\nand %d more such notes\n", more)
	}
	if len(r.NotEvaluated) == 0 {
		return
	}
	fmt.Fprintf(out, "\n#### Not evaluated: %d\n\n", len(r.NotEvaluated))
	lines, left := 0, len(r.NotEvaluated)
	line := func(checks int, what, place, reason string) {
		if lines++; lines <= most {
			left -= checks
			fmt.Fprintf(out, "- %s in %s: %s\n", what, markdownCode(place), markdownText(runes(reason, markdownCell)))
		}
	}
	folded := map[string]*sameReason{}
	var order []*sameReason
	together, single := notEvaluatedApart(r)
	for _, n := range single {
		line(1, markdownCode(n.Check), strings.TrimSpace(n.AccountID+" "+n.Region), n.Reason)
	}
	for _, u := range together {
		key := u.account + " " + u.reason
		if folded[key] == nil {
			folded[key] = &sameReason{unevaluated: u}
			order = append(order, folded[key])
		}
		folded[key].regions = append(folded[key].regions, u.region)
		folded[key].sum += len(u.checks)
	}
	for _, s := range order {
		line(s.sum, words.Count(len(s.checks), "check"), strings.TrimSpace(s.account+" "+words.List(s.regions, 3)), s.reason)
	}
	if left > 0 {
		fmt.Fprintf(out, "- and %d more\n", left)
	}
}

// sameReason is what could not be evaluated in regions of one account for one reason.
type sameReason struct {
	unevaluated
	regions []string
	sum     int // checks of all regions
}

// chosen returns the findings that are wanted, in their order.
func chosen(r *findings.Report, wanted func(*findings.Finding) bool) []*findings.Finding {
	var list []*findings.Finding
	for i := range r.Findings {
		if wanted(&r.Findings[i]) {
			list = append(list, &r.Findings[i])
		}
	}
	return list
}

// headline sums up the report in one or two sentences of plain text.
func headline(r *findings.Report) string {
	total, text := r.Summary.Total(), ""
	var parts []string
	for _, s := range findings.Severities() {
		if n := r.Summary.Of(s); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	switch {
	case total > 0:
		text = words.Count(total, "finding") + ": " + strings.Join(parts, ", ") + "."
	case nothingRead(r):
		text = "Nothing could be read."
	case len(unread(r)) > 0:
		text = "Nothing was found in what could be read."
	case nothingEvaluated(r):
		text = "Nothing was found, and no check was evaluated in full."
	default:
		text = "Nothing was found."
	}
	if n := len(unread(r)); n > 0 {
		text += fmt.Sprintf(" INCOMPLETE: %s could not be read in full.", words.Count(n, "region"))
	}
	if r.Summary.Suppressed > 0 {
		text += fmt.Sprintf(" %d suppressed.", r.Summary.Suppressed)
	}
	if n := r.Summary.NotEvaluated; n > 0 {
		text += fmt.Sprintf(" %d not evaluated.", n)
	}
	if left := leftOut(r); left != "" {
		text += " " + left + "."
	}
	return text
}

// markdownText returns a text from outside as Markdown that shows it. Texts in
// which GitHub or GitLab would find a link, a person, an issue or another
// reference become code, in which they look for none.
func markdownText(text string) string {
	if strings.ContainsAny(text, "@#!%~") || linked(text) {
		return markdownCode(text)
	}
	return words.Markdown(text)
}

// markdownCode returns a text from outside as code. Ids and addresses stand
// between backticks. Other texts stand in an element of HTML, with references
// to characters for all that Markdown, tables and links could begin with.
func markdownCode(text string) string {
	if text == "" {
		return ""
	}
	text = words.Plain(text)
	if strings.IndexFunc(text, func(r rune) bool { return !plainCode(r) }) < 0 && strings.TrimSpace(text) == text {
		return "`" + text + "`"
	}
	var out strings.Builder
	out.WriteString("<code>")
	link := linked(text)
	for _, r := range text {
		if r < 0x7f && !plainCode(r) || r == '_' || link && (r == ':' || r == '.') {
			fmt.Fprintf(&out, "&#%d;", r)
		} else {
			out.WriteRune(r)
		}
	}
	out.WriteString("</code>")
	return out.String()
}

// linked reports whether a reader would make a link of a part of the text.
func linked(text string) bool {
	return strings.Contains(text, "://") || strings.Contains(strings.ToLower(text), "www.") || strings.Contains(text, "@")
}

func plainCode(r rune) bool {
	return asciiAlphanumeric(r) || strings.ContainsRune(" -/.:,()_=;+", r)
}

func asciiAlphanumeric(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}
