package reach

import (
	"fmt"
	"net/netip"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// scopeInWords says what an interface, or several, of the scope do.
func scopeInWords(s standing, f cidr.Family, plural bool) string {
	hold, take := "holds", "takes"
	if plural {
		hold, take = "hold", "take"
	}
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

func (step *Step) acceptsNone(e *inventory.Interface) {
	step.Kind, step.Object = StepAddress, e.ID
	step.Detail = called(e) + " " + scopeInWords(noInbound, cidr.IPv4, false)
}

// addressStep is the step of an address that may be reached.
func addressStep(n *network, e *inventory.Interface, s standing, a netip.Addr) Step {
	step := Step{Kind: StepAddress, Decision: Allowed, Object: e.ID}
	kind := "public address"
	if a.Is6() {
		kind = "global address"
	}
	step.Detail = fmt.Sprintf("%s holds %s %s", called(e), kind, a)
	if s == unsure {
		step.Decision = Undecided
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

func (step *Step) opensNone(s outboundStage) {
	step.Kind, step.Object = StepAddress, s.from.ID
	step.Detail = called(s.from) + " opens no connections of its own: it hands on what is routed to it"
}

func (step *Step) noCommonFamily(s noCommonFamily) {
	step.Kind, step.Object = StepAddress, s.to.ID
	step.Detail = fmt.Sprintf("%s and %s have no addresses of one family", s.from.ID, s.to.ID)
}

// notAddressedStep says that the interface has no address of the family that the
// internet could send to.
func notAddressedStep(e *inventory.Interface, s standing, f cidr.Family) Step {
	return Step{Kind: StepAddress, Decision: Blocked, Object: e.ID, Detail: called(e) + " " + scopeInWords(s, f, false)}
}

// senderInWords names an interface and the public address by which it sends: its
// own, or that of a NAT gateway.
func senderInWords(e *inventory.Interface, gateway string, a netip.Addr) string {
	if gateway == "" {
		return called(e) + ", by its public address " + a.String()
	}
	return called(e) + ", by " + gateway + " and its public address " + a.String()
}

// noMembersStep says that nothing sends by a reference to a group: no other
// interface carries it, or those that do cannot be seen.
func noMembersStep(group string, visible bool) Step {
	if !visible {
		return Step{Kind: StepGroup, Decision: Undecided, Object: group, Detail: "the interfaces of " + group + " are not visible to this account"}
	}
	return Step{Kind: StepGroup, Decision: Blocked, Object: group, Detail: "no other interface carries " + group}
}
