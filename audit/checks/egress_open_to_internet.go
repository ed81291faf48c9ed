package checks

import (
	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// No group allows all outbound traffic to the internet.
var _ = audit.Declare(audit.Check{
	Title:      "All outbound traffic to the internet is allowed",
	Severity:   findings.Info,
	References: []string{"PCI DSS 4.0.1 1.3.2", "NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7"},
	OnRequest:  true,
	Run: func(r *audit.Pass) {
		r.EachRule(inventory.Egress, func(g *inventory.Group, rule *inventory.Rule) {
			if !rule.Traffic.OpensAll() || !toInternet(rule) {
				return
			}
			o := r.Observe(g, rule)
			o.Message = outbound(r, rule) + " is allowed"
			o.Fix = "Allow traffic to the security groups, prefix lists and ports that are needed, check in the flow logs that nothing else is used, then revoke " + allowed(r, g, rule) + "."
			o.Proposal.Kind = findings.Advise
			r.Report(o)
		})
	},
})
