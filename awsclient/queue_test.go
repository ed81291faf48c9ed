package awsclient

import (
	"slices"
	"sync"
	"testing"
)

// TestQueue hands every item to everyone who waits, whenever it comes.
func TestQueue(t *testing.T) {
	for range 100 {
		var q queue[int]
		var all sync.WaitGroup
		got := make([][]int, 3)
		for i := range got {
			all.Go(func() { got[i] = slices.Collect(q.each()) })
		}
		var want []int
		for k := range 20 {
			q.add(k, -k)
			want = append(want, k, -k)
		}
		q.add()
		q.end()
		all.Wait()
		for _, items := range append(got, slices.Collect(q.each())) {
			if !slices.Equal(items, want) {
				t.Fatalf("%v, want %v", items, want)
			}
		}
		for range q.each() {
			break // a reader that has enough leaves
		}
	}
	var none queue[int]
	none.end()
	if items := slices.Collect(none.each()); items != nil {
		t.Error(items)
	}
}

// TestRulePartitions cuts groups into sets of at most one page of rules and one
// filter of ids, and loses none but those without rules.
func TestRulePartitions(t *testing.T) {
	for name, c := range map[string]struct {
		groups, rules int
		want          int
	}{
		"none": {0, 1, 0}, "no rules": {5, 0, 0}, "one": {1, 1, 1}, "a page": {125, 8, 1}, "more": {126, 8, 2},
		"a filter": {maxFilterValues, 1, 1}, "more ids": {maxFilterValues + 1, 1, 2}, "larger than a page": {3, pageSize + 1, 3},
	} {
		var q queue[ruleCount]
		for range c.groups {
			q.add(ruleCount{"sg-1", c.rules})
		}
		q.end()
		sets, ids := 0, 0
		for set := range partitions(q.each()) {
			sets, ids = sets+1, ids+len(set)
			if len(set) > maxFilterValues || len(set) > 1 && len(set)*c.rules > pageSize {
				t.Errorf("%s: a set of %d groups of %d rules", name, len(set), c.rules)
			}
		}
		if want := c.groups * min(1, c.rules); sets != c.want || ids != want {
			t.Errorf("%s: %d sets of %d groups, want %d of %d", name, sets, ids, c.want, want)
		}
	}
}
