package usage

import (
	"math"
	"net/netip"

	"github.com/sgaudit/sgaudit/cidr"
)

// internet reports whether a block holds addresses of the internet, from the point of view
// of a VPC: the blocks of the VPC itself, and of those that active peering connections join
// to it, do not count as such. They may be of public IPv4 addresses, and those of IPv6 are.
func (s *site) internet(vpc string, p netip.Prefix) bool {
	return cidr.HoldsInternet(p) && !s.joinedBlocks(vpc).Covers(p)
}

// Internet reports whether a block holds addresses of the internet: the blocks of the VPC of
// the rule's group, and of the VPCs that are peered with it, do not count as such.
func (r *Rule) Internet(p netip.Prefix) bool { return cidr.HoldsInternet(p) && !r.joined.Covers(p) }

// joinedBlocks are the blocks of a VPC and of those that active peering connections join to it.
func (s *site) joinedBlocks(vpc string) cidr.Set {
	found, done := s.blocks[vpc]
	if done {
		return found
	}
	found = cidr.Of(s.region.JoinedPrefixes(vpc)...)
	s.blocks[vpc] = found
	return found
}

// apart divides blocks into those that hold addresses of the internet and the others, and
// counts the addresses of the first. A block of the internet that a summary folded many
// addresses into counts as more than any number.
func (s *site) apart(vpc string, blocks []netip.Prefix) (internet, private []netip.Prefix, addresses int) {
	for _, p := range blocks {
		switch {
		case !s.internet(vpc, p):
			private = append(private, p)
			continue
		case !p.IsSingleIP():
			addresses = math.MaxInt
		case addresses < math.MaxInt:
			addresses++
		}
		internet = append(internet, p)
	}
	return internet, private, addresses
}
