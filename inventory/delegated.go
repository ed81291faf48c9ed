package inventory

import (
	"iter"
	"net/netip"
)

// A delegated prefix lies in its subnet, and so is not larger than a subnet can be: /16 for
// IPv4, /44 for IPv6 (Amazon VPC user guide, subnet CIDR blocks). EC2 delegates /28 and /80.
const (
	leastDelegated4 = 16
	leastDelegated6 = 44
)

// IsDelegated reports whether EC2 can delegate a prefix to a network interface: it has no
// host bits, is not IPv4 mapped into IPv6, and is not larger than a subnet can be.
func IsDelegated(p netip.Prefix) bool {
	if !p.IsValid() || p.Addr().Is4In6() || p != p.Masked() {
		return false
	}
	if p.Addr().Is4() {
		return p.Bits() >= leastDelegated4
	}
	return p.Bits() >= leastDelegated6
}

// Private yields the private addresses of the interface, each as a block of one, and then
// the prefixes that are delegated to it.
func (i *Interface) Private() iter.Seq[netip.Prefix] {
	return func(yield func(netip.Prefix) bool) {
		for k := range i.Addresses {
			if a := i.Addresses[k].Private; a.IsValid() && !yield(netip.PrefixFrom(a, a.BitLen())) {
				return
			}
		}
		for _, p := range i.Delegated {
			if !yield(p) {
				return
			}
		}
	}
}

// HasIn reports whether the interface has a private address in a block, or a prefix that
// overlaps with it.
func (i *Interface) HasIn(block netip.Prefix) bool {
	for p := range i.Private() {
		if p.Overlaps(block) {
			return true
		}
	}
	return false
}

// Has reports whether an address is a private address of the interface, or lies in a prefix
// that is delegated to it.
func (i *Interface) Has(a netip.Addr) bool {
	return a.IsValid() && i.HasIn(netip.PrefixFrom(a, a.BitLen()))
}
