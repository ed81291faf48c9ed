package remedy

import (
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// rules asks for the rules of a group that it does not have in the other state.
func (c *comparison) rules(r *inventory.Region, n *reach.Analyzer, g, other *inventory.Group) {
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
				c.ask(from, to, rule.Traffic)
			}
		}
	}
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
