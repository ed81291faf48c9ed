package checks

import (
	"fmt"
	"net/netip"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// No rule allows traffic from a large part of the internet.
var _ = audit.Declare(audit.Check{
	Title:      "Rule allows traffic from a large part of the internet",
	Severity:   findings.Low,
	References: []string{"PCI DSS 4.0.1 1.3.1", "NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7"},
	Exposed:    true,
	Run: func(r *audit.Pass) {
		r.EachRule(inventory.Ingress, func(g *inventory.Group, rule *inventory.Rule) {
			if l := r.PrefixList(rule.Peer.List); rule.Peer.List != "" && (l == nil || !l.Resolved) {
				r.NotEvaluated("%s of %s: the entries of prefix list %s are unknown", rule, g.Named(), rule.Peer.List)
				return
			}
			if toInternet(rule) || publicOnly(r, rule.Traffic) || r.Trusts(rule) {
				return
			}
			broad := broadest(r, g, rule)
			if !broad.IsValid() {
				return
			}
			if public, ok := openToAll(r, g, rule); public || !ok {
				return
			}
			o := r.Observe(g, rule)
			o.Message = fmt.Sprintf("%s is allowed from %s, a public block larger than a /%d", audit.TrafficNamed(rule.Traffic), broad, broadFrom(r, broad))
			if rule.Peer.List != "" {
				o.Message += ", in prefix list " + r.PeerNamed(rule.Peer)
			}
			o.Fix = "Allow the traffic only from the addresses that need it, then revoke " + allowed(r, g, rule) + ". If the whole block is yours, add it to trusted_cidrs in the configuration."
			o.Proposal.Kind = findings.Advise
			r.Report(o)
		})
	},
})

// broadest returns the widest block of the peer that is broad, or the zero
// Prefix. A block is broad if it holds more addresses that hosts on the
// internet can have than a prefix of the configured length: those of the VPC
// and its peers, and those of special-purpose blocks, do not count. The lists
// that AWS keeps are as wide as its services are.
func broadest(r *audit.Pass, g *inventory.Group, rule *inventory.Rule) (widest netip.Prefix) {
	consider := func(p netip.Prefix) {
		if !p.IsValid() || p.Bits() >= broadFrom(r, p) || !r.Reach.PublicPart(g.VPC, p).LargerThan(broadFrom(r, p), cidr.FamilyOf(p)) {
			return
		}
		if !widest.IsValid() || p.Bits() < widest.Bits() {
			widest = p
		}
	}
	if rule.Peer.List == "" {
		consider(rule.Peer.Prefix)
		return widest
	}
	if l := r.PrefixList(rule.Peer.List); l != nil && l.Owner != "AWS" {
		for _, p := range l.Entries {
			consider(p)
		}
	}
	return widest
}

// broadFrom returns how many bits a block of that family must have at least.
func broadFrom(r *audit.Pass, p netip.Prefix) int {
	if p.Addr().Is6() {
		return r.Settings.BroadPublic6
	}
	return r.Settings.BroadPublic4
}
