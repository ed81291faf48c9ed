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
		for i := range r.Groups {
			g := &r.Groups[i]
			var behind []*inventory.Rule
			for j := range g.Rules {
				if rule := &g.Rules[j]; rule.Direction == inventory.Ingress && fromBalancer(r, rule) {
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
					o.Message = fmt.Sprintf("%s is allowed from %s, around the load balancer that %s lets in", trafficNamed(rule.Traffic), rule.Peer, b.Peer)
					o.Fix = "Revoke " + rule.String() + ": " + b.String() + " is what the load balancer needs."
					r.Report(o)
					break
				}
			}
		}
	},
})

// fromBalancer reports whether the rule names a group that load balancers
// carry, and nothing else does.
func fromBalancer(r *audit.Region, rule *inventory.Rule) bool {
	if rule.Peer.Group == nil {
		return false
	}
	members := r.Reach.Interfaces(rule.Peer.Group.ID)
	return len(members) > 0 && !slices.ContainsFunc(members, func(e *inventory.Interface) bool { return !balancer(e) })
}
