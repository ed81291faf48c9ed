package explain

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/reach/path"
)

// scope says what an interface, or several, of the scope hold or accept.
func scope(s network.AddressScope, f cidr.Family, plural bool) string {
	has, accepts := "has", "accepts"
	if plural {
		has, accepts = "have", "accept"
	}
	switch s {
	case network.NoAddress:
		if f == cidr.IPv6 {
			return has + " no IPv6 address"
		}
		return has + " no public IPv4 address"
	case network.NotGlobal:
		return has + " no global IPv6 address"
	case network.NotAdvertised:
		if plural {
			return has + " IPv6 addresses from blocks that are not public"
		}
		return has + " an IPv6 address from a block that is not public"
	case network.GatewaysDenied:
		return accepts + " no traffic from internet gateways (DenyAllIgwTraffic)"
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
func AddressStep(n *network.Network, e *inventory.Interface, f cidr.Family, s network.AddressScope, a netip.Addr) Step {
	step := Step{Kind: StepAddress, Decision: path.Allowed, Object: e.ID}
	if !a.IsValid() { // of an interface that a plan creates
		kind := "a public IPv4 address"
		if f == cidr.IPv6 {
			kind = "an IPv6 address"
		}
		step.Detail = Interface(e) + " gets " + kind
		if s == network.MaybeAdvertised {
			step.Decision = path.Undecided
			step.Detail = "whether " + Interface(e) + " gets " + kind + " is known once it is created"
		}
		return step
	}
	kind := "public IPv4 address"
	if a.Is6() {
		kind = "global IPv6 address"
	}
	step.Detail = fmt.Sprintf("%s has the %s %s", Interface(e), kind, a)
	if own := e.IPv6(); a.Is6() && !slices.Contains(own, a) {
		for _, p := range e.Delegated {
			if p.Contains(a) {
				step.Detail = fmt.Sprintf("%s has the global IPv6 addresses of the delegated prefix %s", Interface(e), p)
			}
		}
	}
	if s == network.MaybeAdvertised {
		step.Decision = path.Undecided
		step.Detail += fmt.Sprintf(", but whether %s advertises it to the internet is unknown", e.Subnet)
		if !n.Region.Read.Has(inventory.PartSubnets) {
			step.unread = inventory.PartSubnets
		}
	}
	return step
}

// Interface names an interface with its owner.
func Interface(e *inventory.Interface) string {
	return e.Named()
}

func (step *Step) opensNone(s network.OpensNone) {
	step.Kind, step.Object = StepAddress, s.From.ID
	step.Detail = Interface(s.From) + " opens no connections of its own: it forwards what is routed to it"
}

func (step *Step) noCommonFamily(s network.NoCommonFamily) {
	step.Kind, step.Object = StepAddress, s.To.ID
	step.Detail = fmt.Sprintf("%s and %s have no addresses of the same IP version", s.From.ID, s.To.ID)
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
		return Interface(e) + ", from its public address " + a.String()
	}
	return Interface(e) + ", through " + gateway + " with the public address " + a.String()
}

// NoMembers says that a referenced group is not attached to any other interface,
// or only to interfaces of another account.
func NoMembers(group string, visible bool) Step {
	if !visible {
		return Step{Kind: StepGroup, Decision: path.Undecided, Object: group, Detail: "the interfaces of " + group + " are not visible to this account"}
	}
	return Step{Kind: StepGroup, Decision: path.Blocked, Object: group, Detail: group + " is not attached to any other interface"}
}
