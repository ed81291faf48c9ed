package explain

import (
	"fmt"
	"net/netip"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/reach/path"
)

// scope says what an interface, or several, of the scope hold or accept.
func scope(s network.AddressScope, f cidr.Family, plural bool) string {
	hold, take := "holds", "takes"
	if plural {
		hold, take = "hold", "take"
	}
	switch s {
	case network.NoAddress:
		if f == cidr.IPv6 {
			return hold + " no IPv6 address"
		}
		return hold + " no public IPv4 address"
	case network.NotGlobal:
		return hold + " no global IPv6 address"
	case network.NotAdvertised:
		if plural {
			return hold + " IPv6 addresses from blocks that are not public"
		}
		return hold + " an IPv6 address from a block that is not public"
	case network.GatewaysDenied:
		return take + " nothing from internet gateways (DenyAllIgwTraffic)"
	}
	if plural {
		return "accept no connections, whatever their groups allow"
	}
	return "accepts no connections, whatever its groups allow"
}

func (step *Step) acceptsNone(e *inventory.Interface) {
	step.Kind, step.Object = StepAddress, e.ID
	step.Detail = Interface(e) + " " + scope(network.AcceptsNothing, cidr.IPv4, false)
}

// AddressStep is the step of an address that the internet can send to, or may be
// able to.
func AddressStep(n *network.Network, e *inventory.Interface, s network.AddressScope, a netip.Addr) Step {
	step := Step{Kind: StepAddress, Decision: path.Allowed, Object: e.ID}
	kind := "public address"
	if a.Is6() {
		kind = "global address"
	}
	step.Detail = fmt.Sprintf("%s holds %s %s", Interface(e), kind, a)
	if s == network.MaybeAdvertised {
		step.Decision = path.Undecided
		step.Detail += fmt.Sprintf(", and whether %s advertises it is unknown", e.Subnet)
		if !n.Region.Read.Has(inventory.PartSubnets) {
			step.unread = inventory.PartSubnets
		}
	}
	return step
}

// Interface names an interface with its owner.
func Interface(e *inventory.Interface) string {
	owner := e.Owner()
	if owner.Kind == "unknown" {
		return e.ID
	}
	return e.ID + " (" + owner.String() + ")"
}

func (step *Step) opensNone(s network.OpensNone) {
	step.Kind, step.Object = StepAddress, s.From.ID
	step.Detail = Interface(s.From) + " opens no connections of its own: it hands on what is routed to it"
}

func (step *Step) noCommonFamily(s network.NoCommonFamily) {
	step.Kind, step.Object = StepAddress, s.To.ID
	step.Detail = fmt.Sprintf("%s and %s have no addresses of one family", s.From.ID, s.To.ID)
}

// NotAddressed says that the interface has no address of the family that the
// internet could send to.
func NotAddressed(e *inventory.Interface, s network.AddressScope, f cidr.Family) Step {
	return Step{Kind: StepAddress, Decision: path.Blocked, Object: e.ID, Detail: Interface(e) + " " + scope(s, f, false)}
}

// Sender names an interface and the public address by which it sends: its
// own, or that of a NAT gateway.
func Sender(e *inventory.Interface, gateway string, a netip.Addr) string {
	if gateway == "" {
		return Interface(e) + ", by its public address " + a.String()
	}
	return Interface(e) + ", by " + gateway + " and its public address " + a.String()
}

// NoMembers says that no other interface carries a group that a rule references, or
// that those which do belong to another account.
func NoMembers(group string, visible bool) Step {
	if !visible {
		return Step{Kind: StepGroup, Decision: path.Undecided, Object: group, Detail: "the interfaces of " + group + " are not visible to this account"}
	}
	return Step{Kind: StepGroup, Decision: path.Blocked, Object: group, Detail: "no other interface carries " + group}
}
