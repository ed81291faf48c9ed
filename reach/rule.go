package reach

import (
	"fmt"

	"github.com/sgaudit/sgaudit/inventory"
)

// Rule judges one rule of a group, taken alone as the permission: reachable
// means that for some interface that carries the group, some port of the rule
// and some internet address among its sources, a new connection gets in and
// its reply out.
func (n *Region) Rule(g *inventory.Group, r *inventory.Rule) Exposure {
	members := n.Interfaces(g.ID)
	read := n.region.Read.Has(inventory.PartInterfaces)
	if read && len(members) == 0 {
		return n.unattached(g)
	}
	if r.Direction == inventory.Egress {
		return Exposure{NotReachable, []string{"an egress rule allows nothing in"}}
	}
	sources := n.sourcesOf(r.Peer)
	switch {
	case sources.none():
		return Exposure{NotReachable, []string{n.notInternet(r)}}
	case !read:
		return Exposure{Unknown, []string{"network interfaces were not read"}}
	}
	c := n.consider(g, r, sources)
	switch {
	case c.best[Reachable] != nil:
		return Exposure{Reachable, c.reachable()}
	case c.best[Unknown] != nil:
		return Exposure{Unknown, c.unknown()}
	}
	return Exposure{NotReachable, c.notReachable()}
}

// Group judges a group by the gravest of its ingress rules.
func (n *Region) Group(g *inventory.Group) Exposure {
	if n.region.Read.Has(inventory.PartInterfaces) && len(n.Interfaces(g.ID)) == 0 {
		return n.unattached(g)
	}
	var worst Exposure
	var rule *inventory.Rule
	ingress, internet := 0, false // whether the most exposed rule names the internet
	for i := range g.Rules {
		r := &g.Rules[i]
		if r.Direction != inventory.Ingress {
			continue
		}
		ingress++
		e := n.Rule(g, r)
		named := !n.sourcesOf(r.Peer).none()
		if c := e.Verdict.Compare(worst.Verdict); c > 0 || c == 0 && named && !internet { // of equal ones, a rule for the internet says more
			worst, rule, internet = e, r, named
		}
	}
	switch {
	case ingress == 0:
		return Exposure{NotReachable, []string{g.ID + " has no ingress rule"}}
	case ingress > 1:
		lead := fmt.Sprintf("of the %d ingress rules of %s the most exposed is %q", ingress, g.ID, rule)
		if worst.Verdict == NotReachable {
			lead = fmt.Sprintf("none of the %d ingress rules of %s lets the internet in, such as %q", ingress, g.ID, rule)
		}
		worst.Evidence = bounded(append([]string{lead}, worst.Evidence...))
	}
	return worst
}

func (n *Region) unattached(g *inventory.Group) Exposure {
	evidence := []string{"no network interface carries " + g.ID}
	if n.region.Read.Has(inventory.PartAssociations) {
		for _, a := range n.net().associations[g.ID] {
			if a.VPCOwner != "" && a.VPCOwner != n.region.AccountID {
				evidence = append(evidence, fmt.Sprintf("it is associated with %s of account %s too, whose interfaces are not visible to this account", a.VPC, a.VPCOwner))
			}
		}
	}
	return Exposure{Unattached, bounded(evidence)}
}

// notInternet says why a rule's peer stands for no internet address.
func (n *Region) notInternet(r *inventory.Rule) string {
	switch p := r.Peer; {
	case p.Group != nil:
		return fmt.Sprintf("the source %s is a group, and a reference matches private addresses only", p.Group.ID)
	case p.List != "":
		return fmt.Sprintf("the source %s holds no internet address", p.List)
	}
	return fmt.Sprintf("the source %s holds no internet address", r.Peer.Prefix)
}

// considered is what was found out about a rule, candidate by candidate.
type considered struct {
	n       *Region
	group   *inventory.Group
	rule    *inventory.Rule
	total   int
	profile *profile
	asked   []asked
	count   map[Verdict]int // interfaces by verdict; those with two families count for each
	best    map[Verdict]*asked
}

type asked struct {
	*candidate
	*answer
	verdict Verdict
}

func (n *Region) consider(g *inventory.Group, r *inventory.Rule, sources peerSources) *considered {
	c := &considered{
		n: n, group: g, rule: r, total: len(n.Interfaces(g.ID)), profile: n.profile(g.ID),
		count: map[Verdict]int{}, best: map[Verdict]*asked{},
	}
	for _, k := range c.profile.candidates {
		if sources[k.family].impossible() {
			continue
		}
		q := question{k.balancer, k.family, r.Traffic, inventory.Peer{Prefix: r.Peer.Prefix, List: r.Peer.List}}
		a := asked{k, k.place.ask(q, sources[k.family]), ""}
		a.verdict = a.answer.verdict
		if a.verdict == Reachable && k.standing == unsure {
			a.verdict = Unknown
		}
		c.asked = append(c.asked, a)
	}
	for i := range c.asked {
		a := &c.asked[i]
		c.count[a.verdict] += a.candidate.count
		if best := c.best[a.verdict]; best == nil || a.share > best.share {
			c.best[a.verdict] = a
		}
	}
	return c
}
