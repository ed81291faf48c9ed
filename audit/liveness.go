package audit

import (
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// liveness says, for all accounts of one region name, which groups are in
// use. A group is live if it is attached to an interface, whatever the interface's
// status, owner or requester, if it is a default group, or if a live group
// references it in a rule of either direction. What is not live is dead, and dead
// groups that reference each other form one dead set.
type liveness struct {
	live map[string]bool
	sets map[string][]string // of a dead group: its whole dead set, sorted
	// The dead groups that name a dead group, sorted: their rules go first.
	namedBy map[string][]string
	// Of a group that is not live: which account that was not read may use it.
	unseen map[string]string

	regions []*inventory.Region     // of all accounts, without those that were skipped
	owners  map[string]accountGroup // every group of them
}

// Live reports whether the group is in use, and if not, the dead set that it
// is part of (itself included, sorted) and the dead groups that name it.
func (r *Pass) Live(group string) (live bool, set, namedBy []string) {
	l := r.Accounts.liveness(r.Name)
	if l.live[group] {
		return true, nil, nil
	}
	return false, l.sets[group], l.namedBy[group]
}

// liveness works out who is live in a region of all accounts, once for all
// that ask.
func (e *Accounts) liveness(name string) *liveness {
	e.mu.Lock()
	defer e.mu.Unlock()
	l := e.live[name]
	if l == nil {
		var regions []*inventory.Region
		for _, other := range e.Regions {
			if other.Name == name && !other.Skipped {
				regions = append(regions, other)
			}
		}
		l = newLiveness(regions)
		e.live[name] = l
	}
	return l
}

func newLiveness(regions []*inventory.Region) *liveness {
	count := 0
	for _, r := range regions {
		count += len(r.Groups)
	}
	l := &liveness{
		live: make(map[string]bool, count), sets: map[string][]string{}, namedBy: map[string][]string{}, unseen: map[string]string{},
		regions: regions, owners: map[string]accountGroup{},
	}
	groups := make(map[string]*inventory.Group, count)
	queue := make([]string, 0, count)
	mark := func(id string) {
		if !l.live[id] {
			l.live[id] = true
			queue = append(queue, id)
		}
	}
	for _, r := range regions {
		for i := range r.Interfaces {
			for _, id := range r.Interfaces[i].Groups {
				mark(id)
			}
		}
		for i := range r.Groups {
			g := &r.Groups[i]
			groups[g.ID] = g
			if len(regions) > 1 {
				l.owners[g.ID] = accountGroup{g, r.AccountID}
			}
			if g.Default() {
				mark(g.ID)
			}
		}
	}
	for len(queue) > 0 {
		g := groups[queue[len(queue)-1]]
		queue = queue[:len(queue)-1]
		if g != nil {
			eachReference(g, mark)
		}
	}
	l.findSets(regions, groups)
	l.findUnseen(regions, groups)
	return l
}

// findSets joins dead groups that name each other, in either direction.
func (l *liveness) findSets(regions []*inventory.Region, groups map[string]*inventory.Group) {
	neighbours := map[string][]string{}
	for _, r := range regions {
		for i := range r.Groups {
			g := &r.Groups[i]
			if l.live[g.ID] {
				continue
			}
			eachReference(g, func(id string) {
				if id != g.ID && groups[id] != nil && !l.live[id] {
					neighbours[g.ID] = append(neighbours[g.ID], id)
					neighbours[id] = append(neighbours[id], g.ID)
					l.namedBy[id] = append(l.namedBy[id], g.ID)
				}
			})
		}
	}
	for id, by := range l.namedBy {
		slices.Sort(by)
		l.namedBy[id] = slices.Compact(by)
	}
	for _, r := range regions {
		for i := range r.Groups {
			if id := r.Groups[i].ID; !l.live[id] && l.sets[id] == nil {
				l.join(id, neighbours)
			}
		}
	}
}

// join makes one set of a group and all that its neighbours lead to.
func (l *liveness) join(id string, neighbours map[string][]string) {
	set := []string{id}
	l.sets[id] = set
	for next := 0; next < len(set); next++ {
		for _, n := range neighbours[set[next]] {
			if l.sets[n] == nil {
				l.sets[n] = set
				set = append(set, n)
			}
		}
	}
	slices.Sort(set)
	for _, n := range set {
		l.sets[n] = set
	}
}

// eachReference calls visit for every group that a rule of g names.
func eachReference(g *inventory.Group, visit func(id string)) {
	for i := range g.Rules {
		if ref := g.Rules[i].Peer.Group; ref != nil {
			visit(ref.ID)
		}
	}
}
