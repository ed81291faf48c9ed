package path

import (
	"cmp"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// Interval is a range of what a packet has beside its addresses, both ends
// included, as a number from 0 to 65535: the destination port of tcp and udp, and
// type*256+code of ICMP. Packets of other protocols have nothing that a rule looks
// at; theirs is the whole range. So all protocols share one algebra.
type Interval struct{ First, Last int32 }

// Everything is the whole range.
var Everything = Interval{0, inventory.MaxPort}

// ClientPorts are the ports of tcp and udp that replies go to.
var ClientPorts = Interval{1024, inventory.MaxPort}

// IntervalOf returns the interval of a traffic.
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

// Contains reports whether the point is in the interval.
func (i Interval) Contains(point int32) bool { return i.First <= point && point <= i.Last }

// Intersect returns what is in both intervals, and whether there is anything.
func (i Interval) Intersect(j Interval) (Interval, bool) {
	i = Interval{max(i.First, j.First), min(i.Last, j.Last)}
	return i, i.First <= i.Last
}

// ReplyInterval returns where replies of a protocol go to: the client ports of tcp
// and udp, and everything of other protocols.
func ReplyInterval(p inventory.Protocol) Interval {
	if p == inventory.TCP || p == inventory.UDP {
		return ClientPorts
	}
	return Everything
}

// Union joins intervals that overlap or touch each other. It sorts the input; the
// result is in ascending order.
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

// Without returns what is left of the parts without the holes, which are in
// ascending order and do not overlap.
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
