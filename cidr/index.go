package cidr

import (
	"cmp"
	"iter"
	"net/netip"
	"slices"
)

// Index finds which of many addresses lie inside a prefix. It is built once,
// by an IndexBuilder, and may then be asked by several goroutines. The zero
// Index and a nil one hold no address.
//
// It is a sorted slice for each family: a query is a binary search and a walk
// over adjacent memory, which no tree of prefixes beats for single addresses.
type Index struct {
	v4 []uint64 // the address in the high half, the value in the low
	v6 []entry6
}

type entry6 struct {
	address number
	value   uint32
}

func (e entry6) compare(o entry6) int {
	return cmp.Or(e.address.compare(o.address), cmp.Compare(e.value, o.value))
}

// IndexBuilder collects the addresses of an Index. Its zero value is ready.
type IndexBuilder struct{ index Index }

// Add enters an address with the value to find it by, which is not negative:
// a position in a list. The same address may be entered with many values, for
// two VPCs may hold it. An invalid address is left out.
func (b *IndexBuilder) Add(a netip.Addr, value int32) {
	switch a = a.Unmap(); {
	case a.Is4():
		b.index.v4 = append(b.index.v4, numberOf(a).lo<<32|uint64(uint32(value)))
	case a.Is6():
		b.index.v6 = append(b.index.v6, entry6{numberOf(a), uint32(value)})
	}
}

// Index returns the index of all that was added. The builder is empty then.
func (b *IndexBuilder) Index() *Index {
	x := b.index
	b.index = Index{}
	slices.Sort(x.v4)
	slices.SortFunc(x.v6, entry6.compare)
	x.v4, x.v6 = slices.Compact(x.v4), slices.Compact(x.v6)
	return &x
}

// Len returns how many pairs of an address and a value the index holds.
func (x *Index) Len() int {
	if x == nil {
		return 0
	}
	return len(x.v4) + len(x.v6)
}

// Inside yields the value of every address inside p, in the order of the
// addresses and then of the values. A value comes once for each of its
// addresses.
func (x *Index) Inside(p netip.Prefix) iter.Seq[int32] {
	return func(yield func(int32) bool) { x.each(p, yield) }
}

func (x *Index) each(p netip.Prefix, yield func(int32) bool) {
	p = Clean(p)
	if x == nil || !p.IsValid() {
		return
	}
	s := spanOf(p)
	if p.Addr().Is4() {
		first, last := s.first.lo<<32, s.last.lo<<32|0xffffffff
		start, _ := slices.BinarySearch(x.v4, first)
		for _, e := range x.v4[start:] {
			if e > last || !yield(int32(uint32(e))) {
				return
			}
		}
		return
	}
	start, _ := slices.BinarySearchFunc(x.v6, s.first, func(e entry6, a number) int { return e.address.compare(a) })
	for _, e := range x.v6[start:] {
		if s.last.less(e.address) || !yield(int32(e.value)) {
			return
		}
	}
}
