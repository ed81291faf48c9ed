package checks

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// Where a VPC has a bastion, remote administration goes through it.
var _ = audit.Declare(audit.Check{
	Title:      "Remote administration bypasses the bastion",
	Severity:   findings.Medium,
	References: []string{"NIST 800-53 r5 AC-17", "NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7"},
	Needs:      inventory.PartInterfaces,
	Run: func(r *audit.Pass) {
		bastions := map[string][]string{} // by VPC
		for i := range r.Groups {
			if g := &r.Groups[i]; isBastion(r, g) && len(r.Reach.Interfaces(g.ID)) > 0 {
				bastions[g.VPC] = append(bastions[g.VPC], g.ID)
			}
		}
		r.EachRule(inventory.Ingress, func(g *inventory.Group, rule *inventory.Rule) {
			known := bastions[g.VPC]
			if len(known) == 0 || slices.Contains(known, g.ID) || !remoteShell(rule.Traffic) || r.Trusts(rule) {
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
			o.Fix = fmt.Sprintf("Allow SSH or RDP from %s, or use Session Manager, then revoke %s.", r.GroupNamed(known[0]), allowed(r, g, rule))
			o.Proposal.Kind = findings.Advise
			r.Report(o)
		})
	},
})

// isBastion reports whether the name of a group, or its tag Name, contains one of
// the words for bastions in the settings.
func isBastion(r *audit.Pass, g *inventory.Group) bool {
	names := strings.ToLower(g.Name + " " + inventory.NameTag(g.Tags))
	return slices.ContainsFunc(r.Settings.Bastions, func(word string) bool { return strings.Contains(names, word) })
}

func remoteShell(t inventory.Traffic) bool {
	return t.Overlaps(inventory.Ports(inventory.TCP, 22, 22)) || t.Overlaps(inventory.Ports(inventory.TCP, 3389, 3389))
}

// onlyBastions reports whether interfaces have the addresses, and all of them are bastions.
func onlyBastions(r *audit.Pass, bastions []string, vpc string, p netip.Prefix) bool {
	inside := r.InterfacesInside(vpc, p)
	return len(inside) > 0 && p.IsSingleIP() && !slices.ContainsFunc(inside, func(i int32) bool {
		return !slices.ContainsFunc(bastions, r.Interfaces[i].HasGroup)
	})
}
