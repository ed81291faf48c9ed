package cidr

import (
	"net/netip"
	"slices"
)

// unassigned are the blocks inside the internet of this package that no host
// on the internet has an address of: those that the IANA special-purpose
// address registries (RFC 6890) mark as not globally reachable, which are IETF
// protocol assignments, documentation and benchmarking. Blocks that the
// registries mark as reachable or as "not applicable" (anycast, AS112, AMT,
// Teredo, 6to4) are not among them.
//
// The definition of the internet is fixed and does not leave them out: 0.0.0.0/0
// without them still covers the internet.
var unassigned = Of(unreachable...).Subtract(Of(otherwise...))

var unreachable = prefixes(
	"192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"2001::/23", "2001:db8::/32", "3fff::/20",
)

// otherwise are the blocks that the registries mark otherwise inside of these.
var otherwise = prefixes(
	"192.0.0.9/32", "192.0.0.10/32",
	"2001::/32", "2001:1::1/128", "2001:1::2/128", "2001:1::3/128", "2001:3::/32", "2001:4:112::/48",
	"2001:10::/28", "2001:20::/28", "2001:30::/28",
)

// Reserved returns every block of which an answer of this package depends: those
// that are private, reserved or local, those of special purposes, and IPv6's
// internet. They may contain one another.
func Reserved() []netip.Prefix {
	return slices.Concat(special4, private, unreachable, otherwise, prefixes("2000::/3"))
}

// assigned is the internet of each Family without these blocks.
var assigned = [2]Set{internet4.Subtract(unassigned), internet6.Subtract(unassigned)}

// OnInternet returns the addresses of p that hosts on the internet can have:
// the internet without the special-purpose blocks that are not globally
// reachable, such as 198.18.0.0/15 and 203.0.113.0/24.
func OnInternet(p netip.Prefix) Set { return Of(p).Intersect(assigned[FamilyOf(p)]) }

// LargerThan reports whether the set has more addresses of a family than one
// prefix of the given length has. No set is larger than a prefix of length 0.
func (s Set) LargerThan(bits int, f Family) bool {
	if bits <= 0 {
		return false
	}
	width := 32
	if f == IPv6 {
		width = 128
	}
	one := spanOf(netip.PrefixFrom(unspecified[f], min(bits, width))).size()
	var total number
	for _, r := range s.ranges() {
		if r.From().Is6() != (f == IPv6) {
			continue
		}
		size := span{numberOf(r.From()), numberOf(r.To())}.size()
		if size == (number{}) { // the whole of IPv6, which does not fit
			return true
		}
		total = total.add(size)
	}
	return one.less(total)
}

var unspecified = [2]netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified()}
