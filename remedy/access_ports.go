package remedy

import (
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// difference is a part of the traffic of a pair with another verdict after a change.
type difference struct {
	protocol    inventory.Protocol
	first, last int32 // as in reach.Passage
	was, is     reach.Verdict
}

// differences compares what passes in two states, each as reach.Analyzer.Passing returns
// it. Parts that touch each other and changed alike are one.
func differences(before, after []reach.Passage) (list []difference) {
	var protocols []inventory.Protocol
	edges := map[inventory.Protocol][]int32{} // where a part begins, or the one before has ended
	for _, p := range slices.Concat(before, after) {
		protocols = append(protocols, p.Protocol)
		edges[p.Protocol] = append(edges[p.Protocol], p.First, p.Last+1)
	}
	slices.Sort(protocols)
	for _, protocol := range slices.Compact(protocols) {
		at := edges[protocol]
		slices.Sort(at)
		at = slices.Compact(at)
		for i := range at[1:] {
			d := difference{protocol, at[i], at[i+1] - 1, verdictAt(before, protocol, at[i]), verdictAt(after, protocol, at[i])}
			if d.was == d.is {
				continue
			}
			if k := len(list) - 1; k >= 0 && list[k].protocol == protocol && list[k].last+1 == d.first && list[k].was == d.was && list[k].is == d.is {
				list[k].last = d.last
				continue
			}
			list = append(list, d)
		}
	}
	return list
}

// verdictAt is the verdict of one port.
func verdictAt(list []reach.Passage, protocol inventory.Protocol, port int32) reach.Verdict {
	for _, p := range list {
		if p.Protocol == protocol && p.First <= port && port <= p.Last {
			return p.Verdict
		}
	}
	return reach.NotReachable
}

// traffics are a difference as rules have it. A range of ICMP becomes one traffic for each
// type, or for each code of a type of which only some changed.
func (d *difference) traffics() (list []inventory.Traffic) {
	switch d.protocol {
	case inventory.TCP, inventory.UDP:
		return []inventory.Traffic{inventory.Ports(d.protocol, d.first, d.last)}
	case inventory.ICMP, inventory.ICMPv6:
	default:
		return []inventory.Traffic{{Protocol: d.protocol}}
	}
	if d.first == 0 && d.last == inventory.MaxPort {
		return []inventory.Traffic{{Protocol: d.protocol, First: inventory.Any, Last: inventory.Any}}
	}
	for at := d.first; at <= d.last; {
		if at%256 == 0 && at+255 <= d.last {
			list = append(list, inventory.Traffic{Protocol: d.protocol, First: at / 256, Last: inventory.Any})
			at += 256
			continue
		}
		list = append(list, inventory.Traffic{Protocol: d.protocol, First: at / 256, Last: at % 256})
		at++
	}
	return list
}

// wholly reports whether differences are one change of all of a traffic.
func wholly(list []difference, t inventory.Traffic) bool {
	if t.Protocol == inventory.AllProtocols {
		return len(list) == 2 && list[0].was == list[1].was && list[0].is == list[1].is &&
			list[0].first == 0 && list[0].last == inventory.MaxPort && list[1].first == 0 && list[1].last == inventory.MaxPort
	}
	return len(list) == 1 && slices.Equal(list[0].traffics(), []inventory.Traffic{t})
}
