package remedy

import (
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// Access is who gains and who loses access between two states of an inventory.
type Access struct {
	Lost, Gained []PairChange // in the order of regions, groups, rules and interfaces
	Asked        int          // pairs of interfaces, with a traffic, that were compared
	Cut          bool         // there are more pairs than were asked
}

// PairChange is two interfaces of a region that can talk since, or no more.
type PairChange struct {
	AccountID, Region, From, To string
	Traffic                     inventory.Traffic
	Verdict                     string // afterwards
}

// CompareAccess asks, for every rule that came or went between two states of
// an inventory, who could talk by its traffic before and who can after. Both
// hold the same regions; only groups and the groups of interfaces differ. At
// most so many pairs are asked.
func CompareAccess(before, after *inventory.Inventory, most int) *Access {
	a := &Access{}
	for i, r := range before.Regions {
		if r != after.Regions[i] {
			(&comparison{Access: a, most: most, old: r, seen: map[talk]bool{}}).region(after.Regions[i])
		}
	}
	return a
}

// comparison compares one region.
type comparison struct {
	*Access
	most          int
	old           *inventory.Region
	before, after *reach.Region
	now           map[string]*inventory.Interface // by id, where steps gave interfaces other groups
	seen          map[talk]bool
}

type talk struct {
	from, to string
	traffic  inventory.Traffic
}

func (c *comparison) region(now *inventory.Region) {
	eachPair(c.old.Groups, now.Groups, func(old, is *inventory.Group) {
		if same(old.Rules, is.Rules) {
			return
		}
		if c.before == nil {
			c.before, c.after = reach.New(c.old), reach.New(now)
			c.now = map[string]*inventory.Interface{}
			if len(now.Interfaces) > 0 && &now.Interfaces[0] != &c.old.Interfaces[0] {
				for n := range now.Interfaces {
					c.now[now.Interfaces[n].ID] = &now.Interfaces[n]
				}
			}
		}
		c.rules(c.old, c.before, old, is.Rules)
		c.rules(now, c.after, is, old.Rules)
	})
}

// same reports whether two lists of rules are one list: what no step touches
// is shared between both states.
func same(a, b []inventory.Rule) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// rules asks for the rules of a group that others do not hold.
func (c *comparison) rules(r *inventory.Region, n *reach.Region, g *inventory.Group, others []inventory.Rule) {
	for i := range g.Rules {
		rule := &g.Rules[i]
		if at := slices.IndexFunc(others, func(o inventory.Rule) bool { return inventory.CompareRules(&o, rule) == 0 }); at >= 0 {
			continue
		}
		for _, peer := range standsFor(r, n, g, rule) {
			for _, member := range n.Interfaces(g.ID) {
				if rule.Direction == inventory.Ingress {
					c.ask(peer, member, rule.Traffic)
				} else {
					c.ask(member, peer, rule.Traffic)
				}
			}
		}
	}
}

func (c *comparison) ask(from, to *inventory.Interface, traffic inventory.Traffic) {
	t := talk{from.ID, to.ID, traffic}
	if from.ID == to.ID || c.Cut || c.seen[t] {
		return
	}
	if c.Asked == c.most {
		c.Cut = true
		return
	}
	c.seen[t] = true
	c.Asked++
	was := c.before.Verdict(in(c.old, from), in(c.old, to), traffic)
	is := c.after.Verdict(c.is(from), c.is(to), traffic)
	if was == is {
		return
	}
	p := PairChange{c.old.AccountID, c.old.Name, from.ID, to.ID, traffic, is}
	if is == reach.Reachable || was == reach.NotReachable {
		c.Gained = append(c.Gained, p)
	} else {
		c.Lost = append(c.Lost, p)
	}
}

// is returns an interface as it is afterwards.
func (c *comparison) is(e *inventory.Interface) *inventory.Interface {
	if now := c.now[e.ID]; now != nil {
		return now
	}
	return e
}

// in returns the interface of a region with the id of another one.
func in(r *inventory.Region, e *inventory.Interface) *inventory.Interface {
	i, _ := slices.BinarySearchFunc(r.Interfaces, e.ID, func(o inventory.Interface, id string) int { return strings.Compare(o.ID, id) })
	return &r.Interfaces[i]
}

// standsFor returns the interfaces that a rule's peer stands for, in the
// group's VPC and those that an active peering joins.
func standsFor(r *inventory.Region, n *reach.Region, g *inventory.Group, rule *inventory.Rule) []*inventory.Interface {
	if rule.Peer.Group != nil {
		return n.Interfaces(rule.Peer.Group.ID)
	}
	vpcs := []string{g.VPC}
	for i := range r.Peerings {
		if far := r.Peerings[i].Far(g.VPC); far != nil && r.Peerings[i].Status == "active" {
			vpcs = append(vpcs, far.VPC)
		}
	}
	prefixes := r.Entries(rule.Peer.List)
	if rule.Peer.Prefix.IsValid() {
		prefixes = append(slices.Clip(prefixes), rule.Peer.Prefix)
	}
	var found []*inventory.Interface
	for _, vpc := range vpcs {
		for _, p := range prefixes {
			for _, i := range n.InterfacesInside(vpc, p) {
				found = append(found, &r.Interfaces[i])
			}
		}
	}
	return found
}
