package cidr

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"net/netip"
)

// number is an address, or a count of addresses, as a plain 128-bit integer.
// IPv4 addresses use the low 32 bits; which family is meant is known by where
// the number stands.
type number struct{ hi, lo uint64 }

func numberOf(a netip.Addr) number {
	if a.Is4() {
		b := a.As4()
		return number{0, uint64(binary.BigEndian.Uint32(b[:]))}
	}
	b := a.As16()
	return number{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

func (n number) compare(m number) int {
	return cmp.Or(cmp.Compare(n.hi, m.hi), cmp.Compare(n.lo, m.lo))
}

func (n number) less(m number) bool { return n.hi < m.hi || n.hi == m.hi && n.lo < m.lo }

// add and sub wrap around, as unsigned integers do.
func (n number) add(m number) number {
	lo, carry := bits.Add64(n.lo, m.lo, 0)
	hi, _ := bits.Add64(n.hi, m.hi, carry)
	return number{hi, lo}
}

func (n number) sub(m number) number {
	lo, borrow := bits.Sub64(n.lo, m.lo, 0)
	hi, _ := bits.Sub64(n.hi, m.hi, borrow)
	return number{hi, lo}
}

func (n number) div(d uint64) number {
	hi, rest := n.hi/d, n.hi%d
	lo, _ := bits.Div64(rest, n.lo, d)
	return number{hi, lo}
}

func (n number) float() float64 { return float64(n.hi)*(1<<64) + float64(n.lo) }

// span is an inclusive interval of addresses of one family.
type span struct{ first, last number }

// spanOf returns the addresses of p, which is clean and valid.
func spanOf(p netip.Prefix) span {
	first := numberOf(p.Addr())
	last := first
	host := p.Addr().BitLen() - p.Bits()
	last.lo |= 1<<host - 1 // of 64 bits and more, a shift leaves zero
	if host > 64 {
		last.hi |= 1<<(host-64) - 1
	}
	return span{first, last}
}

func (s span) overlaps(t span) bool { return !s.last.less(t.first) && !t.last.less(s.first) }

// holds reports whether t lies within s.
func (s span) holds(t span) bool { return !t.first.less(s.first) && !s.last.less(t.last) }

// size returns how many addresses s has. That of the whole of IPv6 wraps
// around to zero.
func (s span) size() number { return s.last.sub(s.first).add(number{0, 1}) }

// common returns how many addresses s shares with the blocks, which are
// sorted and disjoint.
func (s span) common(blocks []span) number {
	var total number
	for _, b := range blocks {
		if s.last.less(b.first) {
			break
		}
		if b.last.less(s.first) {
			continue
		}
		if b.first.less(s.first) {
			b.first = s.first
		}
		if s.last.less(b.last) {
			b.last = s.last
		}
		total = total.add(b.size())
	}
	return total
}
