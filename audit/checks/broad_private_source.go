package checks

import (
	"fmt"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// No rule lets in far more private addresses than its VPC has.
var _ = audit.Declare(audit.Check{
	Title:      "Rule lets in far more private addresses than its VPC has",
	Severity:   findings.Low,
	References: []string{"NIST 800-53 r5 AC-4", "NIST 800-53 r5 CM-7"},
	Needs:      inventory.PartVPCs,
	Run: func(r *audit.Region) {
		r.EachRule(inventory.Ingress, func(g *inventory.Group, rule *inventory.Rule) {
			p := rule.Peer.Prefix
			v := r.VPC(g.VPC)
			if v == nil || !p.IsValid() || !r.Reach.Private(g.VPC, p) {
				return
			}
			for _, own := range v.Prefixes {
				if !p.Contains(own.Addr()) || p.Bits() > own.Bits()-farWider || publicOnly(r, rule.Traffic) || r.Trusts(rule) {
					continue
				}
				o := r.Observe(g, rule)
				o.Message = fmt.Sprintf("%s is allowed from %s, %d times as many addresses as %s (%s) has", audit.TrafficNamed(rule.Traffic), p, 1<<(own.Bits()-p.Bits()), g.VPC, own)
				o.Fix = "Name the groups that need it; of other networks, the subnets that need it."
				o.Advice = true
				r.Report(o)
				return
			}
		})
	},
})

// farWider is by how many bits a block is far wider than another: sixteen
// times as many addresses.
const farWider = 4
