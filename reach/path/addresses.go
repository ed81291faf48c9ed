package path

import (
	"net/netip"

	"github.com/sgaudit/sgaudit/cidr"
)

// Addresses is a set of addresses as far as it is known: every address of Certain
// is in it, and no address outside of Possible is. Certain is a subset of Possible.
// The zero value is the empty set, which is known exactly.
type Addresses struct{ Certain, Possible cidr.Set }

// Exactly returns a set that is known exactly.
func Exactly(s cidr.Set) Addresses { return Addresses{s, s} }

// None reports whether no address can be in the set.
func (a Addresses) None() bool { return a.Possible.Empty() }

// Intersect returns the addresses that are in both sets.
func (a Addresses) Intersect(b Addresses) Addresses {
	return Addresses{a.Certain.Intersect(b.Certain), a.Possible.Intersect(b.Possible)}
}

// Subtract returns the addresses that are not in a set that is known exactly.
func (a Addresses) Subtract(s cidr.Set) Addresses {
	return Addresses{a.Certain.Subtract(s), a.Possible.Subtract(s)}
}

// Single returns the set of one address.
func Single(a netip.Addr) cidr.Set { return cidr.Of(netip.PrefixFrom(a, a.BitLen())) }

// sample returns an address of the set, the first of its widest prefix.
func sample(s cidr.Set) netip.Addr {
	var widest netip.Prefix
	for _, p := range s.Prefixes() {
		if !widest.IsValid() || p.Bits() < widest.Bits() {
			widest = p
		}
	}
	return widest.Addr()
}
