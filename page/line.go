package page

import (
	"hash/maphash"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// kin is what findings have in common that are one line of the list: one check
// found several rules of one group, such as the two halves of 0.0.0.0/0.
type kin struct {
	severity                                                   findings.Severity
	check, account, region, group, verdict, status, base, mark string
}

// lines numbers the lines of the list, and returns the line of each finding. A
// line stands where its first finding does.
func lines(list []findings.Finding) []int {
	seed := maphash.MakeSeed()
	known := map[uint64]int{} // the first finding of each line, by the hash of its kin: the kin themselves would take as much memory as the findings
	out := make([]int, len(list))
	n := 0
next:
	for i := range list {
		out[i] = n
		if f := &list[i]; f.GroupID != "" && f.Rule != nil {
			k := kinOf(f)
			at := maphash.Comparable(seed, k)
			for first, ok := known[at]; ok; first, ok = known[at] {
				if kinOf(&list[first]) == k {
					out[i] = out[first]
					continue next
				}
				at++ // another kin has the same hash
			}
			known[at] = i
		}
		n++
	}
	return out
}

func kinOf(f *findings.Finding) kin {
	return kin{f.Severity, f.Check, f.AccountID, f.Region, f.GroupID, string(f.Exposure.Verdict), f.Status, f.Baseline, f.Mark()}
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
