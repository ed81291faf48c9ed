package checks

import (
	"fmt"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
)

// References lead to accounts that are known.
var _ = audit.Declare(audit.Check{
	Title:      "Rule names a group of an account that is not known",
	Severity:   findings.Medium,
	References: []string{"NIST 800-53 r5 AC-4"},
	Run: func(r *audit.Region) {
		known := map[string]bool{"": true, r.AccountID: true}
		for _, id := range r.Settings.Accounts {
			known[id] = true
		}
		for _, other := range r.Estate.Regions {
			known[other.AccountID] = true
		}
		for i := range r.Groups {
			g := &r.Groups[i]
			for j := range g.Rules {
				rule := &g.Rules[j]
				if rule.Peer.Group == nil || known[rule.Peer.Group.Account] {
					continue
				}
				o := r.Observe(g, rule)
				o.Message = fmt.Sprintf("%q names a group of account %s, which is neither in this run nor among the configured accounts", rule, rule.Peer.Group.Account)
				o.Fix = "Find out whose account it is: add it to accounts in the configuration, or revoke the rule."
				o.Advice = true
				r.Report(o)
			}
		}
	},
})
