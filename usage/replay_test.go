package usage_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/usage"
)

// Whatever rules a plan takes away, exactly the connections that no other rule allows
// are cut.
func TestReplay(t *testing.T) {
	total := 0
	for seed := range uint64(300) {
		s := simulate(seed, true)
		after := *s.inv
		region := *s.region
		region.Groups = slices.Clone(region.Groups)
		gone := map[ruleKey]bool{}
		for i := range region.Groups {
			g := &region.Groups[i]
			g.Rules = slices.DeleteFunc(slices.Clone(g.Rules), func(r inventory.Rule) bool {
				remove := s.random.IntN(3) == 0
				if remove {
					gone[ruleKey{g.ID, r.String()}] = true
				}
				return remove
			})
		}
		after.Regions = []*inventory.Region{&region}
		want := map[string]bool{}
		for _, e := range s.events {
			if len(e.allowedBy) > 0 && !slices.ContainsFunc(e.allowedBy, func(k ruleKey) bool { return !gone[k] }) {
				want[fmt.Sprint(e.e.ID, e.direction, e.traffic, e.remote)] = true
			}
		}
		cuts, replayed := usage.Replay(s.inv, &after, s.summary(t))
		if replayed == 0 && len(s.truth) > 0 {
			t.Fatalf("seed %d: no flow was replayed", seed)
		}
		got := map[string]bool{}
		for _, c := range cuts {
			if c.Unsure {
				t.Errorf("seed %d: unsure of %+v", seed, c)
			}
			got[fmt.Sprint(c.Interface.ID, c.Direction, c.Traffic, c.Remote.Addr())] = true
		}
		total += len(want)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("seed %d: cut are\n%v\nand really\n%v", seed, got, want)
		}
		if none, _ := usage.Replay(s.inv, s.inv, s.summary(t)); len(none) > 0 {
			t.Fatalf("seed %d: a plan that changes nothing cuts %v", seed, none)
		}
	}
	if total < 100 {
		t.Errorf("%d cuts: the test shows too little", total)
	}
}
