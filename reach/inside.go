package reach

import (
	"fmt"
	"iter"
	"net/netip"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// fromReferences follows what comes from the members of every group that a
// rule names.
func (t *tracer) fromReferences() {
	t.each(func(g *inventory.Group, r *inventory.Rule, _ inventory.Traffic) {
		if r.Peer.Group == nil {
			return
		}
		var others []*inventory.Interface
		for _, e := range t.n.Interfaces(r.Peer.Group.ID) {
			if e != t.to {
				others = append(others, e)
			}
		}
		if len(others) > 0 {
			t.fromInterfaces(others, &permission{g, r})
			return
		}
		w := Way{From: r.Peer.Group.ID, Verdict: NotReachable, Group: g.ID, Rule: r.String(), Steps: []Step{{
			Kind: StepGroup, Verdict: Blocked, Object: r.Peer.Group.ID, Detail: "no other interface carries " + r.Peer.Group.ID,
		}}}
		if t.n.index.Group(r.Peer.Group.ID) == nil && !AcceptsNone(t.to) {
			w.Verdict, w.Steps[0].Verdict = Unknown, Unknown
			w.Steps[0].Detail = "the interfaces of " + r.Peer.Group.ID + " are not visible to this account"
		}
		t.add(w)
	})
}

// permission is one rule of one group.
type permission struct {
	group *inventory.Group
	rule  *inventory.Rule
}

// fromInterfaces follows what comes from other interfaces, by any rule or by
// one alone: between their private addresses, and where that is not certain by their
// public ones. Those with the same outcome share a way, which the first tells.
func (t *tracer) fromInterfaces(from []*inventory.Interface, only *permission) {
	type key struct {
		verdict               Verdict
		object, kind, traffic string
		public                bool // by public addresses
	}
	found := map[key]int{}
	for _, e := range from {
		if e == t.to {
			continue
		}
		o, p := t.n.between(e, t.to, t.query.Traffic, only)
		w := Way{Verdict: o.verdict, Traffic: trafficInWords(o.left), Sources: 1, Steps: o.steps, From: called(e)}
		if p != nil && o.verdict != NotReachable {
			w.Group, w.Rule = p.group.ID, p.rule.String()
		}
		if only != nil {
			w.Group, w.Rule = only.group.ID, only.rule.String()
			w.From = only.rule.Peer.Group.ID
		}
		ways := []Way{w}
		if only == nil && o.verdict != Reachable {
			ways = append(ways, t.byPublicAddress(e)...)
		}
		for i, w := range ways {
			last := w.Steps[len(w.Steps)-1]
			k := key{w.Verdict, last.Object, last.Kind, w.Traffic, i > 0}
			if at, ok := found[k]; ok {
				t.ways[at].Sources++
				continue
			}
			found[k] = len(t.ways)
			t.add(w)
		}
	}
	for _, i := range found {
		if w := &t.ways[i]; w.Sources > 1 && only == nil {
			w.From += fmt.Sprintf(" and %d more", w.Sources-1)
		}
	}
}

// Between reports whether traffic that one interface opens gets to another, by
// their private addresses and global IPv6 addresses:
// Reachable, NotReachable or Unknown, with the steps of one packet. All
// traffic is judged by its tcp and udp packets.
func (n *Region) Between(from, to *inventory.Interface, traffic inventory.Traffic) (verdict Verdict, steps []Step) {
	o, _ := n.between(from, to, traffic, nil)
	return o.verdict, o.steps
}

// Verdict is what Between says, without the steps, which are half of the work:
// for those who ask about many pairs.
func (n *Region) Verdict(from, to *inventory.Interface, traffic inventory.Traffic) Verdict {
	best := NotReachable
	for p := range n.pairs(from, to) {
		o, _, _ := pass(p.stages(), p.flows(traffic))
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
		best = outcome{verdict: NotReachable, steps: []Step{{
			Kind: StepAddress, Verdict: Blocked, Object: to.ID, Detail: fmt.Sprintf("%s and %s have no addresses of one family", from.ID, to.ID),
		}}}
	}
	return best, by
}

func just(a netip.Addr) cidr.Set { return cidr.Of(netip.PrefixFrom(a, a.BitLen())) }
