package reach_test

import (
	"testing"

	"github.com/sgaudit/sgaudit/reach"
)

// TestVerdictCompare holds the order of verdicts: total, antisymmetric, and from
// the least open to the most open.
func TestVerdictCompare(t *testing.T) {
	order := []reach.Verdict{"", reach.NotReachable, reach.Unattached, reach.Unknown, reach.Reachable}
	sign := func(n int) int { return min(1, max(-1, n)) }
	for i, v := range order {
		for k, w := range order {
			if got := v.Compare(w); sign(got) != sign(i-k) {
				t.Errorf("%q compared with %q is %d, want the sign of %d", v, w, got, i-k)
			}
		}
	}
}
