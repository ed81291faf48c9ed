package usage

import (
	"net/netip"

	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/inventory"
)

// goneKey is the traffic of a rule that may have allowed a row of an interface that is
// gone.
type goneKey struct {
	direction inventory.Direction
	protocol  inventory.Protocol
}

type goneFlow struct {
	iface   string
	traffic inventory.Traffic
	remote  netip.Prefix
}

// maxGone bounds the rows of interfaces that are gone which are kept. What is beyond
// them is kept as every address.
const maxGone = 20000

// attributeGone keeps the rows of an interface that the inventory does not hold. If
// it is of an account of the inventory, then it was deleted since, or came later: a
// rule that allows its traffic may have been used on it.
func (j *judge) attributeGone(rows []flows.Flow) {
	if e := j.summary.Interface(rows[0].Interface); e != nil && e.Account != "" && e.Account != "unknown" && !j.accounts[e.Account] {
		j.report.Foreign += uint64(len(rows))
		return
	}
	for i := range rows {
		f := &rows[i]
		if f.Rejected {
			continue
		}
		if f.Certainty != flows.Unlikely {
			j.tally(goneInterface, f)
		}
		key := goneKey{f.Direction, f.Protocol}
		g := goneFlow{f.Interface, f.Traffic(), f.Remote}
		if list := j.gone[key]; len(list) >= maxGone {
			last := &list[len(list)-1]
			last.traffic = widest(f.Protocol)
			last.remote = netip.Prefix{}
			continue
		}
		j.gone[key] = append(j.gone[key], g)
	}
}

func widest(p inventory.Protocol) inventory.Traffic {
	switch p {
	case inventory.TCP, inventory.UDP:
		return inventory.Ports(p, 0, inventory.MaxPort)
	case inventory.ICMP, inventory.ICMPv6:
		return inventory.Traffic{Protocol: p, First: inventory.Any, Last: inventory.Any}
	}
	return inventory.Traffic{Protocol: p}
}

// usedOnGone returns an interface that is gone on which a rule may have allowed
// something, or nothing.
func (j *judge) usedOnGone(s *site, r *Rule) string {
	for key, list := range j.gone {
		if key.direction != r.Rule.Direction || r.Rule.Traffic.Protocol != inventory.AllProtocols && r.Rule.Traffic.Protocol != key.protocol {
			continue
		}
		for i := range list {
			g := &list[i]
			if !r.Rule.Traffic.Overlaps(g.traffic) {
				continue
			}
			if !g.remote.IsValid() || j.peer(s, &inventory.Interface{VPC: r.Group.VPC}, &r.Rule.Peer, g.remote) != no {
				return g.iface
			}
		}
	}
	return ""
}
