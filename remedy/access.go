package remedy

import (
	"errors"
	"reflect"
	"slices"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
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

// PairChange is two interfaces of a region that can talk by a traffic since, or no more:
// by each of its ports. A pair may have several.
type PairChange struct {
	AccountID, Region, From, To string
	Traffic                     inventory.Traffic
	Verdict                     reach.Verdict // afterwards
}

// CompareAccess asks, for every rule that came or went between two states of
// an inventory, who could talk by its traffic before and who can after; for an
// interface that came or went, by all of its rules; and where VPCs, subnets, routes,
// network ACLs or peering connections differ, for every rule. Both hold the same regions. At most so many
// pairs are asked.
func CompareAccess(before, after *inventory.Inventory, most int) *Access {
	return compareAccess(before, after, comparison{most: most})
}

// Loss is a pair of interfaces of which the first can no longer connect to the second by a
// traffic.
type Loss struct {
	From, To *inventory.Interface
	Traffic  inventory.Traffic
}

// LoseAccess returns the pairs of interfaces that lose access by the fix of a finding: as
// CompareAccess finds them where the steps were carried out on a copy, without the deletion
// of a group. The error says why it is not known who loses access.
func LoseAccess(inv *inventory.Inventory, f *findings.Finding) ([]Loss, error) {
	after, err := Apply(inv, changing(f))
	if err != nil {
		return nil, err
	}
	var lost []Loss
	for _, r := range inv.Regions {
		if r.AccountID != f.AccountID || r.Name != f.Region {
			continue
		}
		index := inventory.NewIndex(r)
		access := lostAccess(inv, after, nil, MaxPairs)
		for _, pair := range access.Lost {
			if from, to := index.Interface(pair.From), index.Interface(pair.To); from != nil && to != nil {
				lost = append(lost, Loss{from, to, pair.Traffic})
			}
		}
		if len(lost) == 0 && (access.Cut || access.Unknown > 0 || len(access.Unread) > 0) {
			return nil, errors.New("not all pairs of interfaces could be compared")
		}
	}
	return lost, nil
}

// changing returns the steps of a finding that change something, without the deletion of a
// group.
func changing(f *findings.Finding) []change.Line {
	var lines []change.Line
	for i, s := range f.Fix.Steps {
		if s.Verb.Changes() && s.Verb != change.Delete {
			lines = append(lines, change.Line{Number: i + 1, Step: s})
		}
	}
	return lines
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
			c.old, c.seen, c.noted = r, map[talk]bool{}, map[talk]bool{}
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
	seen, noted   map[talk]bool                   // what was asked, and which changes were found
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
			c.rules(c.old, c.before, &c.old.Groups[i], &inventory.Group{})
		}
		for i := range now.Groups { // a new peering connection joins others
			if !c.lost {
				c.rules(now, c.after, &now.Groups[i], &inventory.Group{})
			}
		}
	}
	eachPair(c.old.Groups, now.Groups, func(old, is *inventory.Group) {
		if !same(old.Rules, is.Rules) {
			c.rules(c.old, c.before, old, is)
			if !c.lost {
				c.rules(now, c.after, is, old)
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
	return differ(old.Subnets, now.Subnets) || differ(old.RouteTables, now.RouteTables) || differ(old.NetworkACLs, now.NetworkACLs) || differ(old.Peerings, now.Peerings)
}

// opened reports whether what the internet can reach may differ by more than groups and
// interfaces: by the network, prefix lists, or the listeners of load balancers.
func opened(old, now *inventory.Region) bool {
	return rerouted(old, now) || differ(old.VPCs, now.VPCs) || differ(old.InternetGateways, now.InternetGateways) || differ(old.Endpoints, now.Endpoints) ||
		differ(old.PrefixLists, now.PrefixLists) || differ(old.LoadBalancers, now.LoadBalancers) || differ(old.Listeners, now.Listeners) ||
		!reflect.DeepEqual(old.PublicAccess, now.PublicAccess)
}

func differ[T any](a, b []T) bool { return !sameList(a, b) && !reflect.DeepEqual(a, b) }

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
// step changed, and those to which a step gave other groups; else, and where the network
// around the interfaces differs, all of them.
func Concerned(old, now *inventory.Region) func(*inventory.Interface) bool {
	if len(old.Interfaces) != len(now.Interfaces) || len(old.Interfaces) > 0 && &old.Interfaces[0] != &now.Interfaces[0] || opened(old, now) {
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

// ask compares one pair, port by port: what of the traffic got through and does no more
// is lost, and what gets through since is gained. Where that is all of the traffic, it is
// one change.
func (c *comparison) ask(from, to *inventory.Interface, traffic inventory.Traffic) {
	t := talk{from.ID, to.ID, traffic}
	if from.ID == to.ID || c.Cut || c.seen[t] || c.ends != nil && !c.ends[from.ID] && !c.ends[to.ID] {
		return
	}
	if c.Asked == c.most {
		c.Cut = true
		return
	}
	c.Asked++
	c.seen[t] = true
	was := passing(c.before, c.before.Index().Interface(from.ID), c.before.Index().Interface(to.ID), traffic)
	is := passing(c.after, c.is(from), c.is(to), traffic)
	list := differences(was, is)
	if len(list) == 0 && len(is) > 0 && !slices.ContainsFunc(is, func(p reach.Passage) bool { return p.Verdict == reach.Reachable }) {
		c.Unknown++
	}
	if wholly(list, traffic) {
		c.note(t, list[0].was, list[0].is)
		return
	}
	for i := range list {
		for _, part := range list[i].traffics() {
			t.traffic = part
			c.note(t, list[i].was, list[i].is)
		}
	}
}

// note keeps, once, that the traffic of a pair has another verdict.
func (c *comparison) note(t talk, was, is reach.Verdict) {
	if c.noted[t] {
		return
	}
	c.noted[t] = true
	p := PairChange{c.old.AccountID, c.old.Name, t.from, t.to, t.traffic, is}
	if is.Compare(was) > 0 {
		c.Gained = append(c.Gained, p)
	} else {
		c.Lost = append(c.Lost, p)
	}
}

// passing is what gets from one interface to another in one state: what is not there
// reaches nothing.
func passing(n *reach.Analyzer, from, to *inventory.Interface, traffic inventory.Traffic) []reach.Passage {
	if from == nil || to == nil {
		return nil
	}
	return n.Passing(from, to, traffic)
}

// is returns an interface as it is afterwards, or nil where it is gone.
func (c *comparison) is(e *inventory.Interface) *inventory.Interface {
	if c.changed {
		return c.now[e.ID]
	}
	return e
}
