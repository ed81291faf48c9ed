package checks

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
)

// Every rule has a description.
var _ = audit.Declare(audit.Check{
	Title:      "Rule has no description",
	Severity:   findings.Info,
	References: []string{"NIST 800-53 r5 CM-7", "PCI DSS 4.0.1 1.2.5"},
	OnRequest:  true,
	Run: func(r *audit.Pass) {
		for i := range r.Groups {
			g := &r.Groups[i]
			for j := range g.Rules {
				rule := &g.Rules[j]
				if strings.TrimSpace(rule.Description) != "" || g.Default() {
					continue
				}
				o := r.Observe(g, rule)
				o.Message = fmt.Sprintf("the rule for %s has no description", allowed(r, g, rule))
				o.Fix = "Add a description: who needs the rule, for what, and until when."
				o.Proposal.Kind = findings.Advise
				r.Report(o)
			}
		}
	},
})
