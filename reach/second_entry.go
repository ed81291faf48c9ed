package reach

import (
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/explain"
	"github.com/sgaudit/sgaudit/reach/network"
)

// groupTraffic is traffic to the interfaces with a group.
type groupTraffic struct {
	group   string
	traffic inventory.Traffic
}

// secondEntries names second ways in to a group for some traffic, which verdicts leave aside: a
// public load balancer or Global Accelerator forwards traffic to interfaces that
// the internet cannot address.
func (n *Analyzer) secondEntries(g *inventory.Group, t inventory.Traffic) []string {
	key := groupTraffic{g.ID, t}
	if lines, ok := n.entries[key]; ok {
		return lines
	}
	var lines []string
	if slices.ContainsFunc(n.Interfaces(g.ID), func(e *inventory.Interface) bool { return !e.AcceptsNone() }) {
		if balancer, source := n.balancerBefore(g, t); balancer != nil {
			lines = append(lines, explain.LoadBalancerEntry(n.net(), balancer, source, g))
		}
		if e := n.accelerator(g); e != nil {
			lines = append(lines, explain.AcceleratorEntry(n.net(), e))
		}
	}
	n.entries[key] = lines
	return lines
}

// balancerBefore looks for a load balancer with a public address among the
// interfaces of the groups that g names as sources of some of the traffic, and of g
// itself, and returns it with its group.
func (n *Analyzer) balancerBefore(g *inventory.Group, t inventory.Traffic) (balancer *inventory.Interface, source string) {
	var sources []string
	for i := range g.Rules {
		r := &g.Rules[i]
		if r.Direction == inventory.Ingress && r.Traffic.Overlaps(t) && r.Peer.Group != nil && r.Peer.Group.ID != g.ID {
			sources = append(sources, r.Peer.Group.ID)
		}
	}
	slices.Sort(sources)
	for _, id := range slices.Compact(sources) {
		if e := n.publicBalancer(id); e != nil {
			return e, id
		}
	}
	if slices.ContainsFunc(n.Interfaces(g.ID), func(e *inventory.Interface) bool { return !e.LoadBalancer() }) {
		return n.publicBalancer(g.ID), g.ID
	}
	return nil, ""
}

// publicBalancer returns the first load balancer with a public address that
// has the group and may have a listener, and that VPC block public access does not
// block.
func (n *Analyzer) publicBalancer(group string) *inventory.Interface {
	for _, e := range n.Interfaces(group) {
		for f := range cidr.Families {
			if s, _ := n.net().AddressScope(e, f); s == network.Public && e.LoadBalancer() && n.net().Accessible(e) && n.net().LoadBalancerOf(e).MayListen() {
				return e
			}
		}
	}
	return nil
}

// accelerator returns the first interface of Global Accelerator that can send to
// the group's interfaces: in the VPC of one of them.
func (n *Analyzer) accelerator(g *inventory.Group) *inventory.Interface {
	for _, e := range n.Interfaces(g.ID) {
		if found := n.net().Accelerator(e.VPC); found != nil {
			return found
		}
	}
	return nil
}
