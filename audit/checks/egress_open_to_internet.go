package checks

import (
	"fmt"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// No group lets everything out to the internet.
var _ = audit.Declare(audit.Check{
	Title:      "All traffic may leave to the internet",
	Severity:   findings.Info,
	References: []string{"PCI DSS 4.0.1 1.3.2", "NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7"},
	OnRequest:  true,
	Run: func(r *audit.Region) {
		r.EachRule(inventory.Egress, func(g *inventory.Group, rule *inventory.Rule) {
			if !rule.Traffic.OpensAll() || !toInternet(rule) {
				return
			}
			o := r.Observe(g, rule)
			o.Message = fmt.Sprintf("%s may leave to %s", audit.TrafficNamed(rule.Traffic), rule.Peer)
			o.Fix = "Allow the groups, prefix lists and ports that are needed, watch the flow logs, then revoke " + rule.String() + "."
			o.Proposal.Kind = findings.Advise
			r.Report(o)
		})
	},
})
