package checks

import (
	"fmt"
	"net/netip"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// Inside a VPC, rules reference security groups and not the addresses of their members.
var _ = audit.Declare(audit.Check{
	Title:      "Rule allows addresses where it could reference a security group",
	Severity:   findings.Medium,
	References: []string{"NIST 800-53 r5 AC-4", "NIST 800-53 r5 CM-7"},
	Needs:      inventory.PartInterfaces,
	Run: func(r *audit.Pass) {
		public := publicHolders(r)
		behind := holdersOf(r)
		for i := range r.Groups {
			g := &r.Groups[i]
			for j := range g.Rules {
				rule := &g.Rules[j]
				if e := public[rule.Peer.Prefix.Addr()]; e != nil && rule.Direction == inventory.Ingress && rule.Peer.Prefix.IsSingleIP() && !e.HasGroup(g.ID) {
					r.Report(ownPublic(r, g, rule, e))
				}
				if rule.Direction != inventory.Ingress || !rule.Peer.Prefix.IsValid() || !r.Reach.Private(g.VPC, rule.Peer.Prefix) {
					continue
				}
				if message := behind(g.VPC, rule.Peer.Prefix).message(r, g, rule); message != "" {
					o := r.Observe(g, rule)
					o.Message = message
					o.Fix = fmt.Sprintf("Allow %s from the security groups of the interfaces that need it, then revoke %s.", rule.Traffic, allowed(r, g, rule))
					o.Proposal.Kind = findings.ReferenceGroups
					r.Report(o)
				}
			}
		}
	},
})

// publicHolders returns the interfaces that have one of the public IPv4 addresses
// that rules name, and a security group that a rule could reference.
func publicHolders(r *audit.Pass) map[netip.Addr]*inventory.Interface {
	found := map[netip.Addr]*inventory.Interface{}
	r.EachRule(inventory.Ingress, func(_ *inventory.Group, rule *inventory.Rule) {
		if rule.Peer.Prefix.IsSingleIP() {
			found[rule.Peer.Prefix.Addr()] = nil
		}
	})
	for i := range r.Interfaces {
		e := &r.Interfaces[i]
		for _, a := range e.Addresses {
			if !a.Public.IsValid() {
				continue
			}
			if _, named := found[a.Public]; named && groupToName(r, e) != "" {
				found[a.Public] = e
			}
		}
	}
	return found
}

// ownPublic observes a rule that names the public address of one of the
// account's own interfaces. No change can be proposed: a reference matches
// private addresses only, and the client chooses which address it connects to.
func ownPublic(r *audit.Pass, g *inventory.Group, rule *inventory.Rule, e *inventory.Interface) audit.Observation {
	o := r.Observe(g, rule)
	o.Severity = findings.Low
	group := groupToName(r, e)
	o.Message = fmt.Sprintf("%s is allowed from %s, the public IPv4 address of %s with security group %s", rule.Traffic, rule.Peer, e.Named(), r.GroupNamed(group))
	o.Fix = fmt.Sprintf("Connect from %s over private addresses, allow %s from %s, then revoke %s. A reference to a security group does not match traffic from a public address.", e.ID, rule.Traffic, r.GroupNamed(group), allowed(r, g, rule))
	o.Proposal.Kind = findings.Advise
	return o
}
