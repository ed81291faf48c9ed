package path

import "cmp"

// Verdict says whether traffic gets through. The zero value says nothing.
type Verdict string

// The verdicts. Unattached is a verdict on a group or on a rule of one alone.
const (
	Reachable    Verdict = "reachable"
	NotReachable Verdict = "not-reachable"
	Unattached   Verdict = "unattached"
	Unknown      Verdict = "unknown"
)

// Compare orders verdicts by how open they are: not reachable, unattached (an
// interface that gets the group later may be reachable), unknown, reachable.
// It is negative where v is less open than w. The zero value and texts that are
// not a verdict come first.
func (v Verdict) Compare(w Verdict) int { return cmp.Compare(v.openness(), w.openness()) }

func (v Verdict) openness() int {
	switch v {
	case NotReachable:
		return 1
	case Unattached:
		return 2
	case Unknown:
		return 3
	case Reachable:
		return 4
	}
	return 0
}
