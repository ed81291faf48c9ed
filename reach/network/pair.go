package network

import (
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// Pair is an address of each of two interfaces, of which one sends to the other.
type Pair struct {
	Network         *Network
	From, To        End
	Only            *Permission // the one ingress rule that counts; nil where all do
	ToPublicAddress bool        // the far address is a public one, for which no reference to a group stands
}

// End is one end of a pair.
type End struct {
	*Place
	Interface *inventory.Interface
	Address   netip.Addr
	Groups    []*inventory.Group // of the interface, as far as they were read
	Unseen    []string           // ids of those that were not: they belong to another account
}

func (p *Pair) family() cidr.Family { return cidr.FamilyOfAddr(p.From.Address) }

// Flows returns the flows of a traffic from the sender.
func (p *Pair) Flows(t inventory.Traffic) []path.Flow {
	return path.Flows(t, p.family(), path.Exactly(path.Single(p.From.Address)))
}

// Stages returns the stages between both, in the order of the packet and of its
// reply. Within one subnet only the groups and listeners count.
func (p *Pair) Stages() []path.Stage {
	out := SecurityGroups{p, &p.From, &p.To, inventory.Egress}
	in := SecurityGroups{p, &p.To, &p.From, inventory.Ingress}
	switch {
	case opensNone(p.From.Interface, p.To.VPC):
		return []path.Stage{OpensNone{p.From.Interface}}
	case p.To.Interface.AcceptsNone():
		return []path.Stage{AcceptsNone{p.To.Interface}}
	}
	arrives := []path.Stage{in}
	if b := p.Network.LoadBalancerOf(p.To.Interface); b != nil {
		arrives = append(arrives, Listeners{b})
	}
	if p.From.Subnet == p.To.Subnet && p.From.Subnet != "" {
		return append([]path.Stage{out}, arrives...)
	}
	return slices.Concat([]path.Stage{
		out,
		ACLBetween{&p.From, p.To.Address, inventory.Egress, false},
		RouteBetween{&p.From, &p.To},
		ACLBetween{&p.To, p.From.Address, inventory.Ingress, false},
	}, arrives, []path.Stage{
		ACLBetween{&p.To, p.From.Address, inventory.Egress, true},
		RouteBetween{&p.To, &p.From},
		ACLBetween{&p.From, p.To.Address, inventory.Ingress, true},
	})
}

// Target returns where the route table of the sender's subnet sends packets to
// the other end: see RouteBetween.Target.
func (p *Pair) Target() (target string, known bool) { return RouteBetween{&p.From, &p.To}.Target() }

// NoCommonFamily is two interfaces without addresses of one family.
type NoCommonFamily struct{ From, To *inventory.Interface }

func (s NoCommonFamily) Narrow([]path.Flow) []path.Flow { return nil }

// Permission returns the ingress rule that lets the outcome's packets in, or nil.
func (p *Pair) Permission(o path.Outcome) *Permission {
	s := SecurityGroups{p, &p.To, &p.From, inventory.Ingress}
	for _, f := range o.Left {
		if by := s.Rules(f.Protocol, f.First); len(by) > 0 {
			return by[0]
		}
	}
	return nil
}
