package page

import (
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// kin is what findings have in common that are one line of the list: one check
// found several rules of one group, such as the two halves of 0.0.0.0/0.
type kin struct {
	severity                                             findings.Severity
	check, account, region, group, verdict, status, base string
}

// lines numbers the lines of the list, and returns the line of each finding. A
// line stands where its first finding does.
func lines(list []findings.Finding) []int {
	known := map[kin]int{}
	out := make([]int, len(list))
	n := 0
	for i := range list {
		f := &list[i]
		out[i] = n
		if f.GroupID != "" && f.Rule != nil {
			k := kin{f.Severity, f.Check, f.AccountID, f.Region, f.GroupID, string(f.Exposure.Verdict), f.Status, f.Baseline}
			if first, ok := known[k]; ok {
				out[i] = first
				continue
			}
			known[k] = n
		}
		n++
	}
	return out
}

// line is a line of the list as the page shows it without a script.
type line struct {
	*static           // its first finding
	More    []*static // the others
}

// Rules says how many rules the line is about, empty for one.
func (l *line) Rules() string {
	if len(l.More) == 0 {
		return ""
	}
	return words.Count(len(l.More)+1, "rule")
}

// First returns the first finding of the line.
func (l *line) First() *static { return l.static }

// All returns every finding of the line.
func (l *line) All() []*static { return append([]*static{l.static}, l.More...) }
