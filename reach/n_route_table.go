package reach

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// table is a route table, with its routes unfolded per family: a prefix list
// as destination counts entry by entry.
type table struct {
	region   *inventory.Region
	net      *network
	rt       *inventory.RouteTable
	unfolded bool
	hops     [families][]hop
	unread   []*inventory.Route // routes to lists whose entries are unknown
}

// hop is one destination of a route.
type hop struct {
	prefix netip.Prefix
	route  *inventory.Route
	rank   int // among equal prefixes the lowest counts
}

// ranks of routes to equal prefixes: the VPC's own, what was entered by hand,
// an entry of a prefix list, what a virtual private gateway told.
const (
	rankLocal = iota
	rankPrefix
	rankList
	rankPropagated
)

// unfold sorts the destinations from the longest prefix to the shortest.
func (t *table) unfold() {
	if t.unfolded {
		return
	}
	t.unfolded = true
	for i := range t.rt.Routes {
		r := &t.rt.Routes[i]
		if r.List == "" {
			rank := rankPrefix
			switch {
			case r.Target == "local":
				rank = rankLocal
			case strings.HasPrefix(r.Target, "vgw-"):
				rank = rankPropagated
			}
			t.add(r.Prefix, r, rank)
			continue
		}
		list := t.net.list(r.List)
		if list == nil || !list.Resolved {
			t.unread = append(t.unread, r)
			continue
		}
		for _, p := range list.Entries {
			t.add(p, r, rankList)
		}
	}
	for f := range t.hops {
		slices.SortStableFunc(t.hops[f], func(a, b hop) int {
			return cmp.Or(cmp.Compare(b.prefix.Bits(), a.prefix.Bits()), a.prefix.Addr().Compare(b.prefix.Addr()), cmp.Compare(a.rank, b.rank))
		})
	}
}

func (t *table) add(p netip.Prefix, r *inventory.Route, rank int) {
	if p = cidr.Clean(p); p.IsValid() {
		f := cidr.FamilyOf(p)
		t.hops[f] = append(t.hops[f], hop{p, r, rank})
	}
}

// fate tells what becomes of packets to the internet on this route. A route
// to a gateway that is not attached is closed, whatever its state says.
func (t *table) decide(r *inventory.Route) Decision {
	switch {
	case r.Blackhole:
		return Blocked
	case strings.HasPrefix(r.Target, "igw-"):
		if !t.region.Read.Has(inventory.PartInternetGateways) {
			return Undecided
		}
		if t.net.attached(r.Target, t.rt.VPC) {
			return Allowed
		}
		if t.net.foreign(t.rt.VPC, t.region.AccountID) {
			return Undecided
		}
	case t.inspected(r.Target):
		return Undecided
	}
	return Blocked
}

// inspected reports whether the target is an appliance or a firewall that an
// internet gateway of the VPC hands incoming packets to: then the internet may
// get in through it, and what it lets through cannot be seen.
func (t *table) inspected(target string) bool {
	if target == "local" {
		return false
	}
	for _, edge := range t.net.edges[t.rt.VPC] {
		if !slices.ContainsFunc(edge.Gateways, t.mayEnter) {
			continue
		}
		for i := range edge.Routes {
			if edge.Routes[i].Target == target {
				return true
			}
		}
	}
	return false
}

// mayEnter reports whether the internet may come in by the gateway.
func (t *table) mayEnter(gateway string) bool {
	return strings.HasPrefix(gateway, "igw-") &&
		(t.net.attached(gateway, t.rt.VPC) || t.net.foreign(t.rt.VPC, t.region.AccountID) || !t.region.Read.Has(inventory.PartInternetGateways))
}

// level is the hops of one family to prefixes of one length, and what became
// of each prefix once equal ones were settled.
type level struct {
	decided [Undecided + 1][]netip.Prefix
}

// open returns the destinations whose packets leave by an internet gateway,
// by longest prefix.
func (t *table) routedOut(f cidr.Family) known {
	return t.leading(f, cidr.Internet(f), t.decide)
}

// leading returns the destinations of a universe whose routes are open by the
// given judgement.
func (t *table) leading(f cidr.Family, universe cidr.Set, fateOf func(*inventory.Route) Decision) known {
	t.unfold()
	var k known
	hops := t.hops[f]
	var levels []level
	for i := 0; i < len(hops); {
		var l level
		bits := hops[i].prefix.Bits()
		for i < len(hops) && hops[i].prefix.Bits() == bits {
			first := hops[i]
			became := fateOf(first.route)
			for i++; i < len(hops) && hops[i].prefix == first.prefix; i++ {
				// Nobody can tell which of several equal routes counts.
				if hops[i].rank == first.rank && fateOf(hops[i].route) != became {
					became = Undecided
				}
			}
			l.decided[became] = append(l.decided[became], first.prefix)
		}
		levels = append(levels, l)
	}
	for _, l := range slices.Backward(levels) { // the shortest first; longer ones overwrite
		opened, shut, doubts := cidr.Of(l.decided[Allowed]...), cidr.Of(l.decided[Blocked]...), cidr.Of(l.decided[Undecided]...)
		k.sure = k.sure.Union(opened).Subtract(shut).Subtract(doubts)
		k.possible = k.possible.Union(opened).Union(doubts).Subtract(shut)
	}
	return t.doubt(k, f, universe, fateOf)
}

// doubt adds what routes to unknown prefix lists may change: any address, but
// for those that a route to a single address or the VPC itself holds.
func (t *table) doubt(k known, f cidr.Family, universe cidr.Set, fateOf func(*inventory.Route) Decision) known {
	if len(t.unread) == 0 {
		return k
	}
	var firm []netip.Prefix
	for _, h := range t.hops[f] {
		if h.rank == rankLocal || h.rank == rankPrefix && h.prefix.IsSingleIP() {
			firm = append(firm, h.prefix)
		}
	}
	loose := universe.Subtract(cidr.Of(firm...))
	for _, r := range t.unread {
		became := fateOf(r)
		if became != Allowed {
			k.sure = k.sure.Subtract(loose)
		}
		if became != Blocked {
			k.possible = k.possible.Union(loose)
		}
	}
	return k
}

// lookup returns the route that a packet to the address takes, as far as the
// entries of prefix lists are known, or nil.
func (t *table) lookup(a netip.Addr) *hop {
	t.unfold()
	f := cidr.IPv4
	if a.Is6() {
		f = cidr.IPv6
	}
	for i := range t.hops[f] {
		if h := &t.hops[f][i]; h.prefix.Contains(a) {
			return h
		}
	}
	return nil
}

// rival returns a route that may as well be taken instead of the hop's, with
// another outcome, or nil.
func (t *table) rival(h *hop) *inventory.Route {
	for i := range t.hops[cidr.FamilyOf(h.prefix)] {
		o := &t.hops[cidr.FamilyOf(h.prefix)][i]
		if o.prefix == h.prefix && o.rank == h.rank && t.decide(o.route) != t.decide(h.route) {
			return o.route
		}
	}
	return nil
}
