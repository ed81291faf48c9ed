package remedy

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// setCover searches the groups to name.
type setCover struct {
	s       *Solver
	r       *Replacement
	prefix  netip.Prefix
	ids     []string // candidates, sorted
	broad   []bool   // of each
	classes [][]int  // of each kind of interface: the candidates that cover it
	best    choice
	found   bool
	nodes   int
	cut     bool
}

// choice is a set of candidates, in ascending order, with its cost.
type choice struct {
	groups           []int
	broad, outsiders int
}

func (s *Solver) setCover(r *Replacement, prefix netip.Prefix, attached map[string]int) *setCover {
	c := &setCover{s: s, r: r, prefix: prefix}
	for id := range attached {
		c.ids = append(c.ids, id)
	}
	slices.Sort(c.ids)
	c.broad = make([]bool, len(c.ids))
	for k, id := range c.ids {
		members := len(s.reach.Interfaces(id))
		c.broad[k] = s.index.Group(id).Default() || members-attached[id] > attached[id] &&
			slices.ContainsFunc(s.besideOf(id), func(other string) bool { _, inside := attached[other]; return !inside })
	}
	return c
}

// maxNodes bounds the search, which grows exponentially in the worst case.
const maxNodes = 20000

// choose fills best.
func (c *setCover) choose() {
	banned := make([]bool, len(c.ids))
	c.search(nil, banned)
	slices.Sort(c.best.groups)
}

// search extends a choice until every class is covered. Candidates that were
// tried before are banned, so that no set is looked at twice.
//
// It is long because one look at the classes finds all that decides how to go
// on: what is still open, the class with the fewest candidates, the candidate
// without an alternative, and the least number of groups that are missing.
func (c *setCover) search(chosen []int, banned []bool) {
	c.nodes++
	if c.found && c.nodes > maxNodes {
		c.cut = true
		return
	}
	chosen = slices.Clone(chosen)
	for { // what leaves no choice comes first
		next := -1
		fewest, open, least := len(c.ids)+1, 0, 0
		var claimed []int
		for _, class := range c.classes {
			if slices.ContainsFunc(class, func(k int) bool { return slices.Contains(chosen, k) }) {
				continue
			}
			open++
			left, only := 0, -1
			for _, k := range class {
				if !banned[k] {
					left, only = left+1, k
				}
			}
			switch left {
			case 0:
				return
			case 1:
				next = only
			}
			fewest = min(fewest, left)
			if !slices.ContainsFunc(class, func(k int) bool { return slices.Contains(claimed, k) }) {
				claimed = append(claimed, class...)
				least++
			}
			if left == 1 {
				break
			}
		}
		cost := choice{groups: chosen, broad: c.countBroad(chosen)}
		if c.found && !c.hopeful(cost, least) {
			return
		}
		if open == 0 {
			c.offer(cost)
			return
		}
		if next < 0 {
			c.branch(chosen, banned, fewest)
			return
		}
		chosen = append(chosen, next)
	}
}

// branch tries the candidates of an open class that has the fewest.
func (c *setCover) branch(chosen []int, banned []bool, fewest int) {
	for _, class := range c.classes {
		if slices.ContainsFunc(class, func(k int) bool { return slices.Contains(chosen, k) }) {
			continue
		}
		free := slices.DeleteFunc(slices.Clone(class), func(k int) bool { return banned[k] })
		if len(free) != fewest {
			continue
		}
		// Those that cover most come first: a good choice early cuts the rest.
		cover := func(k int) (n int) {
			for _, other := range c.classes {
				if slices.Contains(other, k) {
					n++
				}
			}
			return n
		}
		broad := func(k int) int {
			if c.broad[k] {
				return 1
			}
			return 0
		}
		slices.SortStableFunc(free, func(a, b int) int { return cmp.Or(cmp.Compare(broad(a), broad(b)), cmp.Compare(cover(b), cover(a))) })
		banned = slices.Clone(banned)
		for _, k := range free {
			c.search(append(slices.Clip(chosen), k), banned)
			banned[k] = true
		}
		return
	}
}

func (c *setCover) countBroad(chosen []int) (n int) {
	for _, k := range chosen {
		if c.broad[k] {
			n++
		}
	}
	return n
}

// hopeful reports whether a choice that needs at least so many groups more can
// be as good as the best one.
func (c *setCover) hopeful(x choice, more int) bool {
	return cmp.Or(cmp.Compare(x.broad, c.best.broad), cmp.Compare(len(x.groups)+more, len(c.best.groups))) <= 0
}

// offer keeps a choice that covers everything if it is the better one.
func (c *setCover) offer(x choice) {
	x.groups = slices.Clone(x.groups)
	slices.Sort(x.groups)
	if c.found && slices.Equal(x.groups, c.best.groups) {
		return
	}
	x.outsiders = c.outsiders(x.groups)
	better := !c.found || cmp.Or(cmp.Compare(x.broad, c.best.broad), cmp.Compare(len(x.groups), len(c.best.groups)),
		cmp.Compare(x.outsiders, c.best.outsiders), slices.Compare(x.groups, c.best.groups)) < 0
	if better {
		c.best, c.found = x, true
	}
}

// outsiders counts the interfaces that have one of the groups and hold no address of the
// range.
func (c *setCover) outsiders(groups []int) (count int) {
	for n, k := range groups {
		for _, e := range c.s.reach.Interfaces(c.ids[k]) {
			if !c.inside(e) && !slices.ContainsFunc(groups[:n], func(earlier int) bool { return e.HasGroup(c.ids[earlier]) }) {
				count++
			}
		}
	}
	return count
}

func (c *setCover) inside(e *inventory.Interface) bool {
	return c.r.scope[e.VPC] && e.HasIn(c.prefix)
}
