package reach

import (
	"iter"
	"net/netip"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/explain"
	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/reach/path"
)

// Between returns whether traffic that one interface opens gets to another, by their
// private addresses and global IPv6 addresses: Reachable, NotReachable or Unknown,
// with the steps of one packet. All traffic is judged by its tcp and udp packets.
func (n *Analyzer) Between(from, to *inventory.Interface, traffic inventory.Traffic) (path.Verdict, []explain.Step) {
	o, _ := n.between(from, to, traffic, nil)
	return o.Verdict, explain.Steps(&o)
}

// Verdict is the verdict of Between without the steps, which are half of the work:
// for callers that ask about many pairs.
func (n *Analyzer) Verdict(from, to *inventory.Interface, traffic inventory.Traffic) path.Verdict {
	best := path.NotReachable
	for p := range n.pairs(from, to) {
		o := path.Follow(p.Stages(), p.Flows(traffic))
		if o.Verdict.Compare(best) > 0 {
			best = o.Verdict
		}
		if best == path.Reachable {
			break
		}
	}
	return best
}

// pairs yields each pair of addresses of one family: see privateOf.
func (n *Analyzer) pairs(from, to *inventory.Interface) iter.Seq[*network.Pair] {
	return func(yield func(*network.Pair) bool) {
		for _, a := range n.privateOf(from) {
			for _, b := range n.privateOf(to) {
				if a.Private.Is4() == b.Private.Is4() && !yield(n.pair(from, to, a.Private, b.Private)) {
					return
				}
			}
		}
	}
}

// between follows the traffic for each pair of addresses and returns the most open
// outcome, with the ingress rule that lets its packets in.
func (n *Analyzer) between(from, to *inventory.Interface, traffic inventory.Traffic, only *network.Permission) (best path.Outcome, by *network.Permission) {
	for p := range n.pairs(from, to) {
		p.Only = only
		o := path.Follow(p.Stages(), p.Flows(traffic))
		if o.Verdict.Compare(best.Verdict) > 0 {
			best, by = o, p.Permission(o)
		}
		if best.Verdict == path.Reachable {
			return best, by
		}
	}
	if best.Verdict == "" {
		best = path.Outcome{Verdict: path.NotReachable, Stages: []path.Stage{network.NoCommonFamily{From: from, To: to}}}
	}
	return best, by
}

// pair returns the pair of an address of each interface.
func (n *Analyzer) pair(from, to *inventory.Interface, a, b netip.Addr) *network.Pair {
	return &network.Pair{Network: n.net(), From: n.end(from, a), To: n.end(to, b)}
}

func (n *Analyzer) end(e *inventory.Interface, a netip.Addr) network.End {
	x := network.End{Place: n.net().Place(e.VPC, e.Subnet), Interface: e, Address: a}
	x.Groups, x.Unseen = n.groupsOf(e)
	return x
}

// groupsOf returns the groups of the interface, and the ids of those that
// were not read: they belong to another account.
func (n *Analyzer) groupsOf(e *inventory.Interface) (groups []*inventory.Group, unseen []string) {
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
