// Package cidr answers the few questions that an audit asks about addresses:
// is this the internet, who lies inside, what is left.
//
// Prefixes cross its boundary as netip values. They may have host bits or be
// IPv4 mapped into IPv6; every function cleans them first, so that 1.0.0.0/0
// is 0.0.0.0/0 wherever it stands. IPv4 and IPv6 are two worlds: no answer
// ever adds one to the other. An invalid prefix holds no address. Results are
// in ascending order, IPv4 first; the zero Set and the zero Index are empty.
package cidr

import (
	"net/netip"

	"go4.org/netipx"
)

// Family is one of the two address families.
type Family uint8

const (
	IPv4 Family = iota
	IPv6

	Families // their number: range over it to get each of them
)

// String returns "IPv4" or "IPv6".
func (f Family) String() string {
	if f == IPv6 {
		return "IPv6"
	}
	return "IPv4"
}

// FamilyOf returns the family that p belongs to once it is clean.
func FamilyOf(p netip.Prefix) Family {
	if a := p.Addr(); a.Is4() || a.Is4In6() && p.Bits() >= 96 {
		return IPv4
	}
	return IPv6
}

// FamilyOfAddr returns the family of an address, which is not an IPv4 address that
// was mapped into IPv6.
func FamilyOfAddr(a netip.Addr) Family {
	if a.Is4() {
		return IPv4
	}
	return IPv6
}

// Clean returns p with its host bits cleared, and as an IPv4 prefix where it
// is one that was mapped into IPv6. An invalid prefix becomes the zero Prefix.
func Clean(p netip.Prefix) netip.Prefix {
	if !p.IsValid() {
		return netip.Prefix{} // Masked would make an error of it, and drop that
	}
	if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	return p.Masked()
}

// special4 are the blocks of IPv4 that no packet from the internet can come
// from: this network, private, carrier-grade NAT, loopback, link-local,
// multicast and reserved.
var special4 = prefixes("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8",
	"169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3")

// private are the blocks that networks number themselves from.
var private = prefixes("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")

// The internet: what is private, local, multicast or reserved is not part of it.
var (
	internet4 = Of(netip.MustParsePrefix("0.0.0.0/0")).Subtract(Of(special4...))
	internet6 = Of(netip.MustParsePrefix("2000::/3"))
)

// HoldsInternet reports whether some address of p is an internet address.
func HoldsInternet(p netip.Prefix) bool {
	p = Clean(p)
	if !p.IsValid() {
		return false
	}
	s := spanOf(p)
	for _, block := range internets[FamilyOf(p)].spans {
		if block.overlaps(s) {
			return true
		}
	}
	return false
}

// Private reports whether every address of p is one that a network numbers
// itself with: RFC 1918, carrier-grade NAT (100.64.0.0/10) or unique local
// IPv6. Loopback and link-local addresses are not private in this sense,
// because no other host can send from them.
func Private(p netip.Prefix) bool {
	p = Clean(p)
	for _, block := range private {
		if Contains(block, p) {
			return true
		}
	}
	return false
}

// Last returns the last address of p, or the zero Addr where p is invalid.
func Last(p netip.Prefix) netip.Addr {
	return netipx.RangeOfPrefix(Clean(p)).To()
}

// Contains reports whether inner lies within outer. Both are clean; an invalid
// prefix contains nothing and lies within nothing.
func Contains(outer, inner netip.Prefix) bool {
	return outer.IsValid() && inner.IsValid() && outer.Bits() <= inner.Bits() && outer.Contains(inner.Addr())
}

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, s := range texts {
		list[i] = netip.MustParsePrefix(s)
	}
	return list
}
