package checks

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// Rules reference the security groups of peered VPCs, not their address ranges.
var _ = audit.Declare(audit.Check{
	Title:      "Rule allows addresses of a peered VPC where it could reference a security group",
	Severity:   findings.Medium,
	References: []string{"NIST 800-53 r5 AC-4", "NIST 800-53 r5 CM-7"},
	Needs:      inventory.PartPeerings,
	Run: func(r *audit.Pass) {
		behind := holdersOf(r)
		ends := map[string][]farEnd{} // by VPC
		for i := range r.Peerings {
			p := &r.Peerings[i]
			// References do not cross regions.
			if p.Status == "active" && p.Requester.Region == r.Name && p.Accepter.Region == r.Name {
				ends[p.Requester.VPC] = append(ends[p.Requester.VPC], farEnd{p.ID, &p.Accepter})
				ends[p.Accepter.VPC] = append(ends[p.Accepter.VPC], farEnd{p.ID, &p.Requester})
			}
		}
		r.EachRule(inventory.Ingress, func(g *inventory.Group, rule *inventory.Rule) {
			p := rule.Peer.Prefix
			if !p.IsValid() || !r.Reach.Private(g.VPC, p) {
				return
			}
			for _, peer := range ends[g.VPC] {
				if !slices.ContainsFunc(peer.Prefixes, func(q netip.Prefix) bool { return cidr.Contains(q, p) }) {
					continue
				}
				o := r.Observe(g, rule)
				o.Message = fmt.Sprintf("%s is allowed from %s, a range of VPC %s, which is peered in the same region (%s): the rule could reference its security groups", audit.TrafficNamed(rule.Traffic), p, r.VPCNamed(peer.VPC), peer.peering)
				o.Fix = fmt.Sprintf("Allow %s from the security groups in VPC %s that need it, then revoke %s.", rule.Traffic, r.VPCNamed(peer.VPC), allowed(r, g, rule))
				o.Proposal.Kind = findings.ReferenceGroups
				groups := behind(peer.VPC, p).groups
				if peer.Account != "" && peer.Account != r.AccountID {
					there := r.Of(peer.Account)
					if there == nil {
						o.Message += "; which they are is not visible from here, because account " + peer.Account + " was not read"
					}
					groups = groupsInside(there, peer.VPC, p)
				}
				if len(groups) > 0 {
					o.Message += ", such as " + groupsNamed(r, groups)
				}
				r.Report(o)
				return
			}
		})
	},
})

// farEnd is the other side of a peering connection.
type farEnd struct {
	peering string
	*inventory.PeeringEnd
}

// groupsInside returns the groups, sorted, of the interfaces of a VPC with an address
// in the range. The region is that of the account with the VPC; nil
// where it was not read.
func groupsInside(r *inventory.Region, vpc string, p netip.Prefix) []string {
	if r == nil {
		return nil
	}
	ordinary := map[string]bool{} // no default group
	for i := range r.Groups {
		ordinary[r.Groups[i].ID] = !r.Groups[i].Default()
	}
	var groups []string
	for i := range r.Interfaces {
		e := &r.Interfaces[i]
		if e.VPC != vpc || !e.HasIn(p) {
			continue
		}
		if k := slices.IndexFunc(e.Groups, func(id string) bool { return ordinary[id] }); k >= 0 {
			groups = append(groups, e.Groups[k])
		}
	}
	slices.Sort(groups)
	return slices.Compact(groups)
}
