package checks

import (
	"fmt"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// No rule is stale: every referenced group exists, and so does its peering connection.
var _ = audit.Declare(audit.Check{
	Title:      "Security group rule is stale",
	Severity:   findings.Medium,
	References: []string{"NIST 800-53 r5 CM-7"},
	Needs:      inventory.PartStale,
	Run: func(r *audit.Pass) {
		stale := staleReferences(r)
		for i := range r.Groups {
			g := &r.Groups[i]
			for j := range g.Rules {
				rule := &g.Rules[j]
				why := stale.because(g, rule)
				if why == "" {
					continue
				}
				o := r.Observe(g, rule)
				o.Message = fmt.Sprintf("the rule for %s allows no traffic: %s", allowed(r, g, rule), why)
				o.Fix = "Revoke " + allowed(r, g, rule) + ". No traffic depends on it."
				r.Report(o)
			}
		}
	},
})

// staleRules are the rules that AWS lists as stale, by group and rule.
type staleRules map[staleRule]bool

type staleRule struct{ group, rule string }

func staleReferences(r *audit.Pass) staleRules {
	stale := staleRules{}
	for i := range r.Stale {
		s := &r.Stale[i]
		rule := inventory.Rule{Direction: s.Direction, Traffic: s.Traffic, Peer: inventory.Peer{Group: &s.Peer}}
		stale[staleRule{s.Group, rule.String()}] = true
	}
	return stale
}

// because says why a rule is stale, or returns nothing where AWS does not say that it is.
func (stale staleRules) because(g *inventory.Group, rule *inventory.Rule) string {
	ref := rule.Peer.Group
	switch {
	case ref == nil:
		return ""
	case ref.Status != "" && ref.Status != "active":
		return "its VPC peering connection is " + ref.Status
	case len(stale) > 0 && stale[staleRule{g.ID, rule.String()}]:
		return "AWS lists it as stale, because the referenced group or the peering connection was deleted"
	}
	return ""
}
