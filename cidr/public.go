package cidr

import (
	"cmp"
	"net/netip"
	"slices"
)

// internet is one family's internet, ready to be measured against.
type internet struct {
	spans []span // sorted, disjoint
	total number
	need  number // addresses to cover to count as the whole of it
}

// internets holds the internet of each Family.
var internets = [2]internet{newInternet(internet4), newInternet(internet6)}

func newInternet(s Set) internet {
	in := internet{spans: s.spans()}
	for _, b := range in.spans {
		in.total = in.total.add(b.size())
	}
	in.need = in.total.sub(in.total.div(100))
	return in
}

// onStack is how many prefixes are judged without allocating.
const onStack = 64

// Public says which of the sources are "from the internet", each family for
// itself. Where the sources of a family together cover its whole internet, or
// all but one part in a hundred of the addresses, these are the sources that
// hold internet addresses and do not lie strictly inside another source: both
// of 0.0.0.0/1 and 128.0.0.0/1, but no /24 that stands beside them. Otherwise
// none is.
//
// The result has one value per source, or is nil where none is public.
func Public(sources []netip.Prefix) []bool {
	var room [2]uint64
	for _, p := range sources {
		if p.IsValid() {
			f := FamilyOf(p)
			room[f] = saturate(room[f], units(p, f))
		}
	}
	var public []bool
	if room[IPv4] >= internets[IPv4].need.lo {
		public = internets[IPv4].mark(IPv4, sources, public)
	}
	if room[IPv6] >= internets[IPv6].need.hi {
		public = internets[IPv6].mark(IPv6, sources, public)
	}
	return public
}

// Whole reports whether the prefix alone covers its family's internet, by the
// rule of Public.
func Whole(p netip.Prefix) bool {
	p = Clean(p)
	if !p.IsValid() {
		return false
	}
	in := &internets[FamilyOf(p)]
	return !spanOf(p).common(in.spans).less(in.need)
}

// units returns a size of p that is never too small, in single addresses for
// IPv4 and in blocks of 2^64 for IPv6, so that it fits. With it the usual
// sources, which are far too small together, are refused without sorting.
func units(p netip.Prefix, f Family) uint64 {
	width, bits := 64, p.Bits()
	if f == IPv4 {
		width, bits = 32, bits-p.Addr().BitLen()+32
	}
	if bits >= width {
		return 1
	}
	if bits == 0 && width == 64 {
		return ^uint64(0)
	}
	return 1 << (width - bits)
}

func saturate(a, b uint64) uint64 {
	if a+b < a {
		return ^uint64(0)
	}
	return a + b
}

// source is a prefix and its place in the caller's list.
type source struct {
	span
	place int
}

// mark sets the value of each source of the family that is public. The slice
// is made where the first one is.
func (in *internet) mark(f Family, sources []netip.Prefix, public []bool) []bool {
	var stack [onStack]source
	list := stack[:0]
	for i, p := range sources {
		if p.IsValid() && FamilyOf(p) == f {
			list = append(list, source{spanOf(Clean(p)), i})
		}
	}
	sortOutermost(list)

	// Prefixes nest or are disjoint, so the outermost ones are disjoint, and
	// what they cover adds up.
	var covered number
	for i := 0; i < len(list); i = nextOutermost(list, i) {
		covered = covered.add(list[i].common(in.spans))
	}
	if covered.less(in.need) {
		return public
	}
	if public == nil {
		public = make([]bool, len(sources))
	}
	for i := 0; i < len(list); i = nextOutermost(list, i) {
		if list[i].common(in.spans) == (number{}) {
			continue
		}
		for j := i; j < len(list) && list[j].span == list[i].span; j++ {
			public[list[j].place] = true
		}
	}
	return public
}

// sortOutermost sorts by address, and the wider before the narrower.
func sortOutermost(list []source) {
	slices.SortFunc(list, func(a, b source) int {
		return cmp.Or(a.first.compare(b.first), b.last.compare(a.last))
	})
}

// nextOutermost returns the place of the first source after i that does not
// lie within source i; the list is sorted.
func nextOutermost(list []source, i int) int {
	for j := i + 1; j < len(list); j++ {
		if list[i].last.less(list[j].first) {
			return j
		}
	}
	return len(list)
}

// Covered reports whether every address of inside lies in some prefix of the
// set: in one of them, or in several that fill it together. An invalid prefix
// is covered by nothing.
func Covered(inside netip.Prefix, set []netip.Prefix) bool {
	inside = Clean(inside)
	if !inside.IsValid() {
		return false
	}
	var stack [onStack]source
	parts, f := stack[:0], FamilyOf(inside)
	whole := spanOf(inside)
	for i, p := range set {
		if !p.IsValid() || FamilyOf(p) != f {
			continue
		}
		switch s := spanOf(Clean(p)); {
		case s.holds(whole):
			return true
		case whole.holds(s):
			parts = append(parts, source{s, i})
		}
	}
	sortOutermost(parts)
	next := whole.first
	for i := 0; i < len(parts); i = nextOutermost(parts, i) {
		if parts[i].first != next {
			return false
		}
		if parts[i].last == whole.last {
			return true
		}
		next = parts[i].last.add(number{0, 1})
	}
	return false
}
