package checks

import (
	"slices"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// A Lambda function is allowed to connect to what it needs, not to everything.
var _ = audit.Declare(audit.Check{
	Title:      "Lambda function is allowed to open any connection to the internet",
	Severity:   findings.Low,
	References: []string{"PCI DSS 4.0.1 1.3.2", "NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7"},
	Needs:      inventory.PartInterfaces,
	OnRequest:  true,
	Run: func(r *audit.Pass) {
		first := map[string]string{} // of the functions that are configured with a group
		for i := range slices.Backward(r.Functions) {
			for _, id := range r.Functions[i].Groups {
				first[id] = r.Functions[i].Name
			}
		}
		r.EachRule(inventory.Egress, func(g *inventory.Group, rule *inventory.Rule) {
			if !rule.Traffic.OpensAll() || !toInternet(rule) {
				return
			}
			runs := functionWith(r, g)
			if name, configured := first[g.ID]; runs == "" && configured {
				runs = "Lambda function " + name
			}
			if runs == "" {
				return
			}
			o := r.Observe(g, rule)
			o.Message = outbound(r, rule) + " is allowed from " + runs
			o.Fix = "Allow traffic to the security groups of its databases and endpoints, and tcp/443 to the prefix lists of the services that it calls, then revoke " + allowed(r, g, rule) + "."
			o.Proposal.Kind = findings.Advise
			r.Report(o)
		})
	},
})

// functionWith names the first function that runs with the group, by its
// interface.
func functionWith(r *audit.Pass, g *inventory.Group) string {
	for _, e := range r.Reach.Interfaces(g.ID) {
		if e.Owner().Kind == "function" {
			return e.Named()
		}
	}
	return ""
}
