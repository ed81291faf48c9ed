package network

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// Table is a route table, with its routes unfolded per family: a prefix list
// as destination counts entry by entry.
type Table struct {
	Region     *inventory.Region
	network    *Network
	Record     *inventory.RouteTable
	unfolded   bool
	hops       [cidr.Families][]Hop
	Unresolved []*inventory.Route // routes to lists with unknown entries
}

// Hop is one destination of a route.
type Hop struct {
	Prefix netip.Prefix
	Route  *inventory.Route
	rank   int // among equal prefixes the lowest counts
}

// ranks of routes to equal prefixes: the VPC's own, what was entered by hand,
// an entry of a prefix list, what a virtual private gateway propagates.
const (
	rankLocal = iota
	rankPrefix
	rankList
	rankPropagated
)

// unfold sorts the destinations from the longest prefix to the shortest.
func (t *Table) unfold() {
	if t.unfolded {
		return
	}
	t.unfolded = true
	for i := range t.Record.Routes {
		r := &t.Record.Routes[i]
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
		list := t.network.list(r.List)
		if list == nil || !list.Resolved {
			t.Unresolved = append(t.Unresolved, r)
			continue
		}
		for _, p := range list.Entries {
			t.add(p, r, rankList)
		}
	}
	for f := range t.hops {
		slices.SortStableFunc(t.hops[f], func(a, b Hop) int {
			return cmp.Or(cmp.Compare(b.Prefix.Bits(), a.Prefix.Bits()), a.Prefix.Addr().Compare(b.Prefix.Addr()), cmp.Compare(a.rank, b.rank))
		})
	}
}

func (t *Table) add(p netip.Prefix, r *inventory.Route, rank int) {
	if p = cidr.Clean(p); p.IsValid() {
		f := cidr.FamilyOf(p)
		t.hops[f] = append(t.hops[f], Hop{p, r, rank})
	}
}

// Decide returns what becomes of packets to the internet on this route. One to a
// gateway that is not attached blocks them, whatever its state says.
func (t *Table) Decide(r *inventory.Route) path.Decision {
	switch {
	case r.Blackhole:
		return path.Blocked
	case strings.HasPrefix(r.Target, "igw-"):
		if !t.Region.Read.Has(inventory.PartInternetGateways) {
			return path.Undecided
		}
		if t.network.attached(r.Target, t.Record.VPC) {
			return path.Allowed
		}
		if t.network.foreign(t.Record.VPC, t.Region.AccountID) {
			return path.Undecided
		}
	case t.inspected(r.Target):
		return path.Undecided
	}
	return path.Blocked
}

// inspected reports whether the target is an appliance or a firewall that an
// internet gateway of the VPC hands incoming packets to: then the internet may
// get in through it, and what it lets through cannot be seen.
func (t *Table) inspected(target string) bool {
	if target == "local" {
		return false
	}
	for _, edge := range t.network.gatewayTables[t.Record.VPC] {
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
func (t *Table) mayEnter(gateway string) bool {
	return strings.HasPrefix(gateway, "igw-") &&
		(t.network.attached(gateway, t.Record.VPC) || t.network.foreign(t.Record.VPC, t.Region.AccountID) || !t.Region.Read.Has(inventory.PartInternetGateways))
}

// level is the prefixes of one family and one length, by what becomes of packets to
// them.
type level struct {
	decided [path.Undecided + 1][]netip.Prefix
}

// routedOut returns the addresses to which packets leave by an internet gateway.
func (t *Table) routedOut(f cidr.Family) path.Addresses {
	return t.leading(f, cidr.Internet(f), t.Decide)
}

// leading returns the addresses of a universe to which packets get, by longest
// prefix, where decide says what becomes of them on each route.
func (t *Table) leading(f cidr.Family, universe cidr.Set, decide func(*inventory.Route) path.Decision) path.Addresses {
	t.unfold()
	var k path.Addresses
	hops := t.hops[f]
	var levels []level
	for i := 0; i < len(hops); {
		var l level
		bits := hops[i].Prefix.Bits()
		for i < len(hops) && hops[i].Prefix.Bits() == bits {
			first := hops[i]
			became := decide(first.Route)
			for i++; i < len(hops) && hops[i].Prefix == first.Prefix; i++ {
				// It is not documented which of several equal routes counts.
				if hops[i].rank == first.rank && decide(hops[i].Route) != became {
					became = path.Undecided
				}
			}
			l.decided[became] = append(l.decided[became], first.Prefix)
		}
		levels = append(levels, l)
	}
	for _, l := range slices.Backward(levels) { // the shortest first; longer ones overwrite
		opened, shut, doubts := cidr.Of(l.decided[path.Allowed]...), cidr.Of(l.decided[path.Blocked]...), cidr.Of(l.decided[path.Undecided]...)
		k.Certain = k.Certain.Union(opened).Subtract(shut).Subtract(doubts)
		k.Possible = k.Possible.Union(opened).Union(doubts).Subtract(shut)
	}
	return t.doubt(k, f, universe, decide)
}

// doubt adds what routes to unknown prefix lists may change: any address, but
// for those that a route to a single address or the VPC itself holds.
func (t *Table) doubt(k path.Addresses, f cidr.Family, universe cidr.Set, decide func(*inventory.Route) path.Decision) path.Addresses {
	if len(t.Unresolved) == 0 {
		return k
	}
	var firm []netip.Prefix
	for _, h := range t.hops[f] {
		if h.rank == rankLocal || h.rank == rankPrefix && h.Prefix.IsSingleIP() {
			firm = append(firm, h.Prefix)
		}
	}
	loose := universe.Subtract(cidr.Of(firm...))
	for _, r := range t.Unresolved {
		became := decide(r)
		if became != path.Allowed {
			k.Certain = k.Certain.Subtract(loose)
		}
		if became != path.Blocked {
			k.Possible = k.Possible.Union(loose)
		}
	}
	return k
}

// Lookup returns the route that a packet to the address takes, as far as the
// entries of prefix lists are known, or nil.
func (t *Table) Lookup(a netip.Addr) *Hop {
	t.unfold()
	f := cidr.FamilyOfAddr(a)
	for i := range t.hops[f] {
		if h := &t.hops[f][i]; h.Prefix.Contains(a) {
			return h
		}
	}
	return nil
}

// Rival returns a route that may as well be taken instead of the hop's, with
// another outcome, or nil.
func (t *Table) Rival(h *Hop) *inventory.Route {
	for i := range t.hops[cidr.FamilyOf(h.Prefix)] {
		o := &t.hops[cidr.FamilyOf(h.Prefix)][i]
		if o.Prefix == h.Prefix && o.rank == h.rank && t.Decide(o.Route) != t.Decide(h.Route) {
			return o.Route
		}
	}
	return nil
}
