package checks

import (
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// An internal load balancer lets in its own networks, not everyone.
var _ = audit.Declare(audit.Check{
	Title:      "Internal load balancer is open to everyone",
	Severity:   findings.Low,
	References: []string{"NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7"},
	Needs:      inventory.PartInterfaces,
	Run: func(r *audit.Region) {
		r.EachRule(inventory.Ingress, func(g *inventory.Group, rule *inventory.Rule) {
			if !toInternet(rule) {
				return
			}
			members := r.Reach.Interfaces(g.ID)
			outside := func(e *inventory.Interface) bool { return !balancer(e) || len(e.PublicIPv4()) > 0 }
			if len(members) == 0 || slices.ContainsFunc(members, outside) {
				return
			}
			o := r.Observe(g, rule)
			o.Message = fmt.Sprintf("%s is internal, and yet lets in %s from everyone (%s)", interfacesNamed(members[:1]), audit.TrafficNamed(rule.Traffic), rule.Peer)
			o.Fix = fmt.Sprintf("Allow %s from the groups that call it, then revoke %s.", rule.Traffic, rule)
			o.Advice = true
			r.Report(o)
		})
	},
})
