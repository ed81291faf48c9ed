package remedy

import (
	"reflect"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// Access is who gains and who loses access between two states of an inventory.
type Access struct {
	Lost, Gained []PairChange // in the order of regions, groups, rules and interfaces
	Asked        int          // pairs of interfaces, with a traffic, that were compared
	Cut          bool         // there are more pairs than were asked
	Unknown      int          // pairs asked of which it could not be determined, before and after

	// Unread are the regions that changed and of which the interfaces were not
	// read, as "ACCOUNT REGION": no pair of theirs was asked.
	Unread []string
}

// PairChange is two interfaces of a region that can talk since, or no more.
type PairChange struct {
	AccountID, Region, From, To string
	Traffic                     inventory.Traffic
	Verdict                     reach.Verdict // afterwards
}

// CompareAccess asks, for every rule that came or went between two states of
// an inventory, who could talk by its traffic before and who can after; for an
// interface that came or went, by all of its rules; and where VPCs, subnets, routes
// or network ACLs differ, for every rule. Both hold the same regions. At most so many
// pairs are asked.
func CompareAccess(before, after *inventory.Inventory, most int) *Access {
	return compareAccess(before, after, comparison{most: most})
}

// lostAccess is CompareAccess for those alone who lose access: it does not ask
// for the rules that came. With ends, by id, it asks only for pairs of which
// one is among them.
func lostAccess(before, after *inventory.Inventory, ends map[string]bool, most int) *Access {
	return compareAccess(before, after, comparison{most: most, lost: true, ends: ends})
}

func compareAccess(before, after *inventory.Inventory, like comparison) *Access {
	like.Access = &Access{}
	for i, r := range before.Regions {
		if r != after.Regions[i] {
			c := like
			c.old, c.seen = r, map[talk]bool{}
			c.region(after.Regions[i])
			if !r.Read.Has(inventory.PartInterfaces) {
				like.Unread = append(like.Unread, r.AccountID+" "+r.Name)
			}
		}
	}
	return like.Access
}

// comparison compares one region.
type comparison struct {
	*Access
	most          int
	lost          bool            // only what goes is asked for
	ends          map[string]bool // interfaces, by id, or nil for all
	old           *inventory.Region
	before, after *reach.Analyzer
	changed       bool                            // interfaces differ between both states
	now           map[string]*inventory.Interface // by id, where they do
	seen          map[talk]bool                   // what ask said
}

type talk struct {
	from, to string
	traffic  inventory.Traffic
}

func (c *comparison) region(now *inventory.Region) {
	c.before, c.after = reach.New(c.old), reach.New(now)
	c.now = map[string]*inventory.Interface{}
	c.changed = len(now.Interfaces) != len(c.old.Interfaces) || len(now.Interfaces) > 0 && &now.Interfaces[0] != &c.old.Interfaces[0]
	if c.changed {
		for n := range now.Interfaces {
			c.now[now.Interfaces[n].ID] = &now.Interfaces[n]
		}
	}
	if rerouted(c.old, now) {
		for i := range c.old.Groups {
			c.rules(c.old, c.before, &c.old.Groups[i], &inventory.Group{}, c.after)
		}
	}
	eachPair(c.old.Groups, now.Groups, func(old, is *inventory.Group) {
		if !same(old.Rules, is.Rules) {
			c.rules(c.old, c.before, old, is, c.after)
			if !c.lost {
				c.rules(now, c.after, is, old, c.before)
			}
		}
	})
	if c.changed {
		c.interfaces(now)
	}
}

// interfaces asks for what interfaces may do by groups that they have in one state
// alone: those of an interface that is not there are none.
func (c *comparison) interfaces(now *inventory.Region) {
	for i := range c.old.Interfaces {
		old := &c.old.Interfaces[i]
		is := c.now[old.ID]
		if is == nil {
			c.gained(c.old, c.before, old, &inventory.Interface{})
			continue
		}
		if slices.Equal(old.Groups, is.Groups) {
			continue
		}
		c.gained(c.old, c.before, old, is)
		if !c.lost {
			c.gained(now, c.after, is, old)
		}
	}
	if c.lost {
		return
	}
	for i := range now.Interfaces {
		if is := &now.Interfaces[i]; c.before.Index().Interface(is.ID) == nil {
			c.gained(now, c.after, is, &inventory.Interface{})
		}
	}
}

// rerouted reports whether the network around the interfaces differs. Where Apply
// made the second state of the first, it does not.
func rerouted(old, now *inventory.Region) bool {
	if sameList(old.Subnets, now.Subnets) && sameList(old.RouteTables, now.RouteTables) && sameList(old.NetworkACLs, now.NetworkACLs) {
		return false
	}
	return !reflect.DeepEqual(old.Subnets, now.Subnets) || !reflect.DeepEqual(old.RouteTables, now.RouteTables) || !reflect.DeepEqual(old.NetworkACLs, now.NetworkACLs)
}

// sameList reports whether two lists are one.
func sameList[T any](a, b []T) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// gained asks for what an interface may do by the groups that it does
// not have in the other state.
func (c *comparison) gained(r *inventory.Region, n *reach.Analyzer, e, other *inventory.Interface) {
	for i := range r.Groups {
		g := &r.Groups[i]
		own := e.HasGroup(g.ID) && !other.HasGroup(g.ID)
		for k := range g.Rules {
			rule := &g.Rules[k]
			ask := func(member, peer *inventory.Interface) {
				if rule.Direction == inventory.Egress {
					member, peer = peer, member
				}
				c.ask(peer, member, rule.Traffic)
			}
			if own {
				for _, peer := range standsFor(r, n, g, rule) {
					ask(e, peer)
				}
			}
			if ref := rule.Peer.Group; ref != nil && e.HasGroup(ref.ID) && !other.HasGroup(ref.ID) {
				for _, member := range n.Interfaces(g.ID) {
					ask(member, e)
				}
			}
		}
	}
}

// same reports whether two lists of rules are one list: what no step touches
// is shared between both states.
func same(a, b []inventory.Rule) bool { return sameList(a, b) }

// Concerned returns a function that reports whether what reaches an interface
// may differ between two states of a region. Where the second one was made of
// the first by Apply, these are the interfaces of the groups with rules that a
// step changed, and those to which a step gave other groups; else all of them.
func Concerned(old, now *inventory.Region) func(*inventory.Interface) bool {
	if len(old.Interfaces) != len(now.Interfaces) || len(old.Interfaces) > 0 && &old.Interfaces[0] != &now.Interfaces[0] {
		return func(*inventory.Interface) bool { return true }
	}
	changed := map[string]bool{}
	eachPair(old.Groups, now.Groups, func(was, is *inventory.Group) {
		if !same(was.Rules, is.Rules) {
			changed[was.ID] = true
		}
	})
	return func(e *inventory.Interface) bool {
		return slices.ContainsFunc(e.Groups, func(id string) bool { return changed[id] })
	}
}

// ask compares one pair. It reports whether something of the traffic gets
// through before and after, so that a part may have come or gone.
func (c *comparison) ask(from, to *inventory.Interface, traffic inventory.Traffic) (some bool) {
	t := talk{from.ID, to.ID, traffic}
	if from.ID == to.ID || c.Cut || c.ends != nil && !c.ends[from.ID] && !c.ends[to.ID] {
		return false
	}
	if some, done := c.seen[t]; done {
		return some
	}
	if c.Asked == c.most {
		c.Cut = true
		return false
	}
	c.Asked++
	was := verdict(c.before, c.before.Index().Interface(from.ID), c.before.Index().Interface(to.ID), traffic)
	is := verdict(c.after, c.is(from), c.is(to), traffic)
	c.seen[t] = was == is && is != reach.NotReachable
	if was == is {
		if is == reach.Unknown {
			c.Unknown++
		}
		return c.seen[t]
	}
	p := PairChange{c.old.AccountID, c.old.Name, from.ID, to.ID, traffic, is}
	if is == reach.Reachable || was == reach.NotReachable {
		c.Gained = append(c.Gained, p)
	} else {
		c.Lost = append(c.Lost, p)
	}
	return false
}

// verdict is that of a pair in one state: what is not there reaches nothing.
func verdict(n *reach.Analyzer, from, to *inventory.Interface, traffic inventory.Traffic) reach.Verdict {
	if from == nil || to == nil {
		return reach.NotReachable
	}
	return n.Verdict(from, to, traffic)
}

// is returns an interface as it is afterwards, or nil where it is gone.
func (c *comparison) is(e *inventory.Interface) *inventory.Interface {
	if c.changed {
		return c.now[e.ID]
	}
	return e
}
