package anonymise

import (
	"crypto/hmac"
	"crypto/sha256"
	"math/bits"
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
)

// fixed are the blocks that decide by themselves: each becomes itself, and so
// does everything that contains one of them. Beside those of the internet these
// are link-local and multicast IPv6, and both halves of the unique local
// addresses, of which only one is in use.
var fixed = append(cidr.Reserved(), netip.MustParsePrefix("fc00::/8"), netip.MustParsePrefix("fd00::/8"),
	netip.MustParsePrefix("fe80::/10"), netip.MustParsePrefix("ff00::/8"))

// addresses is a bijection of all addresses of each family in which two share
// their first bits exactly as far as they did: each bit is turned or not by what
// a keyed hash says of the bits before it, but for those that lead into a fixed
// block, and from a block of a VPC or of a subnet to its first four addresses and
// its last one, which AWS reserves.
type addresses struct {
	key     []byte
	blocks  map[netip.Prefix]bool
	lengths map[int]bool                 // of the blocks
	turns   map[string][sha256.Size]byte // by the whole bytes before: a bit for each node of the next byte's tree
}

// addressesFor tries keys until no old prefix is among the new ones. Blocks are
// those of VPCs and subnets.
func addressesFor(key Key, old, blocks []netip.Prefix) *addresses {
	a := &addresses{blocks: map[netip.Prefix]bool{}, lengths: map[int]bool{}}
	for _, p := range blocks {
		a.blocks[p.Masked()], a.lengths[p.Bits()] = true, true
	}
	var free []netip.Prefix
	texts := map[string]bool{}
	for _, p := range old {
		if p.Addr().Is4In6() || !a.settled(p) {
			free, texts[p.String()] = append(free, p), true
		}
	}
	for attempt := range attempts {
		a.key, a.turns = append([]byte{byte(attempt)}, key[:]...), map[string][sha256.Size]byte{}
		if !slices.ContainsFunc(free, func(p netip.Prefix) bool { return texts[a.prefix(p).String()] }) {
			break
		}
	}
	return a
}

// settled reports whether a prefix can only become itself.
func (a *addresses) settled(p netip.Prefix) bool {
	still := a.still(p.Addr())
	for depth := range p.Bits() {
		if !still[depth] {
			return false
		}
	}
	return true
}

// still says which bits of an address stay as they are.
func (a *addresses) still(x netip.Addr) (still [128]bool) {
	first := 0
	for _, f := range fixed {
		if f.Addr().BitLen() == x.BitLen() {
			first = max(first, min(common(x, f.Addr())+1, f.Bits()))
		}
	}
	for depth := range first {
		still[depth] = true
	}
	for length := range a.lengths {
		block, err := x.Prefix(length)
		if err != nil || !a.blocks[block] {
			continue
		}
		end := common(x, block.Addr())
		if end >= x.BitLen()-2 {
			end = x.BitLen()
		}
		end = max(end, common(x, cidr.Last(block)))
		for depth := length; depth <= min(end, x.BitLen()-1); depth++ {
			still[depth] = true
		}
	}
	return still
}

// common returns how many of their first bits two addresses of a family share.
func common(a, b netip.Addr) (n int) {
	x, y := a.AsSlice(), b.AsSlice()
	for i := range x {
		if d := x[i] ^ y[i]; d != 0 {
			return n + bits.LeadingZeros8(d)
		}
		n += 8
	}
	return n
}

func (a *addresses) prefix(p netip.Prefix) netip.Prefix {
	address := p.Addr()
	if address.Is4In6() {
		if p.Bits() < 96 {
			return p
		}
		mapped := a.prefix(netip.PrefixFrom(address.Unmap(), p.Bits()-96))
		return netip.PrefixFrom(netip.AddrFrom16(mapped.Addr().As16()), p.Bits())
	}
	old := address.AsSlice()
	made := slices.Clone(old)
	still := a.still(address)
	for i := range old {
		begin := string(rune(len(old))) + string(old[:i])
		turns, known := a.turns[begin]
		if !known {
			mac := hmac.New(sha256.New, a.key)
			mac.Write([]byte(begin))
			copy(turns[:], mac.Sum(nil))
			a.turns[begin] = turns
		}
		node := 1
		for bit := range 8 {
			depth := i*8 + bit
			one := old[i] >> (7 - bit) & 1
			if !still[depth] && depth < p.Bits() && turns[node/8]>>(node%8)&1 == 1 {
				made[i] ^= 1 << (7 - bit)
			}
			node = node*2 + int(one)
		}
	}
	result, _ := netip.AddrFromSlice(made)
	return netip.PrefixFrom(result, p.Bits())
}
