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

// What is closed on one IP version is closed on the other.
var _ = audit.Declare(audit.Check{
	Title:      "Port is open on one IP version and closed on the other",
	Severity:   findings.Medium,
	References: []string{"NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7"},
	Needs:      inventory.PartInterfaces,
	Run: func(r *audit.Region) {
		r.EachRule(inventory.Ingress, func(g *inventory.Group, rule *inventory.Rule) {
			if !toInternet(rule) || !rule.Traffic.HasPorts() && rule.Traffic.Protocol != inventory.AllProtocols || !dualStack(r, g) {
				return
			}
			six := rule.Peer.Prefix.Addr().Is6()
			for i := range g.Rules {
				other := &g.Rules[i]
				p := other.Peer.Prefix
				if other.Direction == inventory.Ingress && p.IsValid() && p.Addr().Is6() != six && other.Traffic.Overlaps(rule.Traffic) {
					if public, ok := openToAll(r, g, other); public || !ok {
						return
					}
				}
			}
			o := r.Observe(g, rule)
			open, closed := "IPv6", "IPv4"
			if !six {
				open, closed = closed, open
				o.Severity = findings.Info
			}
			o.Message = fmt.Sprintf("%s is open to the internet over %s and closed over %s, though both lead to %s", audit.TrafficNamed(rule.Traffic), open, closed, interfacesNamed(speakingBoth(r, g)))
			o.Fix = "Decide for one of both: revoke " + rule.String() + ", or open the other IP version too."
			o.Advice = true
			r.Report(o)
		})
	},
})

func dualStack(r *audit.Region, g *inventory.Group) bool { return len(speakingBoth(r, g)) > 0 }

// speakingBoth returns the interfaces of the group with an IPv4 and a global
// IPv6 address.
func speakingBoth(r *audit.Region, g *inventory.Group) []*inventory.Interface {
	var found []*inventory.Interface
	for _, e := range r.Reach.Interfaces(g.ID) {
		six := slices.ContainsFunc(e.IPv6(), func(a netip.Addr) bool { return cidr.Internet(cidr.IPv6).Contains(a) })
		if six && len(e.IPv6()) < len(e.Addresses) {
			found = append(found, e)
		}
	}
	return found
}
