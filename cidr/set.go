package cidr

import (
	"net/netip"
	"strings"

	"go4.org/netipx"
)

// Set is an exact set of addresses, of both families. It is an immutable
// value: operations return new sets. The zero Set is empty.
type Set struct{ set *netipx.IPSet }

// Of returns the union of the prefixes. Invalid ones add nothing.
func Of(prefixes ...netip.Prefix) Set {
	var b netipx.IPSetBuilder
	for _, p := range prefixes {
		if p = Clean(p); p.IsValid() {
			b.AddPrefix(p)
		}
	}
	return build(&b)
}

// build takes the set out of a builder that was given valid input only, which
// is the one thing that a builder can complain of.
func build(b *netipx.IPSetBuilder) Set {
	s, err := b.IPSet()
	if err != nil {
		panic("cidr: a set was built from an invalid range: " + err.Error())
	}
	return Set{s}
}

var (
	all4 = Of(netip.MustParsePrefix("0.0.0.0/0"))
	all6 = Of(netip.MustParsePrefix("::/0"))
)

// All returns every address of one family.
func All(f Family) Set {
	if f == IPv6 {
		return all6
	}
	return all4
}

// Internet returns the internet addresses of one family.
func Internet(f Family) Set {
	if f == IPv6 {
		return internet6
	}
	return internet4
}

// ranges returns the set's ranges, sorted, disjoint and not adjacent.
func (s Set) ranges() []netipx.IPRange {
	if s.set == nil {
		return nil
	}
	return s.set.Ranges()
}

// spans returns the ranges as plain numbers; s is of one family.
func (s Set) spans() []span {
	var list []span
	for _, r := range s.ranges() {
		list = append(list, span{numberOf(r.From()), numberOf(r.To())})
	}
	return list
}

// Empty reports whether the set holds no address.
func (s Set) Empty() bool { return s.set == nil || s.set.Equal(&netipx.IPSet{}) }

// Equal reports whether both sets hold the same addresses.
func (s Set) Equal(t Set) bool {
	if s.Empty() || t.Empty() {
		return s.Empty() == t.Empty()
	}
	return s.set == t.set || s.set.Equal(t.set)
}

// Contains reports whether the address is in the set. Zones are ignored.
func (s Set) Contains(a netip.Addr) bool {
	return s.set != nil && s.set.Contains(a.Unmap().WithZone(""))
}

// Covers reports whether every address of p is in the set. An invalid prefix
// is covered by no set.
func (s Set) Covers(p netip.Prefix) bool {
	p = Clean(p)
	return s.set != nil && p.IsValid() && s.set.ContainsPrefix(p)
}

// Includes reports whether every address of t is in s.
func (s Set) Includes(t Set) bool {
	for _, r := range t.ranges() {
		if s.set == nil || !s.set.ContainsRange(r) {
			return false
		}
	}
	return true
}

// Overlaps reports whether some address is in both sets.
func (s Set) Overlaps(t Set) bool {
	return s.set != nil && t.set != nil && s.set.Overlaps(t.set)
}

// Union returns the addresses that are in s or in t.
func (s Set) Union(t Set) Set {
	switch {
	case s.Empty():
		return t
	case t.Empty() || s.set == t.set:
		return s
	}
	var b netipx.IPSetBuilder
	b.AddSet(s.set)
	b.AddSet(t.set)
	return build(&b)
}

// Intersect returns the addresses that are in both s and t.
func (s Set) Intersect(t Set) Set {
	if s.set == t.set {
		return s
	}
	var b netipx.IPSetBuilder
	for a, c := s.ranges(), t.ranges(); len(a) > 0 && len(c) > 0; {
		from, to := a[0].From(), a[0].To()
		if from.Less(c[0].From()) {
			from = c[0].From()
		}
		if c[0].To().Less(to) {
			to = c[0].To()
		}
		if !to.Less(from) {
			b.AddRange(netipx.IPRangeFrom(from, to))
		}
		if a[0].To().Less(c[0].To()) {
			a = a[1:]
		} else {
			c = c[1:]
		}
	}
	return build(&b)
}

// Subtract returns the addresses of s that are not in t.
func (s Set) Subtract(t Set) Set {
	switch {
	case s.Empty() || t.Empty():
		return s
	case s.set == t.set:
		return Set{}
	}
	var b netipx.IPSetBuilder
	b.AddSet(s.set)
	b.RemoveSet(t.set)
	return build(&b)
}

// Prefixes returns the fewest prefixes that make up the set, sorted.
func (s Set) Prefixes() []netip.Prefix {
	if s.set == nil {
		return nil
	}
	return s.set.Prefixes()
}

// Share returns which part of the family's internet the set covers, from 0
// to 1. Addresses that are not of the internet count for nothing.
func (s Set) Share(f Family) float64 {
	return s.covered(f).float() / internets[f].total.float()
}

// Whole reports whether the set covers the family's internet by the rule of
// Public: all of it but at most one part in a hundred.
func (s Set) Whole(f Family) bool { return !s.covered(f).less(internets[f].need) }

func (s Set) covered(f Family) number {
	var total number
	for _, r := range s.ranges() {
		if r.From().Is6() == (f == IPv6) {
			total = total.add(span{numberOf(r.From()), numberOf(r.To())}.common(internets[f].spans))
		}
	}
	return total
}

// String returns the prefixes joined by commas, or "nothing".
func (s Set) String() string {
	if s.Empty() {
		return "nothing"
	}
	var b strings.Builder
	for i, p := range s.Prefixes() {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(p.String())
	}
	return b.String()
}
