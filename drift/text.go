package drift

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// Text says what changed to a reader of a terminal.
func (d *Drift) Text() string {
	text := d.write("%s\n", "  %s\n", "    %s %s\n", words.Plain)
	if text == "" {
		text = "Nothing changed.\n"
	}
	return d.dates() + text
}

// dates says which two readings are compared, where both are dated.
func (d *Drift) dates() string {
	if d.OldTakenAt.IsZero() || d.NewTakenAt.IsZero() || d.OldTakenAt.Equal(d.NewTakenAt) {
		return ""
	}
	const form = "2006-01-02 15:04 MST"
	return "From the snapshot of " + d.OldTakenAt.UTC().Format(form) + " to that of " + d.NewTakenAt.UTC().Format(form) + ":\n"
}

// Markdown says the same for a pull request or a wiki.
func (d *Drift) Markdown() string {
	text := d.write("\n## %s\n", "\n### %s\n\n", "- %s %s\n", words.Markdown)
	if text == "" {
		text = "\nNothing changed.\n"
	}
	head := "# Changes of security groups and their network\n"
	if dates := d.dates(); dates != "" {
		head += "\n" + dates
	}
	return head + text
}

// write writes the changes under headings, region by region, in the given
// forms: of a heading, of a region, and of a line with its sign.
func (d *Drift) write(headingForm, regionForm, lineForm string, plain func(string) string) string {
	var out strings.Builder
	sign := map[string]string{inventory.Added: "+", inventory.Removed: "-", inventory.Changed: "~"}
	if strings.HasPrefix(lineForm, "-") { // in a list of Markdown a sign would begin another one
		sign = map[string]string{inventory.Added: "added", inventory.Removed: "removed", inventory.Changed: "changed", "+": "new", "-": "fixed", "?": "unknown"}
	} else {
		sign["+"], sign["-"], sign["?"] = "+", "-", "?"
	}
	heading, region := "", ""
	under := func(h, r string) {
		if h != heading {
			fmt.Fprintf(&out, headingForm, plain(h))
			heading, region = h, ""
		}
		if r != region {
			fmt.Fprintf(&out, regionForm, plain(r))
			region = r
		}
	}
	for _, c := range d.Changes {
		under("Changed:", c.AccountID+" "+c.Region)
		fmt.Fprintf(&out, lineForm, sign[c.Change], plain(strings.TrimSpace(c.ID+" "+c.Rule)))
	}
	for _, r := range d.Reach {
		under("Reachable from the internet:", r.AccountID+" "+r.Region)
		fmt.Fprintf(&out, lineForm, sign[r.Change], plain(r.Interface+" "+r.Text))
	}
	for _, list := range []struct {
		heading, sign string
		known         []findings.Ref
	}{{"New findings:", "+", d.New}, {"Fixed findings:", "-", d.Fixed}, {"Findings that could not be determined:", "?", d.Unknown}} {
		for _, k := range list.known {
			under(list.heading, k.AccountID+" "+k.Region)
			fmt.Fprintf(&out, lineForm, sign[list.sign], plain(k.Severity.String()+" "+k.ResourceID+": "+k.Message))
		}
	}
	for _, u := range d.Unread {
		under("Unknown, because one side did not read it:", u.AccountID+" "+u.Region)
		fmt.Fprintf(&out, lineForm, sign["?"], plain(fmt.Sprint(u.Part)))
	}
	return out.String()
}
