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

// An internal load balancer does not allow traffic from every address.
var _ = audit.Declare(audit.Check{
	Title:      "Internal load balancer allows traffic from every address",
	Severity:   findings.Low,
	References: []string{"NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7"},
	Needs:      inventory.PartInterfaces,
	Run: func(r *audit.Pass) {
		schemes := loadBalancerSchemes(r)
		r.EachRule(inventory.Ingress, func(g *inventory.Group, rule *inventory.Rule) {
			if !toInternet(rule) {
				return
			}
			members := r.Reach.Interfaces(g.ID)
			var unknown *inventory.Interface
			for _, e := range members {
				if !e.LoadBalancer() {
					return
				}
				switch schemes.of(e) {
				case "internal":
				case "":
					unknown = e
				default:
					return
				}
			}
			switch {
			case len(members) == 0:
			case unknown != nil:
				r.NotEvaluated("%s of %s: whether %s is internal is unknown: it has an IPv6 address and no public IPv4 address, and its scheme is read at depth services only", rule, g.Named(), unknown.Named())
			default:
				o := r.Observe(g, rule)
				o.Message = fmt.Sprintf("%s is internal, and its security group allows %s from every address (%s)", members[0].Named(), audit.TrafficNamed(rule.Traffic), rule.Peer)
				o.Proposal.Kind, o.Proposal.FirstAllowGroup = findings.Advise, true
				o.Fix = fmt.Sprintf("Allow %s to %s from the security groups of its clients, then revoke %s.", rule.Traffic.Words(), g.Named(), allowed(r, g, rule))
				if served, known := r.Reach.Listens(g.ID, rule.Traffic); !served && known {
					o.Fix = fmt.Sprintf("Revoke %s: the load balancer has no listener for %s.", allowed(r, g, rule), rule.Traffic)
					o.Proposal.FirstAllowGroup = false
				}
				r.Report(o)
			}
		})
	},
})

// schemes are the schemes of the load balancers that were read, by the kind
// and name of the owner of an interface, and by VPC.
type schemes map[schemeKey]string

type schemeKey struct{ vpc, kind, name string }

func loadBalancerSchemes(r *audit.Pass) schemes {
	found := schemes{}
	if r.Read.Has(inventory.PartLoadBalancers) {
		for i := range r.LoadBalancers {
			b := &r.LoadBalancers[i]
			found[schemeKey{b.VPC, b.Kind, b.Name}] = b.Scheme
		}
	}
	return found
}

// of returns "internal" or "internet-facing", or nothing where that is not
// known. Where the load balancer was not read, a public IPv4 address shows
// that it is internet-facing. Without one it is internal, unless it has a
// global IPv6 address: an internet-facing load balancer of address type
// dualstack-without-public-ipv4 has no public IPv4 address either.
// Source: Elastic Load Balancing User Guide, Application Load Balancers, "IP
// address types".
func (s schemes) of(e *inventory.Interface) string {
	switch e.Planned { // of a load balancer that a plan creates, which was not read
	case inventory.PlannedPublic:
		return "internet-facing"
	case inventory.PlannedUnsure:
		return ""
	}
	owner := e.Owner()
	if scheme := s[schemeKey{e.VPC, strings.TrimSuffix(owner.Kind, "-load-balancer"), owner.Name}]; scheme != "" {
		return scheme
	}
	global := func(a netip.Addr) bool { return cidr.Internet(cidr.IPv6).Contains(a) }
	switch {
	case len(e.PublicIPv4()) > 0:
		return "internet-facing"
	case slices.ContainsFunc(e.IPv6(), global):
		return ""
	}
	return "internal"
}
