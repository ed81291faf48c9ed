package network

import (
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// Sources are the addresses that a peer stands for, by family.
type Sources [cidr.Families]path.Addresses

// None reports whether the peer can stand for no address of either family.
func (s Sources) None() bool { return s[0].None() && s[1].None() }

// InternetSources returns which internet addresses the peer stands for. A group
// stands for private addresses, and so for none.
func (n *Network) InternetSources(p inventory.Peer) Sources {
	if p.Group != nil {
		return Sources{}
	}
	if s, ok := n.internetSources[p]; ok {
		return s
	}
	var s Sources
	switch list := n.list(p.List); {
	case p.List == "":
		s = internetOf(cidr.Of(p.Prefix))
	case list == nil || !list.Resolved:
		for f := range cidr.Families {
			s[f].Possible = cidr.Internet(f)
		}
	default:
		s = internetOf(cidr.Of(list.Entries...))
	}
	n.internetSources[p] = s
	return s
}

func internetOf(set cidr.Set) (s Sources) {
	for f := range cidr.Families {
		s[f] = path.Exactly(set.Intersect(cidr.Internet(f)))
	}
	return s
}

// Addresses returns all addresses that a prefix or a prefix list stands for,
// private ones included. For a group, which stands for interfaces, there are none.
func (n *Network) Addresses(p inventory.Peer) (s Sources) {
	list := n.list(p.List)
	for f := range cidr.Families {
		switch {
		case p.Group != nil:
		case p.List == "":
			s[f] = path.Exactly(cidr.Of(p.Prefix).Intersect(cidr.All(f)))
		case list == nil || !list.Resolved:
			s[f].Possible = cidr.All(f)
		default:
			s[f] = path.Exactly(cidr.Of(list.Entries...).Intersect(cidr.All(f)))
		}
	}
	return s
}
