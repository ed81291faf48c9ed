package checks

import (
	"fmt"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// A database is not allowed to open connections to the internet.
var _ = audit.Declare(audit.Check{
	Title:      "Database is allowed to open connections to the internet",
	Severity:   findings.Low,
	References: []string{"PCI DSS 4.0.1 1.3.2", "NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7"},
	Needs:      inventory.PartInterfaces,
	OnRequest:  true,
	Run: func(r *audit.Pass) {
		r.EachRule(inventory.Egress, func(g *inventory.Group, rule *inventory.Rule) {
			if !toInternet(rule) {
				return
			}
			var databases []*inventory.Interface
			for _, e := range r.Reach.Interfaces(g.ID) {
				if e.Database() {
					databases = append(databases, e)
				}
			}
			if len(databases) == 0 {
				return
			}
			o := r.Observe(g, rule)
			senders, _ := interfacesNamed(databases)
			o.Message = fmt.Sprintf("%s is allowed from %s", outbound(r, rule), senders)
			o.Fix = "Allow traffic to the security groups of its replicas and endpoints, then revoke " + allowed(r, g, rule) + ". A database rarely opens other connections."
			o.Proposal.Kind = findings.Advise
			r.Report(o)
		})
	},
})
