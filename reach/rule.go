package reach

import (
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/explain"
	"github.com/sgaudit/sgaudit/reach/path"
)

// Rule judges one rule of a group as if the group had no other: reachable means that
// for some interface to which the group is attached, some port of the rule and some internet
// address among its sources, a new connection gets in and its reply out.
func (n *Analyzer) Rule(g *inventory.Group, r *inventory.Rule) Exposure {
	verdict, evidence := n.rule(g, r)
	return Exposure{verdict, evidence()}
}

// RuleVerdict returns the verdict of Rule without its evidence, which takes longer
// to put in words than the verdict to find.
func (n *Analyzer) RuleVerdict(g *inventory.Group, r *inventory.Rule) path.Verdict {
	verdict, _ := n.rule(g, r)
	return verdict
}

func (n *Analyzer) rule(g *inventory.Group, r *inventory.Rule) (path.Verdict, func() []string) {
	read := n.region.Read.Has(inventory.PartInterfaces)
	if read && len(n.Interfaces(g.ID)) == 0 {
		return path.Unattached, func() []string { return explain.Unattached(n.net(), g) }
	}
	if r.Direction == inventory.Egress {
		return path.NotReachable, func() []string { return []string{explain.EgressRule} }
	}
	sources := n.net().InternetSources(r.Peer)
	switch {
	case sources.None():
		return path.NotReachable, func() []string { return []string{explain.NotInternet(n.net(), r)} }
	case !read:
		return path.Unknown, func() []string { return []string{explain.InterfacesNotRead} }
	}
	j := n.judge(g, r, sources)
	verdict := path.NotReachable
	if j.Best != nil {
		verdict = j.Best.Verdict
	}
	return verdict, func() []string {
		j.Others = n.secondEntries(g, r.Traffic)
		if j.Best != nil && j.Total > 1 {
			j.Count = n.distinct(j, j.Best.Verdict)
		}
		return j.Evidence()
	}
}

// Group judges a group by the most exposed of its ingress rules.
func (n *Analyzer) Group(g *inventory.Group) Exposure {
	if n.region.Read.Has(inventory.PartInterfaces) && len(n.Interfaces(g.ID)) == 0 {
		return Exposure{path.Unattached, explain.Unattached(n.net(), g)}
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
		named := !n.net().InternetSources(r.Peer).None()
		if c := e.Verdict.Compare(most.Verdict); c > 0 || c == 0 && named && !internet { // of equal ones, a rule for the internet says more
			most, rule, internet = e, r, named
		}
	}
	if ingress == 0 {
		most.Verdict = path.NotReachable
	}
	most.Evidence = explain.Group(g, ingress, rule, most.Verdict, most.Evidence)
	return most
}
