package checks

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// No rule names an address of the VPC that nothing holds.
var _ = audit.Declare(audit.Check{
	Title:      "Rule names an address that nothing holds",
	Severity:   findings.Low,
	References: []string{"NIST 800-53 r5 AC-4", "NIST 800-53 r5 CM-7"},
	Needs:      inventory.PartInterfaces | inventory.PartVPCs,
	Run: func(r *audit.Region) {
		for i := range r.Groups {
			g := &r.Groups[i]
			for j := range g.Rules {
				rule := &g.Rules[j]
				p := rule.Peer.Prefix
				if !p.IsValid() || !p.IsSingleIP() || !inVPC(r, g.VPC, p) || len(r.InterfacesInside(g.VPC, p)) > 0 {
					continue
				}
				o := r.Observe(g, rule)
				o.Message = fmt.Sprintf("no interface of %s holds %s: whoever gets it next is let through", g.VPC, p.Addr())
				o.Fix = "Revoke " + rule.String() + "; where its purpose lives on, name the group of what serves it now."
				r.Report(o)
			}
		}
	},
})

// inVPC reports whether the prefix lies inside the VPC's own blocks.
func inVPC(r *audit.Region, vpc string, p netip.Prefix) bool {
	v := r.VPC(vpc)
	return v != nil && slices.ContainsFunc(v.Prefixes, func(q netip.Prefix) bool {
		return q.Bits() <= p.Bits() && q.Contains(p.Addr())
	})
}
