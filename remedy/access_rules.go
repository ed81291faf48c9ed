package remedy

import (
	"cmp"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// rules asks for the rules of a group that it does not have in the other state.
func (c *comparison) rules(r *inventory.Region, n *reach.Analyzer, g, other *inventory.Group, otherState *reach.Analyzer) {
	held := map[string][]inventory.Rule{} // the rules of members in the other state, by id
	rulesOf := func(e *inventory.Interface) []inventory.Rule {
		if held[e.ID] == nil {
			held[e.ID] = rulesOf(otherState.Index(), e)
		}
		return held[e.ID]
	}
	for i := range g.Rules {
		rule := &g.Rules[i]
		if at := slices.IndexFunc(other.Rules, func(o inventory.Rule) bool { return inventory.CompareRules(&o, rule) == 0 }); at >= 0 {
			continue
		}
		for _, peer := range standsFor(r, n, g, rule) {
			for _, member := range n.Interfaces(g.ID) {
				from, to := peer, member
				if rule.Direction == inventory.Egress {
					from, to = member, peer
				}
				if c.ask(from, to, rule.Traffic) {
					for _, part := range parts(rule, rulesOf(member), peer) {
						c.ask(from, to, part)
					}
				}
			}
		}
	}
}

// parts returns the ports of a rule, one range of each protocol, that the
// other rules do not allow for an interface, where they allow some.
func parts(rule *inventory.Rule, others []inventory.Rule, peer *inventory.Interface) []inventory.Traffic {
	var found []inventory.Traffic
	for _, p := range []inventory.Protocol{inventory.TCP, inventory.UDP} {
		first, last, ok := rule.Traffic.PortsOf(p)
		if !ok || first == last {
			continue
		}
		var held [][2]int32
		for i := range others {
			o := &others[i]
			if a, b, ok := o.Traffic.PortsOf(p); ok && o.Direction == rule.Direction && mayName(o, peer) {
				held = append(held, [2]int32{a, b})
			}
		}
		slices.SortFunc(held, func(a, b [2]int32) int { return cmp.Compare(a[0], b[0]) })
		for _, h := range held {
			if h[0] > first {
				break
			}
			first = max(first, h[1]+1)
		}
		for _, h := range held {
			if h[0] > first {
				last = min(last, h[0]-1)
				break
			}
		}
		if first <= last {
			found = append(found, inventory.Ports(p, first, last))
		}
	}
	return found
}

// rulesOf returns the rules of all groups of an interface.
func rulesOf(index *inventory.Index, e *inventory.Interface) (rules []inventory.Rule) {
	for _, id := range e.Groups {
		if g := index.Group(id); g != nil {
			rules = append(rules, g.Rules...)
		}
	}
	return rules
}

// mayName reports whether a rule names an interface, or a prefix list, which
// may name it.
func mayName(rule *inventory.Rule, e *inventory.Interface) bool {
	switch {
	case rule.Peer.Group != nil:
		return e.HasGroup(rule.Peer.Group.ID)
	case rule.Peer.List != "":
		return true
	}
	return slices.ContainsFunc(e.Addresses, func(a inventory.Address) bool { return rule.Peer.Prefix.Contains(a.Private) })
}

// standsFor returns the interfaces that a rule's peer stands for, in the
// group's VPC and those that an active peering joins.
func standsFor(r *inventory.Region, n *reach.Analyzer, g *inventory.Group, rule *inventory.Rule) []*inventory.Interface {
	if rule.Peer.Group != nil {
		return n.Interfaces(rule.Peer.Group.ID)
	}
	vpcs := []string{g.VPC}
	for i := range r.Peerings {
		if far := r.Peerings[i].Far(g.VPC); far != nil && r.Peerings[i].Status == "active" {
			vpcs = append(vpcs, far.VPC)
		}
	}
	prefixes := n.Index().Entries(rule.Peer.List)
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
