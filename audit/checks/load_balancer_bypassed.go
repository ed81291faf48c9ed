package checks

import (
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// What stands behind a load balancer accepts its traffic from nowhere else.
var _ = audit.Declare(audit.Check{
	Title:      "Backend can be reached around its load balancer",
	Severity:   findings.Medium,
	References: []string{"NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7"},
	Needs:      inventory.PartInterfaces,
	Exposed:    true,
	Run: func(r *audit.Region) {
		balancers := map[string]bool{} // groups that only load balancers carry
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
					o.Message = fmt.Sprintf("%s is allowed from %s, around the load balancer that %s lets in", audit.TrafficNamed(rule.Traffic), rule.Peer, b.Peer)
					o.Fix = "Revoke " + rule.String() + ": " + b.String() + " is what the load balancer needs."
					r.Report(o)
					break
				}
			}
		}
	},
})

// onlyBalancers reports whether load balancers carry the group, and nothing
// else does.
func onlyBalancers(r *audit.Region, group string) bool {
	members := r.Reach.Interfaces(group)
	return len(members) > 0 && !slices.ContainsFunc(members, func(e *inventory.Interface) bool { return !e.LoadBalancer() })
}
