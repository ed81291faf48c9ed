package reach

import (
	"net/netip"

	"github.com/sgaudit/sgaudit/cidr"
)

// Private reports whether every address of the prefix is private from the
// point of view of a VPC: it lies in the ranges that networks number
// themselves from (cidr.Private), or in the blocks of the VPC itself or of a
// VPC that an active peering connection joins to it. A VPC may have blocks
// that are publicly routable; inside it they are private addresses, and a
// packet between them never passes an internet gateway (Amazon VPC user guide,
// VPC CIDR blocks). Blocks count as far as VPCs and peering connections were
// read.
func (n *Analyzer) Private(vpc string, p netip.Prefix) bool {
	return cidr.Private(p) || n.joinedBlocks(vpc).Covers(p)
}

// PublicPart returns the addresses of the prefix that hosts on the internet can
// have, from the point of view of a VPC: those of cidr.OnInternet without the
// blocks of the VPC and its peers.
func (n *Analyzer) PublicPart(vpc string, p netip.Prefix) cidr.Set {
	return cidr.OnInternet(p).Subtract(n.joinedBlocks(vpc))
}

// joinedBlocks returns the blocks of a VPC and of those that active peering
// connections join to it, in this region or another. It does without the
// index of the network, which most audits of tidy accounts never need.
func (n *Analyzer) joinedBlocks(vpc string) cidr.Set {
	if s, done := n.blocks[vpc]; done {
		return s
	}
	s := cidr.Of(n.region.JoinedPrefixes(vpc)...)
	n.blocks[vpc] = s
	return s
}
