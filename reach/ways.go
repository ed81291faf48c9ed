package reach

import (
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// front is a load balancer that faces the internet before a group.
type front struct {
	balancer *inventory.Interface // nil where there is none
	via      string               // the group that it carries
}

// front looks for a load balancer with a public address among the interfaces
// of the groups that g names as sources, and of g itself: what it lets in, it
// hands on to interfaces that the internet cannot address.
func (n *Region) front(g *inventory.Group) front {
	var via []string
	for i := range g.Rules {
		r := &g.Rules[i]
		if r.Direction == inventory.Ingress && r.Peer.Group != nil && r.Peer.Group.ID != g.ID {
			via = append(via, r.Peer.Group.ID)
		}
	}
	slices.Sort(via)
	var f front
	for _, id := range slices.Compact(via) {
		if f.balancer = n.balancer(id); f.balancer != nil {
			f.via = id
			break
		}
	}
	if f.balancer == nil && slices.ContainsFunc(n.Interfaces(g.ID), func(e *inventory.Interface) bool { return !e.LoadBalancer() }) {
		f = front{n.balancer(g.ID), g.ID}
	}
	return f
}

// balancer returns the first load balancer with a public address that carries
// the group, and that VPC block public access does not shut off.
func (n *Region) balancer(group string) *inventory.Interface {
	for _, e := range n.Interfaces(group) {
		for f := range families {
			if s, _ := n.standing(e, f); s == public && e.LoadBalancer() && n.accessible(e) && n.balancerOf(e).answers() {
				return e
			}
		}
	}
	return nil
}

// accessible reports whether VPC block public access lets the internet in to
// the interface's subnet, or may do so.
func (n *Region) accessible(e *inventory.Interface) bool {
	f, _ := accessStage{n.place(placeKey{e.VPC, e.Subnet})}.fate()
	return f != closed
}

// otherWays names second ways in to a group, which verdicts leave aside.
func (n *Region) otherWays(g *inventory.Group) []string {
	if lines, ok := n.ways[g.ID]; ok {
		return lines
	}
	var lines []string
	if !slices.ContainsFunc(n.Interfaces(g.ID), func(e *inventory.Interface) bool { return !AcceptsNone(e) }) {
		return nil
	}
	if f := n.front(g); f.balancer != nil {
		which := "is a source of " + g.ID
		if f.via == g.ID {
			which = "the others carry too"
		}
		lines = append(lines, fmt.Sprintf("a second way in: %s faces the internet and carries %s, which %s", called(f.balancer), f.via, which))
	}
	if e := n.accelerator(g); e != nil {
		lines = append(lines, fmt.Sprintf("a second way in: %s in %s belongs to Global Accelerator, which needs neither public addresses nor routes, and to which inbound rules of network ACLs do not apply", e.ID, e.VPC))
	}
	n.ways[g.ID] = lines
	return lines
}

// accelerator returns the first interface of Global Accelerator in a VPC of
// the group's interfaces that has an internet gateway, or might have, and that
// VPC block public access does not shut off.
func (n *Region) accelerator(g *inventory.Group) *inventory.Interface {
	w := n.net()
	if len(w.accelerate) == 0 {
		return nil
	}
	for _, e := range n.Interfaces(g.ID) {
		gateway := len(w.gateways[e.VPC]) > 0 || !n.region.Read.Has(inventory.PartInternetGateways)
		if !gateway {
			continue
		}
		if i := slices.IndexFunc(w.accelerate[e.VPC], n.accessible); i >= 0 {
			return w.accelerate[e.VPC][i]
		}
	}
	return nil
}

// inspection tells of a table that sends what an internet gateway of the
// place's VPC lets in on to an appliance first.
func (c *considered) inspection(p *place) []string {
	for _, edge := range c.n.net().edges[p.vpc] {
		for i := range edge.Routes {
			if r := &edge.Routes[i]; r.Target != "local" && !r.Blackhole {
				return []string{fmt.Sprintf("%s, the table of %s, may send it through %s first", edge.ID, edge.Gateways[0], r.Target)}
			}
		}
	}
	return nil
}
