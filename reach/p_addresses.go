package reach

import (
	"net/netip"

	"github.com/sgaudit/sgaudit/cidr"
)

// families counts over both address families.
const families = cidr.IPv6 + 1

// known is a set of addresses as far as it is known: every address of sure is
// in it, and no address outside possible is. The zero value is the empty set,
// and that for certain.
type known struct{ sure, possible cidr.Set }

func exactly(s cidr.Set) known { return known{s, s} }

func (k known) impossible() bool { return k.possible.Empty() }

func (k known) intersect(l known) known {
	return known{k.sure.Intersect(l.sure), k.possible.Intersect(l.possible)}
}

func (k known) subtract(s cidr.Set) known {
	return known{k.sure.Subtract(s), k.possible.Subtract(s)}
}

func just(a netip.Addr) cidr.Set { return cidr.Of(netip.PrefixFrom(a, a.BitLen())) }

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
