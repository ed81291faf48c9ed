package inventory

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestFirstIsKept sorts items of which several have one key, in one list and in
// pages, and keeps the first of each.
func TestFirstIsKept(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 9))
		var list []Group
		for i := range rng.IntN(60) {
			id := fmt.Sprintf("sg-%0*d", rng.IntN(3)+1, rng.IntN(20)) // some begin like others
			list = append(list, Group{ID: id, Name: fmt.Sprint(i)})
		}
		want := map[string]string{}
		for _, g := range list {
			if _, known := want[g.ID]; !known {
				want[g.ID] = g.Name
			}
		}
		var pages [][]Group
		for rest := list; len(rest) > 0; {
			n := rng.IntN(min(9, len(rest)) + 1) // empty pages too
			pages, rest = append(pages, slices.Clone(rest[:n])), rest[n:]
		}
		for name, got := range map[string][]Group{"a list": unique(slices.Clone(list), (*Group).id), "pages": JoinGroups(pages)} {
			if !slices.IsSortedFunc(got, func(a, b Group) int { return cmp.Compare(a.ID, b.ID) }) {
				t.Fatalf("seed %d, %s: not sorted: %v", seed, name, got)
			}
			if len(got) != len(want) {
				t.Fatalf("seed %d, %s: %d groups, want %d", seed, name, len(got), len(want))
			}
			for _, g := range got {
				if g.Name != want[g.ID] {
					t.Fatalf("seed %d, %s: of %s item %s is kept, want %s", seed, name, g.ID, g.Name, want[g.ID])
				}
			}
		}
	}
	if unique([]Group{}, (*Group).id) != nil || JoinGroups([][]Group{{}, {}}) != nil || JoinGroups(nil) != nil {
		t.Error("nothing is not nil")
	}
}
