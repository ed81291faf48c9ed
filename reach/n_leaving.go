package reach

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// exit is a way out of a VPC to the internet.
type exit struct {
	sources []netip.Addr // the public addresses that a packet has as source afterwards
	gateway string       // the NAT gateway that they belong to; empty where they are the sender's own
	stages  []stage
}

// exits returns the ways to the internet of the sender: by an internet gateway
// where it has a public address, else by the NAT gateway that it is routed to.
func (p *pair) exits(own netip.Addr) []exit {
	out := []stage{
		groupStage{p, &p.from, &p.to, inventory.Egress},
		pairACL{&p.from, p.to.address, inventory.Egress, false},
	}
	back := pairACL{&p.from, p.to.address, inventory.Ingress, true}
	if own.IsValid() {
		at := p.from.place
		return []exit{{[]netip.Addr{own}, "", append(out, accessOut{accessStage{at}}, gatewayStage{at}, routeStage{at}, back)}}
	}
	target, known := pairRoute{&p.from, &p.to}.target()
	if !known || !strings.HasPrefix(target, "nat-") {
		return nil
	}
	return []exit{{p.n.translate[target], target, append(out, natStage{pairRoute{&p.from, &p.to}}, back)}}
}

// accessOut is VPC block public access, asked for what goes out. What lets the
// internet in lets traffic out too. Where only some other exclusion is there,
// which may be for egress, it is unknown.
type accessOut struct{ accessStage }

// exempted returns an exclusion of the place where none lets the internet in.
func (s accessOut) exempted() *inventory.PublicAccessExclusion {
	all := s.n.region.PublicAccess.Exclusions
	i := slices.IndexFunc(all, func(e inventory.PublicAccessExclusion) bool { return e.Resource == s.subnet || e.Resource == s.vpc })
	if f, _ := s.decide(); f != Blocked || i < 0 {
		return nil
	}
	return &all[i]
}

func (s accessOut) Narrow(flows []flow) []flow {
	if s.exempted() != nil {
		return doubtAll(flows)
	}
	return s.accessStage.Narrow(flows)
}

// natStage is a NAT gateway. Which of its addresses it takes, and what its own
// subnet lets through, is not followed.
type natStage struct{ pairRoute }

func (s natStage) Narrow(flows []flow) []flow {
	if s.decide() == Blocked {
		return nil // the NAT gateway is gone
	}
	return doubtAll(flows)
}
