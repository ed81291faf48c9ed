package reach

import (
	"iter"
	"net/netip"

	"github.com/sgaudit/sgaudit/inventory"
)

// Between reports whether traffic that one interface opens gets to another, by
// their private addresses and global IPv6 addresses:
// Reachable, NotReachable or Unknown, with the steps of one packet. All
// traffic is judged by its tcp and udp packets.
func (n *Region) Between(from, to *inventory.Interface, traffic inventory.Traffic) (Verdict, []Step) {
	o, _ := n.between(from, to, traffic, nil)
	return o.verdict, steps(&o)
}

// Verdict is what Between says, without the steps, which are half of the work:
// for those who ask about many pairs.
func (n *Region) Verdict(from, to *inventory.Interface, traffic inventory.Traffic) Verdict {
	best := NotReachable
	for p := range n.pairs(from, to) {
		o := follow(p.stages(), p.flows(traffic))
		if o.verdict.Compare(best) > 0 {
			best = o.verdict
		}
		if best == Reachable {
			break
		}
	}
	return best
}

// pairs yields the pairs of addresses of both that are of one family.
func (n *Region) pairs(from, to *inventory.Interface) iter.Seq[*pair] {
	return func(yield func(*pair) bool) {
		for _, a := range from.Addresses {
			for _, b := range to.Addresses {
				if a.Private.Is4() == b.Private.Is4() && !yield(n.pair(from, to, a.Private, b.Private)) {
					return
				}
			}
		}
	}
}

// between tries the addresses of both and keeps the best outcome, with the
// rule that lets its packet in.
func (n *Region) between(from, to *inventory.Interface, traffic inventory.Traffic, only *permission) (best outcome, by *permission) {
	for p := range n.pairs(from, to) {
		p.only = only
		o := follow(p.stages(), p.flows(traffic))
		if o.verdict.Compare(best.verdict) > 0 {
			best, by = o, p.permission(o)
		}
		if best.verdict == Reachable {
			return best, by
		}
	}
	if best.verdict == "" {
		best = outcome{verdict: NotReachable, stages: []stage{noCommonFamily{from, to}}}
	}
	return best, by
}

// pair returns two addresses of two interfaces with all that stands between.
func (n *Region) pair(from, to *inventory.Interface, a, b netip.Addr) *pair {
	return &pair{n: n.net(), from: n.end(from, a), to: n.end(to, b)}
}

func (n *Region) end(e *inventory.Interface, a netip.Addr) end {
	x := end{place: n.net().place(e.VPC, e.Subnet), holder: e, address: a}
	x.groups, x.unseen = n.groupsOf(e)
	return x
}

// groupsOf returns the groups that the interface carries, and the ids of those
// among them that were not seen: they belong to another account.
func (n *Region) groupsOf(e *inventory.Interface) (groups []*inventory.Group, unseen []string) {
	for _, id := range e.Groups {
		g := n.changed[id]
		if g == nil {
			g = n.index.Group(id)
		}
		if g != nil {
			groups = append(groups, g)
		} else {
			unseen = append(unseen, id)
		}
	}
	return groups, unseen
}
