package usage

import (
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/inventory"
)

// part is what one rule allows of a row that stands for several ports, addresses or types
// of ICMP.
type part struct {
	traffic inventory.Traffic
	remotes cidr.Set
	unknown string // what allows it, where its addresses are not known
}

// parts are what the rules of an interface allow of a row.
func (j *judge) parts(at *holder, f *flows.Flow) (list []part) {
	for _, id := range at.e.Groups {
		home := j.homes[id]
		if home == nil {
			list = append(list, part{traffic: f.Traffic(), unknown: id})
			continue
		}
		for _, r := range home.rules[id] {
			if j.match(home, at.e, r.Rule, f) == no {
				continue
			}
			p := part{traffic: cutTraffic(f.Traffic(), r.Rule.Traffic)}
			if remotes, known := j.remotesOf(home, &r.Rule.Peer); known {
				p.remotes = remotes.Intersect(cidr.Of(f.Remote))
			} else {
				p.unknown = r.Rule.Peer.String()
			}
			list = append(list, p)
		}
	}
	return list
}

// remotesOf returns the addresses that the peer of a rule stands for, if they are known.
func (j *judge) remotesOf(s *site, p *inventory.Peer) (addresses cidr.Set, known bool) {
	switch {
	case p.Group != nil:
		home := j.homes[p.Group.ID]
		if home == nil || home.hasNetworkLoadBalancer(p.Group.ID) {
			return cidr.Set{}, false
		}
		return cidr.Of(home.members(p.Group.ID)...), true
	case p.List != "":
		list := s.index.PrefixList(p.List)
		if list == nil || !list.Resolved {
			return cidr.Set{}, false
		}
		return cidr.Of(list.Entries...), true
	}
	return cidr.Of(p.Prefix), true
}

// lost reports whether rules allowed a part of a row before that they do not allow after.
func lost(before, after []part) bool {
	return slices.ContainsFunc(before, func(p part) bool {
		for _, t := range p.intervals(after) {
			remain := p.remotes
			same := false
			for i := range after {
				if q := &after[i]; q.traffic.Covers(t) {
					same = same || p.unknown != "" && p.unknown == q.unknown
					remain = remain.Subtract(q.remotes)
				}
			}
			if p.unknown != "" && !same || !remain.Empty() {
				return true
			}
		}
		return false
	})
}

// intervals divides the ports of a part where those of other parts begin and end.
func (p *part) intervals(others []part) []inventory.Traffic {
	if !p.traffic.HasPorts() {
		return []inventory.Traffic{p.traffic}
	}
	starts := []int32{p.traffic.First}
	for i := range others {
		if t := others[i].traffic; t.HasPorts() && t.Protocol == p.traffic.Protocol {
			for _, port := range []int32{t.First, t.Last + 1} {
				if port > p.traffic.First && port <= p.traffic.Last {
					starts = append(starts, port)
				}
			}
		}
	}
	slices.Sort(starts)
	starts = slices.Compact(starts)
	var list []inventory.Traffic
	for i, first := range starts {
		last := p.traffic.Last
		if i+1 < len(starts) {
			last = starts[i+1] - 1
		}
		list = append(list, inventory.Ports(p.traffic.Protocol, first, last))
	}
	return list
}
