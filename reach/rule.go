package reach

import (
	"github.com/sgaudit/sgaudit/inventory"
)

// Rule judges one rule of a group, taken alone as the permission: reachable
// means that for some interface that carries the group, some port of the rule
// and some internet address among its sources, a new connection gets in and
// its reply out.
func (n *Region) Rule(g *inventory.Group, r *inventory.Rule) Exposure {
	read := n.region.Read.Has(inventory.PartInterfaces)
	if read && len(n.Interfaces(g.ID)) == 0 {
		return Exposure{Unattached, unattached(n.net(), g)}
	}
	if r.Direction == inventory.Egress {
		return Exposure{NotReachable, []string{egressRule}}
	}
	sources := n.net().sourcesOf(r.Peer)
	switch {
	case sources.none():
		return Exposure{NotReachable, []string{notInternet(r)}}
	case !read:
		return Exposure{Unknown, []string{interfacesUnread}}
	}
	j := n.judge(g, r, sources)
	verdict := NotReachable
	if j.best != nil {
		verdict = j.best.verdict
	}
	return Exposure{verdict, j.evidence()}
}

// Group judges a group by the most exposed of its ingress rules.
func (n *Region) Group(g *inventory.Group) Exposure {
	if n.region.Read.Has(inventory.PartInterfaces) && len(n.Interfaces(g.ID)) == 0 {
		return Exposure{Unattached, unattached(n.net(), g)}
	}
	var most Exposure
	var rule *inventory.Rule
	ingress, internet := 0, false // whether the most exposed rule names the internet
	for i := range g.Rules {
		r := &g.Rules[i]
		if r.Direction != inventory.Ingress {
			continue
		}
		ingress++
		e := n.Rule(g, r)
		named := !n.net().sourcesOf(r.Peer).none()
		if c := e.Verdict.Compare(most.Verdict); c > 0 || c == 0 && named && !internet { // of equal ones, a rule for the internet says more
			most, rule, internet = e, r, named
		}
	}
	if ingress == 0 {
		most.Verdict = NotReachable
	}
	most.Evidence = ofGroup(g, ingress, rule, most.Verdict, most.Evidence)
	return most
}
