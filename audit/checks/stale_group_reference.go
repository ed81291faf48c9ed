package checks

import (
	"fmt"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// No rule names a group that is gone, or behind a peering that is.
var _ = audit.Declare(audit.Check{
	Title:      "Rule names a group that is gone",
	Severity:   findings.Medium,
	References: []string{"NIST 800-53 r5 CM-7"},
	Needs:      inventory.PartStale,
	Run: func(r *audit.Region) {
		type key struct{ group, rule string }
		stale := map[key]bool{}
		for i := range r.Stale {
			s := &r.Stale[i]
			rule := inventory.Rule{Direction: s.Direction, Traffic: s.Traffic, Peer: inventory.Peer{Group: &s.Peer}}
			stale[key{s.Group, rule.String()}] = true
		}
		for i := range r.Groups {
			g := &r.Groups[i]
			for j := range g.Rules {
				rule := &g.Rules[j]
				ref := rule.Peer.Group
				if ref == nil {
					continue
				}
				why := ""
				switch {
				case ref.Status != "" && ref.Status != "active":
					why = "its peering connection is " + ref.Status
				case len(stale) > 0 && stale[key{g.ID, rule.String()}]:
					why = "AWS lists the reference as stale: the group, or the peering connection, is gone"
				default:
					continue
				}
				o := r.Observe(g, rule)
				o.Message = fmt.Sprintf("%q names %s, and %s", rule, ref.ID, why)
				o.Fix = "Revoke " + rule.String() + ": it allows nobody."
				r.Report(o)
			}
		}
	},
})
