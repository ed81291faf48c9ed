package reach

import (
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// peerSources are the internet addresses that a peer stands for, by family.
type peerSources [2]known

func (s peerSources) none() bool { return s[0].impossible() && s[1].impossible() }

// sourcesOf returns which internet addresses the peer stands for. A group
// stands for private addresses, and so for none.
func (n *network) sourcesOf(p inventory.Peer) peerSources {
	if p.Group != nil {
		return peerSources{}
	}
	if s, ok := n.sources[p]; ok {
		return s
	}
	var s peerSources
	switch list := n.list(p.List); {
	case p.List == "":
		s = internetOf(cidr.Of(p.Prefix))
	case list == nil || !list.Resolved:
		for f := range families {
			s[f].possible = cidr.Internet(f)
		}
	default:
		s = internetOf(cidr.Of(list.Entries...))
	}
	n.sources[p] = s
	return s
}

func internetOf(set cidr.Set) (s peerSources) {
	for f := range families {
		s[f] = exactly(set.Intersect(cidr.Internet(f)))
	}
	return s
}

// addressesOf returns all addresses that the peer stands for, by family,
// private ones included.
func (n *network) addressesOf(p inventory.Peer) (s peerSources) {
	list := n.list(p.List)
	for f, all := range [families]cidr.Set{cidr.All4(), cidr.All6()} {
		switch {
		case p.Group != nil:
		case p.List == "":
			s[f] = exactly(cidr.Of(p.Prefix).Intersect(all))
		case list == nil || !list.Resolved:
			s[f].possible = all
		default:
			s[f] = exactly(cidr.Of(list.Entries...).Intersect(all))
		}
	}
	return s
}
