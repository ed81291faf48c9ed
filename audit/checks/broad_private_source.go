package checks

import (
	"fmt"
	"math"
	"net/netip"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// No rule allows far more private addresses than its VPC has.
var _ = audit.Declare(audit.Check{
	Title:      "Rule allows far more private addresses than its VPC has",
	Severity:   findings.Low,
	References: []string{"NIST 800-53 r5 AC-4", "NIST 800-53 r5 CM-7"},
	Needs:      inventory.PartVPCs,
	Run: func(r *audit.Pass) {
		r.EachRule(inventory.Ingress, func(g *inventory.Group, rule *inventory.Rule) {
			p := rule.Peer.Prefix
			v := r.VPC(g.VPC)
			if v == nil || !p.IsValid() || !r.Reach.Private(g.VPC, p) || publicOnly(r, rule.Traffic) || r.Trusts(rule) {
				return
			}
			var blocks []string
			within, has := false, 0.0
			for _, own := range v.Prefixes {
				if cidr.FamilyOf(own) == cidr.FamilyOf(p) {
					blocks = append(blocks, own.String())
					has += addresses(own)
					within = within || cidr.Contains(p, own)
				}
			}
			times := addresses(p) / has
			if !within || times < farWider {
				return
			}
			o := r.Observe(g, rule)
			o.Message = fmt.Sprintf("%s is allowed from %s, which has %.0f times as many addresses as VPC %s: %s", audit.TrafficNamed(rule.Traffic), p, math.Floor(times), v.Named(), words.Series(blocks))
			o.Fix = "Allow the traffic from the security groups that need it and, for other networks, from the subnets that need it. Then revoke " + allowed(r, g, rule) + "."
			o.Proposal.Kind = findings.Advise
			r.Report(o)
		})
	},
})

// farWider is how many times the addresses of its VPC a source must have to
// be reported.
const farWider = 16

// addresses counts the addresses of a prefix.
func addresses(p netip.Prefix) float64 { return math.Ldexp(1, p.Addr().BitLen()-p.Bits()) }
