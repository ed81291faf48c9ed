package checks

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// A port that is closed over one IP version is closed over the other.
var _ = audit.Declare(audit.Check{
	Title:      "Port is open over one IP version and closed over the other",
	Severity:   findings.Medium,
	References: []string{"NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7"},
	InfoPasses: []string{"NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7"},
	Needs:      inventory.PartInterfaces,
	Run: func(r *audit.Pass) {
		for i := range r.Groups {
			g := &r.Groups[i]
			both := withBothVersions(r, g)
			if len(both) == 0 {
				continue
			}
			unread := r.UnreadLists(g)
			for _, rule := range unread {
				r.NotEvaluated("%s of %s: the entries of prefix list %s are unknown", rule, g.Named(), rule.Peer.List)
			}
			for _, m := range r.VersionMismatches(g) {
				mayClose := func(rule *inventory.Rule) bool { return rule.Traffic.Overlaps(m.Rule.Traffic) }
				if slices.ContainsFunc(unread, mayClose) {
					continue // the list may open the ports over the other version
				}
				concerned := slices.DeleteFunc(slices.Clone(both), func(e *inventory.Interface) bool { return !r.Mismatched(&m, e) })
				if len(concerned) == 0 {
					continue // their other groups open the same ports
				}
				o := r.Observe(g, m.Rule)
				closed := cidr.IPv4
				if m.Open == cidr.IPv4 {
					closed = cidr.IPv6
					o.Severity = findings.Info
				}
				o.Message = fmt.Sprintf("%s open to the internet over %s and closed over %s; %s addresses of both versions", withVerb(m.Ports, strings.ContainsAny(m.Ports, ",-"), "is", "are"), m.Open, closed, withVerb(interfacesNamed(concerned), len(concerned) > 1, "has", "have"))
				o.Fix = fmt.Sprintf("Choose one: revoke %s, or allow the same ports over %s too.", allowed(r, g, m.Rule), closed)
				if len(r.ServicesOf(m.Rule.Traffic, audit.Admin, audit.Database)) > 0 {
					o.Fix = fmt.Sprintf("Revoke %s: it opens a port for administration or of a database to the internet.", allowed(r, g, m.Rule))
				}
				o.Proposal.Kind = findings.Advise
				r.Report(o)
			}
		}
	},
})

// withBothVersions returns the interfaces of the group with an IPv4 and a global
// IPv6 address.
func withBothVersions(r *audit.Pass, g *inventory.Group) []*inventory.Interface {
	var found []*inventory.Interface
	for _, e := range r.Reach.Interfaces(g.ID) {
		six := slices.ContainsFunc(e.IPv6(), func(a netip.Addr) bool { return cidr.Internet(cidr.IPv6).Contains(a) })
		if six && len(e.IPv6()) < len(e.Addresses) {
			found = append(found, e)
		}
	}
	return found
}
