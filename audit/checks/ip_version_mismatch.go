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

// A port that is not open to the internet over one IP version is not open over the other.
var _ = audit.Declare(audit.Check{
	Title:      "Port is open to the internet over one IP version only",
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
				holders, several := interfacesNamed(concerned)
				o.Message = fmt.Sprintf("%s; %s addresses of both versions", versions(r, g, &m, closed), withVerb(holders, several, "has", "have"))
				o.Fix = fmt.Sprintf("Revoke %s, or allow the same ports from the internet over %s too.", allowed(r, g, m.Rule), closed)
				if len(r.ServicesOf(m.Rule.Traffic, audit.Admin, audit.Database)) > 0 {
					o.Fix = fmt.Sprintf("Revoke %s: it opens an administration or database port to the internet.", allowed(r, g, m.Rule))
				}
				o.Proposal.Kind = findings.Advise
				if closed == cidr.IPv6 && len(r.AllowedOver(g, &m, closed)) == 0 && len(r.ServicesOf(m.Rule.Traffic, audit.Admin, audit.Database)) == 0 {
					too := inventory.Rule{Direction: inventory.Ingress, Traffic: m.Rule.Traffic, Peer: inventory.Peer{Prefix: netip.MustParsePrefix("::/0")}}
					o.Proposal.AllowToo = []inventory.Rule{too}
					o.Fix = fmt.Sprintf("Allow %s too, or revoke %s.", too.Allows("::/0"), allowed(r, g, m.Rule))
				}
				r.Report(o)
			}
		}
	},
})

// versions says over which version the ports are open to the internet, and what the
// group allows over the other one.
func versions(r *audit.Pass, g *inventory.Group, m *audit.VersionMismatch, other cidr.Family) string {
	several := strings.ContainsAny(m.Ports, ",-")
	text := withVerb(m.Ports, several, "is", "are") + " open to the internet over " + m.Open.String()
	rules := r.AllowedOver(g, m, other)
	if len(rules) == 0 {
		return fmt.Sprintf("%s, and no rule of %s allows %s over %s", text, g.Named(), map[bool]string{false: "it", true: "them"}[several], other)
	}
	if several {
		return fmt.Sprintf("%s, and over %s the group only allows %s", text, other, allowedBy(r, g, rules))
	}
	return fmt.Sprintf("%s, and over %s only from %s", text, other, few(peersOf(r, g, rules)))
}

// peersOf names the sources of rules, each once.
func peersOf(r *audit.Pass, g *inventory.Group, rules []*inventory.Rule) (names []string) {
	for _, rule := range rules {
		name := r.PeerNamed(rule.Peer)
		if ref := rule.Peer.Group; ref != nil && ref.ID == g.ID {
			name = "the group itself"
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// withBothVersions returns the interfaces of the group with an IPv4 and a global
// IPv6 address.
func withBothVersions(r *audit.Pass, g *inventory.Group) []*inventory.Interface {
	var found []*inventory.Interface
	for _, e := range r.Reach.Interfaces(g.ID) {
		four, six := false, false
		for p := range e.Private() {
			four = four || p.Addr().Is4()
			six = six || cidr.Internet(cidr.IPv6).Contains(p.Addr())
		}
		if four && six {
			found = append(found, e)
		}
	}
	return found
}
