package network

import (
	"net/netip"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// AddressScope says whether the internet can send to an interface's addresses of
// one family. Of an interface with several addresses the greatest counts.
type AddressScope uint8

// The scopes. From MaybeAdvertised on the internet can send to the address, or may
// be able to.
const (
	NoAddress       AddressScope = iota // none of the family; of IPv4: no public one
	NotGlobal                           // IPv6 outside of 2000::/3: unique local and the like
	NotAdvertised                       // IPv6 from a block that is not advertised to the internet
	GatewaysDenied                      // DenyAllIgwTraffic is set
	AcceptsNothing                      // its service accepts no connections
	MaybeAdvertised                     // global IPv6, and the subnet with its blocks was not read; or planned, and whether it gets a public IPv4 or an IPv6 address is not known
	Public
	AddressScopes // their number
)

// AddressScope returns the scope of an interface in one family, with the address
// that it is about: the first one of a prefix where only a delegated prefix has the scope. It
// is invalid where there is none, or where it is given once the
// interface is created.
func (n *Network) AddressScope(e *inventory.Interface, f cidr.Family) (s AddressScope, a netip.Addr) {
	for _, pair := range e.Addresses {
		t, b := NoAddress, pair.Public
		switch {
		case f == cidr.IPv4 && b.IsValid():
			t = Public
		case f == cidr.IPv6 && pair.Private.Is6():
			t, b = n.ipv6Scope(e, pair.Private), pair.Private
		}
		if t > s {
			s, a = t, b
		}
	}
	if f == cidr.IPv6 {
		for _, p := range e.Delegated {
			if t := n.ipv6Scope(e, p.Addr()); p.Addr().Is6() && t > s {
				s, a = t, p.Addr()
			}
		}
	}
	at := e.Planned
	if f == cidr.IPv6 {
		at = e.PlannedIPv6
	}
	if t := planned[at]; t > s {
		if s = t; f == cidr.IPv6 && e.DenyIGW {
			s = GatewaysDenied
		}
	}
	if s >= MaybeAdvertised && e.AcceptsNone() {
		s = AcceptsNothing
	}
	return s, a
}

// planned are the scopes of interfaces that a plan creates.
var planned = map[inventory.Planned]AddressScope{inventory.PlannedUnsure: MaybeAdvertised, inventory.PlannedPublic: Public}

// ipv6Scope returns the scope of an IPv6 address, by the blocks of its subnet.
func (n *Network) ipv6Scope(e *inventory.Interface, a netip.Addr) AddressScope {
	switch {
	case !cidr.Internet(cidr.IPv6).Contains(a):
		return NotGlobal
	case e.DenyIGW:
		return GatewaysDenied
	}
	subnet := n.subnet(e.Subnet)
	if subnet == nil {
		return MaybeAdvertised
	}
	for _, block := range subnet.Prefixes {
		if block.Prefix.Contains(a) && !block.Private {
			return Public
		}
	}
	return NotAdvertised
}
