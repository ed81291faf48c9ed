package findings

import (
	"cmp"
	"iter"
	"maps"
	"slices"
)

// ByRegion divides a report into those of the regions of its accounts, sorted by
// account and region. A region that was skipped, and about which nothing is said,
// has none. Each is what Select makes of that account and region.
func (r *Report) ByRegion() iter.Seq[*Report] {
	type place struct{ account, region string }
	held := map[place][]int{} // the findings of a place, by their position
	for i := range r.Coverage {
		if c := &r.Coverage[i]; c.Status != "skipped" {
			held[place{c.AccountID, c.Region}] = nil
		}
	}
	for i := range r.NotEvaluated {
		n := &r.NotEvaluated[i]
		held[place{n.AccountID, n.Region}] = nil
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		at := place{f.AccountID, f.Region}
		held[at] = append(held[at], i)
	}
	places := slices.SortedFunc(maps.Keys(held), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.account, b.account), cmp.Compare(a.region, b.region))
	})
	return func(yield func(*Report) bool) {
		for _, at := range places {
			part := *r
			part.Findings = make([]Finding, len(held[at]))
			for k, i := range held[at] {
				part.Findings[k] = r.Findings[i]
			}
			if !yield(part.Select(Filter{Accounts: []string{at.account}, Regions: []string{at.region}})) {
				return
			}
		}
	}
}
