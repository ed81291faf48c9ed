package reach

import (
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// pair is two addresses of two interfaces.
type pair struct {
	n        *network
	from, to end
	only     *permission // the one rule that counts at the far end; nil: all of them
	outside  bool        // the far address is a public one, which no reference to a group stands for
}

// end is one of both.
type end struct {
	*place
	holder  *inventory.Interface
	address netip.Addr
	groups  []*inventory.Group
	unseen  []string
}

func (p *pair) family() cidr.Family {
	if p.from.address.Is6() {
		return cidr.IPv6
	}
	return cidr.IPv4
}

// flows starts the traffic from the one address.
func (p *pair) flows(t inventory.Traffic) []flow {
	return flowsOf(t, p.family(), exactly(just(p.from.address)))
}

// stages are what stands between both, in the order of a packet and of its
// reply. Inside of one subnet only the groups do.
func (p *pair) stages() []stage {
	out := groupStage{p, &p.from, &p.to, inventory.Egress}
	in := groupStage{p, &p.to, &p.from, inventory.Ingress}
	switch {
	case opensNone(p.from.holder, p.to.vpc):
		return []stage{outboundStage{p.from.holder}}
	case p.to.holder.AcceptsNone():
		return []stage{inboundStage{p.to.holder}}
	}
	arrives := []stage{in}
	if b := p.n.balancerOf(p.to.holder); b != nil {
		arrives = append(arrives, listenerStage{b})
	}
	if p.from.subnet == p.to.subnet && p.from.subnet != "" {
		return append([]stage{out}, arrives...)
	}
	return slices.Concat([]stage{
		out,
		pairACL{&p.from, p.to.address, inventory.Egress, false},
		pairRoute{&p.from, &p.to},
		pairACL{&p.to, p.from.address, inventory.Ingress, false},
	}, arrives, []stage{
		pairACL{&p.to, p.from.address, inventory.Egress, true},
		pairRoute{&p.to, &p.from},
		pairACL{&p.from, p.to.address, inventory.Ingress, true},
	})
}

// noCommonFamily is what stops traffic between two interfaces that have no
// addresses of one family.
type noCommonFamily struct{ from, to *inventory.Interface }

func (s noCommonFamily) Narrow([]flow) []flow { return nil }

// permission finds the ingress rule that lets the outcome's packet in.
func (p *pair) permission(o outcome) *permission {
	s := groupStage{p, &p.to, &p.from, inventory.Ingress}
	for _, f := range o.left {
		if by := s.rule(f.protocol, f.first); by != nil {
			return by
		}
	}
	return nil
}
