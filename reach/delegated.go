package reach

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// privateOf returns private addresses of an interface that stand for all it has: its own
// ones, and of the prefixes that are delegated to it one for each set of blocks that rules,
// prefix lists, network ACLs and routes of the region name it by. The result is shared.
func (n *Analyzer) privateOf(e *inventory.Interface) []inventory.Address {
	if len(e.Delegated) == 0 {
		return e.Addresses
	}
	list, done := n.standing[e]
	if done {
		return list
	}
	seen := map[string]bool{}
	for _, a := range e.Addresses {
		seen[n.naming(a.Private)] = true
	}
	list = slices.Clone(e.Addresses)
	for _, p := range e.Delegated {
		for _, a := range n.edges(p) {
			if named := n.naming(a); !seen[named] {
				seen[named] = true
				list = append(list, inventory.Address{Private: a})
			}
		}
	}
	n.standing[e] = list
	return list
}

// edges returns the first address of a prefix, and those inside it where a block of the
// region begins, or has ended.
func (n *Analyzer) edges(p netip.Prefix) []netip.Addr {
	list := []netip.Addr{p.Addr()}
	for _, b := range n.named {
		sorted := b.of(n.region).sorted
		i, _ := slices.BinarySearchFunc(sorted, p.Addr(), func(q netip.Prefix, a netip.Addr) int { return q.Addr().Compare(a) })
		for ; i < len(sorted) && p.Contains(sorted[i].Addr()); i++ {
			if q := sorted[i]; q.Bits() > p.Bits() {
				list = append(list, q.Addr())
				if after := cidr.Last(q).Next(); p.Contains(after) {
					list = append(list, after)
				}
			}
		}
	}
	return list
}

// naming says in which blocks of the region an address lies: two addresses of one interface
// in the same blocks are judged alike.
func (n *Analyzer) naming(a netip.Addr) string {
	text := []byte{byte(cidr.FamilyOfAddr(a))}
	for which, b := range n.named {
		blocks := b.of(n.region)
		for _, bits := range blocks.lengths {
			q, err := a.Prefix(bits)
			if err != nil {
				break // the lengths are in ascending order: an IPv4 address has none of the rest
			}
			if i, found := slices.BinarySearchFunc(blocks.sorted, q, comparePrefixes); found {
				text = binary.AppendUvarint(append(text, byte(which)), uint64(i))
			}
		}
	}
	return string(text)
}

// namedBlocks are the blocks that rules of groups name, or all of a region.
type namedBlocks struct {
	by      []*inventory.Group // nil: all of the region
	sorted  []netip.Prefix
	lengths []int // sorted
	done    bool  // whether it was filled
}

// of fills in the blocks, once.
func (b *namedBlocks) of(r *inventory.Region) *namedBlocks {
	if b.done {
		return b
	}
	if b.by != nil {
		for _, g := range b.by {
			b.addRules(g)
		}
		return b.fill()
	}
	for i := range r.Groups {
		b.addRules(&r.Groups[i])
	}
	for i := range r.PrefixLists {
		b.sorted = append(b.sorted, r.PrefixLists[i].Entries...)
	}
	for i := range r.NetworkACLs {
		for _, entry := range r.NetworkACLs[i].Entries {
			b.sorted = append(b.sorted, entry.Prefix)
		}
	}
	for i := range r.RouteTables {
		for _, route := range r.RouteTables[i].Routes {
			b.sorted = append(b.sorted, route.Prefix)
		}
	}
	return b.fill()
}

func (b *namedBlocks) addRules(g *inventory.Group) {
	for i := range g.Rules {
		b.sorted = append(b.sorted, g.Rules[i].Peer.Prefix)
	}
}

// fill sorts what was added.
func (b *namedBlocks) fill() *namedBlocks {
	b.done = true
	for i, p := range b.sorted {
		b.sorted[i] = cidr.Clean(p)
	}
	b.sorted = slices.DeleteFunc(b.sorted, func(p netip.Prefix) bool { return !p.IsValid() })
	slices.SortFunc(b.sorted, comparePrefixes)
	b.sorted = slices.Compact(b.sorted)
	for _, p := range b.sorted {
		if i, found := slices.BinarySearch(b.lengths, p.Bits()); !found {
			b.lengths = slices.Insert(b.lengths, i, p.Bits())
		}
	}
	return b
}

func comparePrefixes(a, b netip.Prefix) int {
	if c := a.Addr().Compare(b.Addr()); c != 0 {
		return c
	}
	return a.Bits() - b.Bits()
}
