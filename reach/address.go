package reach

import (
	"fmt"
	"net/netip"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// standing is what an interface's addresses of one family mean to the
// internet. The greater one counts where an interface has several addresses.
type standing uint8

const (
	noAddress    standing = iota
	notGlobal             // unique local and the like
	privateBlock          // a block of the subnet that is not advertised
	denied                // the interface refuses internet gateways
	noInbound             // the service behind it takes no connections
	unsure                // global, and its subnet is not known
	public
	standings
)

// words says what interfaces of the standing do, for a plural and a singular.
func (s standing) words(f cidr.Family, verb [2]string, plural bool) string {
	hold, take := verb[0], verb[1]
	switch s {
	case noAddress:
		if f == cidr.IPv6 {
			return hold + " no IPv6 address"
		}
		return hold + " no public IPv4 address"
	case notGlobal:
		return hold + " no global IPv6 address"
	case privateBlock:
		if plural {
			return hold + " IPv6 addresses from blocks that are not public"
		}
		return hold + " an IPv6 address from a block that is not public"
	case denied:
		return take + " nothing from internet gateways (DenyAllIgwTraffic)"
	}
	if plural {
		return "accept no connections, whatever their groups allow"
	}
	return "accepts no connections, whatever its groups allow"
}

// standing returns what the interface is to the internet in one family, with
// the address that says so.
func (n *Region) standing(e *inventory.Interface, f cidr.Family) (s standing, a netip.Addr) {
	for _, pair := range e.Addresses {
		t, b := noAddress, pair.Public
		switch {
		case f == cidr.IPv4 && b.IsValid():
			t = public
		case f == cidr.IPv6 && pair.Private.Is6():
			t, b = n.standing6(e, pair.Private), pair.Private
		}
		if t > s {
			s, a = t, b
		}
	}
	if s >= unsure && AcceptsNone(e) {
		s = noInbound
	}
	return s, a
}

// AcceptsNone reports whether the service that owns the interface never
// accepts a connection, from the internet or from inside, whatever the groups
// say: NAT gateways and Lambda functions open their connections themselves
// (Amazon VPC user guide, NAT gateways; Lambda developer guide, VPC networking),
// and transit gateways and the endpoints of Gateway Load Balancers are no
// destination, but hand on what is routed to them.
func AcceptsNone(e *inventory.Interface) bool {
	switch e.Type {
	case "lambda", "transit_gateway", "gateway_load_balancer_endpoint":
		return true
	}
	return e.NATGateway()
}

// inboundStage stops what is sent to an interface that takes no connections.
type inboundStage struct{ to *inventory.Interface }

func (s inboundStage) narrow([]flow) []flow { return nil }

func (s inboundStage) describe(_ packet, verdict Verdict) Step {
	return Step{Kind: StepAddress, Verdict: verdict, Object: s.to.ID, Detail: called(s.to) + " " + noInbound.words(cidr.IPv4, [2]string{"holds", "takes"}, false)}
}

// standing6 judges an IPv6 address by its subnet's block.
func (n *Region) standing6(e *inventory.Interface, a netip.Addr) standing {
	switch {
	case !cidr.Internet(cidr.IPv6).Contains(a):
		return notGlobal
	case e.DenyIGW:
		return denied
	}
	subnet := n.net().subnet(e.Subnet)
	if subnet == nil {
		return unsure
	}
	for _, block := range subnet.Prefixes {
		if block.Prefix.Contains(a) && !block.Private {
			return public
		}
	}
	return privateBlock
}

// standsAs is the step of an address that may be reached.
func (n *Region) addressStep(e *inventory.Interface, s standing, a netip.Addr) Step {
	step := Step{Kind: StepAddress, Verdict: Allowed, Object: e.ID}
	kind := "public address"
	if a.Is6() {
		kind = "global address"
	}
	step.Detail = fmt.Sprintf("%s holds %s %s", called(e), kind, a)
	if s == unsure {
		step.Verdict = Unknown
		step.Detail += fmt.Sprintf(", and whether %s advertises it is unknown", e.Subnet)
		if !n.region.Read.Has(inventory.PartSubnets) {
			step.unread = inventory.PartSubnets
		}
	}
	return step
}

// called names an interface with its owner.
func called(e *inventory.Interface) string {
	owner := e.Owner()
	if owner.Kind == "unknown" {
		return e.ID
	}
	return e.ID + " (" + owner.String() + ")"
}
