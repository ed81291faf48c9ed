package reach

import (
	"cmp"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// interval is what a packet carries beside its addresses, as a number from 0
// to 65535: the port it goes to; type*256+code for ICMP; nothing that matters
// for other protocols, which use the whole range. With it all protocols share
// one algebra.
type interval struct{ first, last int32 }

var everything = interval{0, inventory.MaxPort}

// clientPorts are the ports that replies go to.
var clientPorts = interval{1024, inventory.MaxPort}

func intervalOf(t inventory.Traffic) interval {
	switch {
	case t.HasPorts():
		return interval{t.First, t.Last}
	case t.Protocol != inventory.ICMP && t.Protocol != inventory.ICMPv6, t.First == inventory.Any:
		return everything
	case t.Last == inventory.Any:
		return interval{t.First * 256, t.First*256 + 255}
	}
	return interval{t.First*256 + t.Last, t.First*256 + t.Last}
}

func (i interval) intersect(j interval) (interval, bool) {
	i = interval{max(i.first, j.first), min(i.last, j.last)}
	return i, i.first <= i.last
}

func replyInterval(p inventory.Protocol) interval {
	if p == inventory.TCP || p == inventory.UDP {
		return clientPorts
	}
	return everything
}

// union joins intervals; they come back in ascending order.
func union(parts []interval) []interval {
	slices.SortFunc(parts, func(a, b interval) int { return cmp.Compare(a.first, b.first) })
	var joined []interval
	for _, p := range parts {
		if k := len(joined); k > 0 && p.first <= joined[k-1].last+1 {
			joined[k-1].last = max(joined[k-1].last, p.last)
			continue
		}
		joined = append(joined, p)
	}
	return joined
}

// without takes the intervals of holes, which are in order, out of others.
func without(parts, holes []interval) []interval {
	var left []interval
	for _, p := range parts {
		for _, h := range holes {
			if h.last < p.first || h.first > p.last {
				continue
			}
			if h.first > p.first {
				left = append(left, interval{p.first, h.first - 1})
			}
			p.first = h.last + 1
		}
		if p.first <= p.last {
			left = append(left, p)
		}
	}
	return left
}
