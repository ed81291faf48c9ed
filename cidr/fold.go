package cidr

import (
	"net/netip"
	"slices"
)

// Part is a prefix without those of the other prefixes, which lie in it.
type Part struct {
	Prefix netip.Prefix
	Except []netip.Prefix // sorted; empty where all of the prefix is meant
}

// Fold returns parts that are together exactly the set, in the order of their
// addresses, and that name as few prefixes as possible: 10.0.0.0/16 except
// 10.0.0.0/24 in place of eight prefixes. Where two ways name equally many, it
// is the one with fewer exceptions.
func (s Set) Fold() []Part {
	var parts []Part
	all := s.Prefixes()
	for f := range Families {
		var list []netip.Prefix
		for _, p := range all {
			if FamilyOf(p) == f {
				list = append(list, p)
			}
		}
		if len(list) > 0 {
			found := fold(netip.PrefixFrom(list[0].Addr(), 0).Masked(), list)
			parts = append(parts, found.parts...)
		}
	}
	return parts
}

// folded is how the addresses of a set in one prefix are named.
type folded struct {
	parts []Part
	names int            // how many prefixes the parts name
	gaps  []netip.Prefix // the rest of the prefix, in as few prefixes as possible
}

// fold names prefixes, which are sorted and apart, and all of which lie in one.
func fold(in netip.Prefix, list []netip.Prefix) folded {
	switch {
	case len(list) == 0:
		return folded{gaps: []netip.Prefix{in}}
	case list[0] == in:
		return folded{parts: []Part{{Prefix: in}}, names: 1}
	}
	left := netip.PrefixFrom(in.Addr(), in.Bits()+1)
	right := netip.PrefixFrom(Last(left).Next(), in.Bits()+1)
	middle, _ := slices.BinarySearchFunc(list, right.Addr(), func(p netip.Prefix, a netip.Addr) int { return p.Addr().Compare(a) })
	l, r := fold(left, list[:middle]), fold(right, list[middle:])
	both := folded{parts: slices.Concat(l.parts, r.parts), names: l.names + r.names, gaps: slices.Concat(l.gaps, r.gaps)}
	if 1+len(both.gaps) < both.names {
		both.parts, both.names = []Part{{Prefix: in, Except: both.gaps}}, 1+len(both.gaps)
	}
	return both
}
