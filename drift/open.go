package drift

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
)

// namedOpen bounds the open findings that OpenWords names.
const namedOpen = 3

// OpenWords counts the open findings of the new snapshot by severity, gravest first, with
// the first critical and high ones by id and name, three in all.
func (d *Drift) OpenWords() string {
	refs := make([]findings.Ref, len(d.open))
	for i := range d.open {
		refs[i] = d.open[i].Ref
	}
	digits := findings.RefDigits(refs, d.New, d.Raised, d.Fixed, d.Unknown)
	var counts []string
	left := namedOpen
	for _, severity := range findings.Severities() {
		var names []string
		for i := range refs {
			if refs[i].Severity == severity {
				names = append(names, refs[i].Short(digits)+" "+cmp.Or(refs[i].Name, refs[i].ResourceID))
			}
		}
		text := fmt.Sprintf("%d %s", len(names), severity)
		if shown := min(left, len(names)); shown > 0 && severity >= findings.High {
			left -= shown
			text += " (" + strings.Join(names[:shown], ", ")
			if more := len(names) - shown; more > 0 {
				text += fmt.Sprintf(" and %d more", more)
			}
			text += ")"
		}
		counts = append(counts, text)
	}
	return strings.Join(counts, ", ")
}
