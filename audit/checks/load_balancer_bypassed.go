package checks

import (
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// The targets of a load balancer accept traffic from the load balancer only.
var _ = audit.Declare(audit.Check{
	Title:      "Rule lets traffic bypass the load balancer",
	Severity:   findings.Medium,
	References: []string{"NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7"},
	Needs:      inventory.PartInterfaces,
	Exposed:    true,
	Run: func(r *audit.Pass) {
		balancers := map[string]bool{} // groups that are attached to load balancers only
		known := func(id string) bool {
			yes, asked := balancers[id]
			if !asked {
				yes = onlyBalancers(r, id)
				balancers[id] = yes
			}
			return yes
		}
		var behind []*inventory.Rule
		for i := range r.Groups {
			g := &r.Groups[i]
			behind = behind[:0]
			for j := range g.Rules {
				if rule := &g.Rules[j]; rule.Direction == inventory.Ingress && rule.Peer.Group != nil && known(rule.Peer.Group.ID) {
					behind = append(behind, rule)
				}
			}
			for j := range g.Rules {
				rule := &g.Rules[j]
				if len(behind) == 0 || rule.Direction != inventory.Ingress || rule.Peer.Group != nil || r.Trusts(rule) {
					continue
				}
				for _, b := range behind {
					if !b.Traffic.Overlaps(rule.Traffic) {
						continue
					}
					o := r.Observe(g, rule)
					o.Message = fmt.Sprintf("%s is allowed from %s, which bypasses the load balancer with security group %s", audit.TrafficNamed(rule.Traffic), r.PeerNamed(rule.Peer), r.PeerNamed(b.Peer))
					o.Fix = "Revoke " + allowed(r, g, rule) + ". The rule for the load balancer stays: it allows " + allowed(r, g, b) + "."
					r.Report(o)
					break
				}
			}
		}
	},
})

// onlyBalancers reports whether the group is attached to load balancers, and to
// nothing else.
func onlyBalancers(r *audit.Pass, group string) bool {
	members := r.Reach.Interfaces(group)
	return len(members) > 0 && !slices.ContainsFunc(members, func(e *inventory.Interface) bool { return !e.LoadBalancer() })
}
