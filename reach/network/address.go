package network

import (
	"net/netip"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// AddressScope is what an interface's addresses of one family mean to the
// internet. The greater one counts where an interface has several addresses.
type AddressScope uint8

const (
	NoAddress       AddressScope = iota
	NotGlobal                    // unique local and the like
	NotAdvertised                // a block of the subnet that is not advertised
	GatewaysDenied               // the interface refuses internet gateways
	AcceptsNothing               // the service behind it takes no connections
	MaybeAdvertised              // global, and its subnet is not known
	Public
	AddressScopes
)

// AddressScope returns what the interface is to the internet in one family, with
// the address that says so.
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
	if s >= MaybeAdvertised && e.AcceptsNone() {
		s = AcceptsNothing
	}
	return s, a
}

// ipv6Scope judges an IPv6 address by its subnet's block.
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
