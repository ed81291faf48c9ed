package reach

import (
	"maps"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// Passage is a part of a traffic that gets from one interface to another, or may.
type Passage struct {
	Protocol    inventory.Protocol
	First, Last int32   // ports of tcp and udp, type*256+code of ICMP, 0 and 65535 of other protocols
	Verdict     Verdict // Reachable or Unknown
}

// Passing returns of a traffic what gets from one interface to another by any of their
// addresses, and what may. All traffic is judged by its tcp and udp packets. The passages
// do not overlap. They are in the order of protocols and ports, and no two that touch each
// other have the same protocol and verdict.
func (n *Analyzer) Passing(from, to *inventory.Interface, traffic inventory.Traffic) (list []Passage) {
	certain, possible := map[inventory.Protocol][]path.Interval{}, map[inventory.Protocol][]path.Interval{}
	whole := path.IntervalOf(traffic)
	protocols := path.Protocols(traffic)
	for p := range n.pairs(from, to) {
		o := path.Follow(p.Stages(), p.Flows(traffic))
		if o.Verdict == path.NotReachable {
			continue
		}
		for _, f := range o.Left {
			possible[f.Protocol] = append(possible[f.Protocol], f.Interval)
			if !f.From.Certain.Empty() {
				certain[f.Protocol] = append(certain[f.Protocol], f.Interval)
			}
		}
		all := true
		for _, protocol := range protocols {
			possible[protocol], certain[protocol] = path.Union(possible[protocol]), path.Union(certain[protocol])
			all = all && slices.Equal(certain[protocol], []path.Interval{whole})
		}
		if all {
			break
		}
	}
	for _, protocol := range slices.Sorted(maps.Keys(possible)) {
		for verdict, parts := range map[Verdict][]path.Interval{Reachable: certain[protocol], Unknown: path.Without(possible[protocol], certain[protocol])} {
			for _, i := range parts {
				list = append(list, Passage{protocol, i.First, i.Last, verdict})
			}
		}
	}
	slices.SortFunc(list, func(a, b Passage) int {
		if a.Protocol != b.Protocol {
			return int(a.Protocol) - int(b.Protocol)
		}
		return int(a.First - b.First)
	})
	return list
}
