package path

import (
	"net/netip"

	"github.com/sgaudit/sgaudit/cidr"
)

// Families counts over both address families.
const Families = cidr.IPv6 + 1

// Addresses is a set of addresses as far as it is known: every address of sure is
// in it, and no address outside possible is. The zero value is the empty set,
// and that for certain.
type Addresses struct{ Certain, Possible cidr.Set }

func Exactly(s cidr.Set) Addresses { return Addresses{s, s} }

func (k Addresses) None() bool { return k.Possible.Empty() }

func (k Addresses) Intersect(l Addresses) Addresses {
	return Addresses{k.Certain.Intersect(l.Certain), k.Possible.Intersect(l.Possible)}
}

func (k Addresses) Subtract(s cidr.Set) Addresses {
	return Addresses{k.Certain.Subtract(s), k.Possible.Subtract(s)}
}

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
