package usage

import (
	"net/netip"
	"slices"
)

// place is an address in a VPC, or a block of them: one that is delegated to an interface.
type place struct {
	vpc   string
	block netip.Prefix
}

// byPlace has a value for each address of a block. Its zero value is ready.
type byPlace[V any] struct {
	values  map[place]V
	lengths []int // of the blocks, the longest first
}

// put gives a block of a VPC its value.
func (b *byPlace[V]) put(vpc string, block netip.Prefix, value V) {
	if b.values == nil {
		b.values = map[place]V{}
	}
	b.values[place{vpc, block}] = value
	if i, found := slices.BinarySearchFunc(b.lengths, block.Bits(), func(a, b int) int { return b - a }); !found {
		b.lengths = slices.Insert(b.lengths, i, block.Bits())
	}
}

// at returns the value of the smallest block with an address.
func (b *byPlace[V]) at(vpc string, a netip.Addr) (value V, found bool) {
	for _, bits := range b.lengths {
		if block, err := a.Prefix(bits); err == nil {
			if value, found = b.values[place{vpc, block}]; found {
				return value, true
			}
		}
	}
	return value, false
}

// has reports whether a block has the address.
func (b *byPlace[V]) has(vpc string, a netip.Addr) bool {
	_, found := b.at(vpc, a)
	return found
}
