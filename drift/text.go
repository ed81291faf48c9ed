package drift

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// Line is a line of the text of a comparison: under a heading of a region, with a
// sign (+, -, ~ or ?) and the text, which may be hostile.
type Line struct{ AccountID, Region, Heading, Sign, Text string }

// Text says what changed to a reader of a terminal, region by region.
func (d *Drift) Text() string { return d.dates() + Compose(d.Lines()) }

// Compose writes lines for a terminal: each region once, in the order in which
// regions first occur, and each of its headings once.
func Compose(lines []Line) string {
	if len(lines) == 0 {
		return "Nothing changed.\n"
	}
	var out strings.Builder
	var regions []string
	for i := range lines {
		if place := lines[i].place(); !slices.Contains(regions, place) {
			regions = append(regions, place)
		}
	}
	for _, region := range regions {
		fmt.Fprintf(&out, "%s\n", words.Plain(region))
		heading := ""
		for i := range lines {
			if lines[i].place() != region {
				continue
			}
			if h := lines[i].Heading; h != heading {
				heading = h
				fmt.Fprintf(&out, "  %s (%d):\n", words.Plain(h), under(lines, h, region))
			}
			fmt.Fprintf(&out, "    %s %s\n", lines[i].Sign, words.Plain(lines[i].Text))
		}
	}
	return out.String()
}

// under counts the lines with a heading, of one region or of all.
func under(lines []Line, heading, region string) (n int) {
	for i := range lines {
		if lines[i].Heading == heading && (region == "" || lines[i].place() == region) {
			n++
		}
	}
	return n
}

func (l *Line) place() string { return strings.TrimSpace(l.AccountID + " " + l.Region) }

// dates says which two readings are compared, where both are dated.
func (d *Drift) dates() string {
	if d.OldTakenAt.IsZero() || d.NewTakenAt.IsZero() || d.OldTakenAt.Equal(d.NewTakenAt) {
		return ""
	}
	const form = "2006-01-02 15:04 MST"
	text := "From the snapshot of " + d.OldTakenAt.UTC().Format(form) + " to that of " + d.NewTakenAt.UTC().Format(form)
	if d.NewTakenAt.Before(d.OldTakenAt) {
		text += ", which is the older one"
	}
	return text + ":\n"
}

// Markdown says the same for a pull request or a wiki, heading by heading.
func (d *Drift) Markdown() string {
	head := "# Changes of security groups and their network\n"
	if dates := d.dates(); dates != "" {
		head += "\n" + dates
	}
	return head + ComposeMarkdown(d.Lines())
}

// ComposeMarkdown writes lines for a pull request: each heading in its order, and
// under it region by region.
func ComposeMarkdown(lines []Line) string {
	var out strings.Builder
	sign := map[string]string{"+": "added", "-": "removed", "~": "changed", "?": "unknown"} // a sign would begin a list
	of := map[string]map[string]string{newFindings: {"+": "new"}, fixedFindings: {"-": "fixed"}}
	heading, region := "", ""
	for i := range lines {
		l := &lines[i]
		if l.Heading != heading {
			heading, region = l.Heading, ""
			fmt.Fprintf(&out, "\n## %s (%d)\n", words.Markdown(heading), under(lines, heading, ""))
		}
		if r := l.place(); r != region {
			region = r
			fmt.Fprintf(&out, "\n### %s\n\n", words.Markdown(r))
		}
		fmt.Fprintf(&out, "- %s %s\n", cmp.Or(of[heading][l.Sign], sign[l.Sign]), words.Markdown(l.Text))
	}
	if len(lines) == 0 {
		out.WriteString("\nNothing changed.\n")
	}
	return out.String()
}

const (
	newFindings   = "New findings"
	fixedFindings = "Fixed findings"
)

// Lines are what changed, heading by heading, and of each region by region.
func (d *Drift) Lines() (lines []Line) {
	sign := map[string]string{inventory.Added: "+", inventory.Removed: "-", inventory.Changed: "~"}
	for _, c := range d.Changes {
		lines = append(lines, Line{c.AccountID, c.Region, "Changed", sign[c.Change], strings.TrimSuffix(d.Named(c.AccountID, c.Region, c.ID)+": "+d.namedRule(c.AccountID, c.Region, c.Rule), ": ")})
	}
	for _, kind := range []struct{ heading, change string }{{"Newly reachable from the internet", inventory.Added}, {"No longer reachable from the internet", inventory.Removed}} {
		for _, r := range d.Reach {
			if r.Change == kind.change {
				lines = append(lines, Line{r.AccountID, r.Region, kind.heading, sign[r.Change], d.Named(r.AccountID, r.Region, r.Interface) + " " + r.Text})
			}
		}
	}
	digits, widened := d.Digits(), d.widened()
	for _, list := range []struct {
		heading, sign string
		known         []findings.Ref
	}{{newFindings, "+", d.New}, {"Findings with a higher severity than before", "~", d.Raised}, {"Findings with a rule that opens, or may open, more interfaces to the internet", "~", widened}, {"New or changed findings that the configuration accepts", " ", d.Accepted}, {fixedFindings, "-", d.Fixed}, {"Findings that could not be determined", "?", d.Unknown}} {
		for i := range list.known {
			k := &list.known[i]
			lines = append(lines, Line{k.AccountID, k.Region, list.heading, list.sign, k.Short(digits) + " " + k.Severity.String() + " " + d.Named(k.AccountID, k.Region, k.ResourceID) + ": " + k.Message})
		}
	}
	for _, u := range d.Unread {
		lines = append(lines, Line{u.AccountID, u.Region, "Unknown, because one side did not read it", "?", fmt.Sprint(u.Part)})
	}
	return lines
}
