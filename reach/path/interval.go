package path

import (
	"cmp"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// Interval is what a packet carries beside its addresses, as a number from 0
// to 65535: the port it goes to; type*256+code for ICMP; nothing that matters
// for other protocols, which use the whole range. With it all protocols share
// one algebra.
type Interval struct{ First, Last int32 }

var Everything = Interval{0, inventory.MaxPort}

// ClientPorts are the ports that replies go to.
var ClientPorts = Interval{1024, inventory.MaxPort}

func IntervalOf(t inventory.Traffic) Interval {
	switch {
	case t.HasPorts():
		return Interval{t.First, t.Last}
	case t.Protocol != inventory.ICMP && t.Protocol != inventory.ICMPv6, t.First == inventory.Any:
		return Everything
	case t.Last == inventory.Any:
		return Interval{t.First * 256, t.First*256 + 255}
	}
	return Interval{t.First*256 + t.Last, t.First*256 + t.Last}
}

func (i Interval) Intersect(j Interval) (Interval, bool) {
	i = Interval{max(i.First, j.First), min(i.Last, j.Last)}
	return i, i.First <= i.Last
}

func ReplyInterval(p inventory.Protocol) Interval {
	if p == inventory.TCP || p == inventory.UDP {
		return ClientPorts
	}
	return Everything
}

// Union joins intervals; they come back in ascending order.
func Union(parts []Interval) []Interval {
	slices.SortFunc(parts, func(a, b Interval) int { return cmp.Compare(a.First, b.First) })
	var joined []Interval
	for _, p := range parts {
		if k := len(joined); k > 0 && p.First <= joined[k-1].Last+1 {
			joined[k-1].Last = max(joined[k-1].Last, p.Last)
			continue
		}
		joined = append(joined, p)
	}
	return joined
}

// Without takes the intervals of holes, which are in order, out of others.
func Without(parts, holes []Interval) []Interval {
	var left []Interval
	for _, p := range parts {
		for _, h := range holes {
			if h.Last < p.First || h.First > p.Last {
				continue
			}
			if h.First > p.First {
				left = append(left, Interval{p.First, h.First - 1})
			}
			p.First = h.Last + 1
		}
		if p.First <= p.Last {
			left = append(left, p)
		}
	}
	return left
}
