package checks

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// Where a VPC has a bastion, remote administration goes through it.
var _ = audit.Declare(audit.Check{
	Title:      "Remote administration bypasses the bastion",
	Severity:   findings.Medium,
	References: []string{"NIST 800-53 r5 AC-17", "NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7"},
	Needs:      inventory.PartInterfaces,
	Run: func(r *audit.Pass) {
		r.EachRule(inventory.Ingress, func(g *inventory.Group, rule *inventory.Rule) {
			known := r.Bastions(g.VPC)
			if len(known) == 0 || slices.Contains(known, g.ID) || len(remoteShells(rule.Traffic)) == 0 || r.Trusts(rule) {
				return
			}
			if ref := rule.Peer.Group; ref != nil && slices.Contains(known, ref.ID) {
				return
			}
			if public, ok := openToAll(r, g, rule); public || !ok {
				return
			}
			private := func(e *inventory.Interface) bool { return len(e.PublicIPv4()) == 0 && e.Instance != "" }
			members := r.Reach.Interfaces(g.ID)
			k := slices.IndexFunc(members, private)
			if k < 0 || rule.Peer.Prefix.IsValid() && onlyBastions(r, known, g.VPC, rule.Peer.Prefix) {
				return
			}
			o := r.Observe(g, rule)
			o.Message = fmt.Sprintf("%s to %s is allowed from %s, which bypasses the bastion of VPC %s: %s", audit.TrafficNamed(rule.Traffic), members[k].Named(), r.PeerNamed(rule.Peer), r.VPCNamed(g.VPC), groupsNamed(r, known))
			o.Proposal.Kind = findings.Advise
			through, blocked := usableBastion(r, known, g, rule.Traffic)
			bastion := inventory.Peer{Group: &inventory.GroupRef{ID: through}}
			var ports []string
			for _, t := range remoteShells(rule.Traffic) {
				ports = append(ports, t.Words())
				o.Proposal.FirstAllow = append(o.Proposal.FirstAllow, inventory.Rule{Direction: inventory.Ingress, Traffic: t, Peer: bastion})
				r.FirstAllowOut(&o.Proposal, through, g, t)
			}
			o.Fix = fmt.Sprintf("Allow %s to %s from %s, or use Session Manager, then revoke %s.", words.Series(ports), g.Named(), r.GroupNamed(through), allowed(r, g, rule))
			if blocked != "" {
				o.Fix += " The bastion cannot connect to it yet: " + blocked + "."
			}
			r.Report(o)
		})
	},
})

// usableBastion returns the first of the bastions that can connect to what a group is attached
// to, once the group allows it. Where none can, it is the first of all, with what is in the way.
func usableBastion(r *audit.Pass, bastions []string, g *inventory.Group, t inventory.Traffic) (bastion, blocked string) {
	for i, id := range bastions {
		why := r.Blocked(id, g, t)
		if why == "" {
			return id, ""
		}
		if i == 0 {
			blocked = why
		}
	}
	return bastions[0], blocked
}

// remoteShells returns the ports of SSH and RDP that the traffic includes.
func remoteShells(t inventory.Traffic) []inventory.Traffic {
	return slices.DeleteFunc([]inventory.Traffic{inventory.Ports(inventory.TCP, 22, 22), inventory.Ports(inventory.TCP, 3389, 3389)}, func(shell inventory.Traffic) bool { return !t.Overlaps(shell) })
}

// onlyBastions reports whether interfaces have the addresses, and all of them are bastions.
func onlyBastions(r *audit.Pass, bastions []string, vpc string, p netip.Prefix) bool {
	inside := r.InterfacesInside(vpc, p)
	return len(inside) > 0 && p.IsSingleIP() && !slices.ContainsFunc(inside, func(i int32) bool {
		return !slices.ContainsFunc(bastions, r.Interfaces[i].HasGroup)
	})
}
