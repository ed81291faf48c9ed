package network

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// Exit is a way out of a VPC to the internet.
type Exit struct {
	Sources []netip.Addr // the public addresses that a packet has as source afterwards
	Gateway string       // the NAT gateway that they belong to; empty where they are the sender's own
	Stages  []path.Stage
}

// Exits returns the ways by which the sender gets to the internet: by an internet
// gateway where own, its public address, is valid, else by the NAT gateway that its
// subnet routes the far address to.
func (p *Pair) Exits(own netip.Addr) []Exit {
	out := []path.Stage{
		SecurityGroups{p, &p.From, &p.To, inventory.Egress},
		ACLBetween{&p.From, p.To.Address, inventory.Egress, false},
	}
	back := ACLBetween{&p.From, p.To.Address, inventory.Ingress, true}
	if own.IsValid() {
		at := p.From.Place
		return []Exit{{[]netip.Addr{own}, "", append(out, PublicAccessOut{PublicAccess{at}}, InternetGateway{at}, InternetRoute{at}, back)}}
	}
	target, known := p.Target()
	if !known || !strings.HasPrefix(target, "nat-") {
		return nil
	}
	return []Exit{{p.Network.natAddresses[target], target, append(out, NATGateway{RouteBetween{&p.From, &p.To}}, back)}}
}

// PublicAccessOut is VPC block public access for what goes out. What
// allows traffic from the internet allows traffic out too. Any other exclusion of the subnet or its VPC may
// let traffic out, which is undecided.
type PublicAccessOut struct{ PublicAccess }

// Exempted returns an exclusion of the place that may let traffic out, where none
// allows traffic from the internet, or nil.
func (s PublicAccessOut) Exempted() *inventory.PublicAccessExclusion {
	all := s.Network.Region.PublicAccess.Exclusions
	i := slices.IndexFunc(all, func(e inventory.PublicAccessExclusion) bool { return e.Resource == s.Subnet || e.Resource == s.VPC })
	if f, _ := s.Decide(); f != path.Blocked || i < 0 {
		return nil
	}
	return &all[i]
}

func (s PublicAccessOut) Narrow(flows []path.Flow) []path.Flow {
	if s.Exempted() != nil {
		return path.Doubt(flows)
	}
	return s.PublicAccess.Narrow(flows)
}

// NATGateway is the route to a NAT gateway. Which of its addresses the gateway uses,
// and what its own subnet lets through, is not followed: it is undecided.
type NATGateway struct{ RouteBetween }

func (s NATGateway) Narrow(flows []path.Flow) []path.Flow {
	if s.decide() == path.Blocked {
		return nil // the NAT gateway is gone
	}
	return path.Doubt(flows)
}
