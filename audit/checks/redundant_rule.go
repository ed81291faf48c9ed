package checks

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// No rule repeats what the other rules of its group allow already.
var _ = audit.Declare(audit.Check{
	Title:      "Rule is covered by other rules of its security group",
	Severity:   findings.Low,
	References: []string{"NIST 800-53 r5 CM-7"},
	Run: func(r *audit.Pass) {
		for i := range r.Groups {
			g := &r.Groups[i]
			if g.Default() || !anyOverlap(g) {
				continue // another check wants every rule of a default group revoked
			}
			kept := make([]*inventory.Rule, 0, len(g.Rules))
			excessive := r.Excessive(g)
			covers := make(map[*inventory.Rule]bool, len(g.Rules))
			for j := range g.Rules {
				rule := &g.Rules[j]
				kept = append(kept, rule)
				covers[rule] = !excessive[rule] && stays(r, g, rule)
			}
			// From the narrowest on, so that of several only the widest stay.
			order := slices.Clone(kept)
			slices.SortStableFunc(order, func(a, b *inventory.Rule) int {
				return cmp.Or(cmp.Compare(b.Peer.Prefix.Bits(), a.Peer.Prefix.Bits()), cmp.Compare(a.Traffic.Last-a.Traffic.First, b.Traffic.Last-b.Traffic.First))
			})
			for _, rule := range order {
				var others []*inventory.Rule
				for _, other := range kept {
					if other != rule && other.Direction == rule.Direction && covers[other] && other.Traffic.Overlaps(rule.Traffic) {
						others = append(others, other)
					}
				}
				by := reach.Covering(rule, others)
				if len(by) == 0 {
					continue
				}
				kept = slices.DeleteFunc(kept, func(other *inventory.Rule) bool { return other == rule })
				o := r.Observe(g, rule)
				o.Message = fmt.Sprintf("the rule for %s changes nothing: the group already allows %s", allowed(r, g, rule), allowedBy(r, g, by))
				o.Fix = "Revoke " + allowed(r, g, rule) + ". The same traffic stays allowed."
				o.Proposal.Kind = findings.RevokeRedundant
				r.Report(o)
			}
		}
	},
})

// stays reports whether no other check asks for the rule to be revoked or
// narrowed, as far as the rule itself shows: its date has passed, the group that
// it references is behind a peering connection that is gone, it allows a
// protocol from the internet that should not be, or it allows traffic from a large part of
// the internet. It does not matter which checks run.
func stays(r *audit.Pass, g *inventory.Group, rule *inventory.Rule) bool {
	if end, _, dated := expiry(rule); dated && end.Before(r.Settings.Now) {
		return false
	}
	if (staleRules{}).because(nil, rule) != "" {
		return false
	}
	switch {
	case rule.Direction != inventory.Ingress:
		return true
	case toInternet(rule):
		return !unexpectedProtocol(rule.Traffic)
	}
	return publicOnly(r, rule.Traffic) || r.Trusts(rule) || !broadest(r, g, rule).IsValid()
}

// anyOverlap reports whether two rules of the group may allow the same traffic
// from the same peers. It is quick, because rules are in the order of direction,
// protocol and ports, and most groups have no two such rules.
func anyOverlap(g *inventory.Group) bool {
	for i := range g.Rules {
		a := &g.Rules[i]
		for j := i + 1; j < len(g.Rules); j++ {
			b := &g.Rules[j]
			all := a.Traffic.Protocol == inventory.AllProtocols
			if a.Direction != b.Direction || !all && (a.Traffic.Protocol != b.Traffic.Protocol || a.Traffic.HasPorts() && b.Traffic.First > a.Traffic.Last) {
				break
			}
			p, q := a.Peer, b.Peer
			switch {
			case p.Prefix.IsValid() || q.Prefix.IsValid():
				if p.Prefix.IsValid() && q.Prefix.IsValid() && p.Prefix.Overlaps(q.Prefix) {
					return true
				}
			case p.List == q.List && (p.Group == nil || q.Group != nil && p.Group.ID == q.Group.ID):
				return true
			}
		}
	}
	return false
}
