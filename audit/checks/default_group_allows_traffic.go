package checks

import (
	"fmt"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// The default group of every VPC has no rules.
var _ = audit.Declare(audit.Check{
	Title:    "Default security group allows traffic",
	Severity: findings.Medium,
	References: []string{
		"CIS 1.2 4.3", "CIS 1.4 5.3", "CIS 3.0 5.4", "CIS 5.0 5.5", "CIS 6.0 6.5", "FSBP EC2.2",
		"NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7",
	},
	Run: func(r *audit.Pass) {
		for i := range r.Groups {
			g := &r.Groups[i]
			if !g.Default() || len(g.Rules) == 0 {
				continue
			}
			rules := make([]*inventory.Rule, len(g.Rules))
			for j := range g.Rules {
				rules[j] = &g.Rules[j]
			}
			o := r.Observe(g, nil)
			o.Message = fmt.Sprintf("the default security group of VPC %s allows %s", r.VPCNamed(g.VPC), allowedBy(r, g, rules))
			for _, rule := range rules {
				if len(rule.IDs) > 0 {
					o.Evidence = append(o.Evidence, words.Series(rule.IDs)+" allows "+allowed(r, g, rule))
				}
			}
			o.Proposal.Kind = findings.RevokeAll
			o.Fix = "Attach other security groups to everything that uses the default group, then revoke every rule of " + g.Named() + "."
			if r.Read.Has(inventory.PartInterfaces) && len(r.Reach.Interfaces(g.ID)) == 0 {
				o.Fix = "No network interface has this group: revoke every rule of " + g.Named() + "."
			}
			r.Report(o)
		}
	},
})
