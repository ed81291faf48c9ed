package remedy

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// scope returns the VPCs with the interfaces that a range stands for, or the reasons
// why groups cannot take its place. A reference stands for the private
// addresses of a group's interfaces, in the VPC itself and across an active
// peering within the region; it does not match what comes from a VPN, another
// region, or through an appliance (AWS VPC user guide, security group rules;
// VPC peering guide, referencing groups). Over a transit gateway it matches
// where security group referencing support is on for the gateway and for both
// attachments (AWS Transit Gateway guide), which is not read: no group is
// proposed there.
func (s *Solver) scope(vpc string, prefix netip.Prefix) (vpcs, reasons []string) {
	r := s.region
	if !s.reach.Private(vpc, prefix) {
		return nil, []string{fmt.Sprintf("%s is not private to %s and its peers, and references match private addresses only: a client with a public address needs a rule for that address", prefix, vpc)}
	}
	if missing := (inventory.PartInterfaces | inventory.PartVPCs | inventory.PartPeerings | inventory.PartRouteTables) &^ r.Read; missing != 0 {
		return nil, []string{missing.String() + " were not read, so the users of the addresses are unknown"}
	}
	here := s.index.VPC(vpc)
	if here == nil {
		return nil, []string{vpc + " is not among the VPCs that were read"}
	}
	if owner := here.Owner; owner != "" && owner != r.AccountID {
		return nil, []string{fmt.Sprintf("%s is shared by account %s: the interfaces of other accounts in it are not visible to this account", vpc, owner)}
	}
	asked := cidr.Of(prefix)
	own := cidr.Of(here.Prefixes...)
	vpcs = []string{vpc}
	known := own
	for _, p := range r.Peerings {
		far := p.Far(vpc)
		if far == nil || p.Status != "active" || !cidr.Of(far.Prefixes...).Overlaps(asked) {
			continue
		}
		known = known.Union(cidr.Of(far.Prefixes...))
		switch {
		case p.Requester.Region != p.Accepter.Region:
			reasons = append(reasons, fmt.Sprintf("%s connects to %s in %s, and rules in %s cannot reference its groups", p.ID, far.VPC, far.Region, r.Name))
		case far.Account != r.AccountID:
			reasons = append(reasons, fmt.Sprintf("%s connects to %s of account %s, and its interfaces are not visible to this account", p.ID, far.VPC, far.Account))
		default:
			vpcs = append(vpcs, far.VPC)
			if by := s.diverted(vpc, cidr.Of(far.Prefixes...), cidr.Of(far.Prefixes...).Intersect(asked)); by != "" {
				reasons = append(reasons, by)
			}
			if by := s.diverted(far.VPC, own, own); by != "" {
				reasons = append(reasons, by)
			}
		}
	}
	for _, v := range vpcs {
		if by := s.diverted(v, known, asked); by != "" && !slices.Contains(reasons, by) {
			reasons = append(reasons, by)
		}
	}
	if beyond := asked.Subtract(known); !beyond.Empty() {
		if by := s.leading(vpc, beyond); by != "" {
			reasons = append(reasons, by)
		}
	}
	slices.Sort(vpcs)
	return slices.Compact(vpcs), reasons
}

// eachRoute calls f for the routes of a VPC's subnets.
func (s *Solver) eachRoute(vpc string, f func(t *inventory.RouteTable, route *inventory.Route, to cidr.Set)) {
	for i := range s.region.RouteTables {
		t := &s.region.RouteTables[i]
		if t.VPC != vpc || !t.Main && len(t.Subnets) == 0 {
			continue
		}
		for k := range t.Routes {
			route := &t.Routes[k]
			to := cidr.Of(route.Prefix)
			if route.List != "" {
				if l := s.index.PrefixList(route.List); l == nil || !l.Resolved {
					to = cidr.All(cidr.IPv4).Union(cidr.All(cidr.IPv6))
				} else {
					to = cidr.Of(l.Entries...)
				}
			}
			f(t, route, to)
		}
	}
}

// diverted names a route of the VPC that sends traffic to some of the addresses
// of known VPCs through what is neither the VPC itself nor a peering.
func (s *Solver) diverted(vpc string, known, part cidr.Set) string {
	text := ""
	s.eachRoute(vpc, func(t *inventory.RouteTable, route *inventory.Route, to cidr.Set) {
		if text != "" || route.Blackhole || route.Target == "local" || strings.HasPrefix(route.Target, "pcx-") ||
			!to.Overlaps(part) || !known.Includes(to) {
			return
		}
		text = fmt.Sprintf("%s routes %s through %s: %s", t.ID, destination(route), route.Target, unmatched(route.Target))
	})
	return text
}

// unmatched says why a reference may not match what comes by a route's target.
func unmatched(target string) string {
	if strings.HasPrefix(target, "tgw-") {
		return "a reference matches there only if SecurityGroupReferencingSupport is enabled on the transit gateway and on its attachments, which is not read"
	}
	return "a reference does not match traffic that comes through an appliance"
}

// leading names a route by which hosts outside of the known VPCs may use the
// addresses.
func (s *Solver) leading(vpc string, beyond cidr.Set) string {
	text := ""
	s.eachRoute(vpc, func(t *inventory.RouteTable, route *inventory.Route, to cidr.Set) {
		kind, _, _ := strings.Cut(route.Target, "-")
		if text != "" || route.Blackhole || !to.Overlaps(beyond) || slices.Contains([]string{"local", "igw", "eigw", "nat", "vpce", "pcx"}, kind) {
			return
		}
		text = fmt.Sprintf("%s routes %s to %s: hosts behind it may use the rule, and no group contains them", t.ID, destination(route), route.Target)
		if kind == "tgw" {
			text = fmt.Sprintf("%s routes %s to %s: hosts behind it may use the rule, %s", t.ID, destination(route), route.Target, overTransitGateway)
		}
	})
	return text
}

const overTransitGateway = "and a reference to their groups matches only if security group referencing support is on for the transit gateway and both attachments, which was not read"

func destination(r *inventory.Route) string {
	if r.List != "" {
		return r.List
	}
	return r.Prefix.String()
}
