package cidr

import (
	"cmp"
	"iter"
	"net/netip"
	"slices"
)

// Index finds which of many addresses lie inside a prefix, and which of many blocks overlap
// with it. It is built once,
// by an IndexBuilder, and may then be asked by several goroutines. The zero
// Index and a nil one hold no address.
//
// It is a sorted slice for each family: a query is a binary search and a walk
// over adjacent memory, which no tree of prefixes beats for single addresses.
type Index struct {
	v4 []uint64 // the address in the high half, the value in the low
	v6 []entry6

	blocks  [Families][]blockEntry
	lengths [Families][]int // of the blocks, sorted
}

// blockEntry is a block of addresses with its value.
type blockEntry struct {
	first number
	bits  int
	value int32
}

func (e blockEntry) compare(o blockEntry) int {
	return cmp.Or(e.first.compare(o.first), cmp.Compare(e.bits, o.bits), cmp.Compare(e.value, o.value))
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

// AddPrefix enters all addresses of a block with one value, as Add does. An invalid block is
// left out.
func (b *IndexBuilder) AddPrefix(p netip.Prefix, value int32) {
	if p = Clean(p); p.IsValid() {
		f := FamilyOf(p)
		b.index.blocks[f] = append(b.index.blocks[f], blockEntry{numberOf(p.Addr()), p.Bits(), value})
	}
}

// Index returns the index of all that was added. The builder is empty then.
func (b *IndexBuilder) Index() *Index {
	x := b.index
	b.index = Index{}
	slices.Sort(x.v4)
	slices.SortFunc(x.v6, entry6.compare)
	x.v4, x.v6 = slices.Compact(x.v4), slices.Compact(x.v6)
	for f, blocks := range x.blocks {
		slices.SortFunc(blocks, blockEntry.compare)
		x.blocks[f] = slices.Compact(blocks)
		for _, e := range x.blocks[f] {
			if !slices.Contains(x.lengths[f], e.bits) {
				x.lengths[f] = append(x.lengths[f], e.bits)
			}
		}
		slices.Sort(x.lengths[f])
	}
	return &x
}

// Len returns how many pairs of an address or a block and a value the index holds.
func (x *Index) Len() int {
	if x == nil {
		return 0
	}
	return len(x.v4) + len(x.v6) + len(x.blocks[IPv4]) + len(x.blocks[IPv6])
}

// Inside yields the value of every address inside p, in the order of the
// addresses and then of the values, and after them those of the blocks that overlap with p,
// from the largest that holds p on. A value comes once for each of its addresses and
// blocks.
func (x *Index) Inside(p netip.Prefix) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		if p := Clean(p); x != nil && p.IsValid() && x.each(p, yield) {
			x.eachBlock(p, yield)
		}
	}
}

// eachBlock yields the values of the blocks that hold p, and of those inside it: two blocks
// that overlap are one inside the other.
func (x *Index) eachBlock(p netip.Prefix, yield func(int32) bool) {
	f := FamilyOf(p)
	list := x.blocks[f]
	for _, bits := range x.lengths[f] {
		if bits >= p.Bits() {
			break
		}
		around := blockEntry{numberOf(netip.PrefixFrom(p.Addr(), bits).Masked().Addr()), bits, 0}
		at, _ := slices.BinarySearchFunc(list, around, blockEntry.compare)
		for _, e := range list[at:] {
			if e.first != around.first || e.bits != bits {
				break
			}
			if !yield(e.value) {
				return
			}
		}
	}
	s := spanOf(p)
	at, _ := slices.BinarySearchFunc(list, blockEntry{s.first, p.Bits(), 0}, blockEntry.compare)
	for _, e := range list[at:] {
		if s.last.less(e.first) || !yield(e.value) {
			return
		}
	}
}

// each yields the values of the addresses inside p. It returns false if it is to stop.
func (x *Index) each(p netip.Prefix, yield func(int32) bool) bool {
	s := spanOf(p)
	if p.Addr().Is4() {
		first, last := s.first.lo<<32, s.last.lo<<32|0xffffffff
		start, _ := slices.BinarySearch(x.v4, first)
		for _, e := range x.v4[start:] {
			if e > last {
				break
			}
			if !yield(int32(uint32(e))) {
				return false
			}
		}
		return true
	}
	start, _ := slices.BinarySearchFunc(x.v6, s.first, func(e entry6, a number) int { return e.address.compare(a) })
	for _, e := range x.v6[start:] {
		if s.last.less(e.address) {
			break
		}
		if !yield(int32(e.value)) {
			return false
		}
	}
	return true
}
