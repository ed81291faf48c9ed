package reach

import (
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
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
	r := n.region
	joined := []string{vpc}
	var prefixes []netip.Prefix
	if r.Read.Has(inventory.PartPeerings) {
		for i := range r.Peerings {
			p := &r.Peerings[i]
			if far := p.Far(vpc); far != nil && p.Status == "active" {
				joined = append(joined, far.VPC)
				prefixes = append(append(prefixes, p.Requester.Prefixes...), p.Accepter.Prefixes...)
			}
		}
	}
	if r.Read.Has(inventory.PartVPCs) {
		for i := range r.VPCs {
			if slices.Contains(joined, r.VPCs[i].ID) {
				prefixes = append(prefixes, r.VPCs[i].Prefixes...)
			}
		}
	}
	s := cidr.Of(prefixes...)
	n.blocks[vpc] = s
	return s
}
