package reach

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// byPublicAddress follows what another interface sends to the public IPv4
// address of the interface that is asked about. It leaves the sender's VPC by
// an internet gateway with the sender's public address as source, or by a NAT
// gateway with the gateway's, and comes in as any packet from the internet
// (Amazon VPC user guide, internet gateways and NAT gateways). Only the ways
// that are open, or may be, are returned.
func (t *tracer) byPublicAddress(sender *inventory.Interface) []Way {
	stands, address := t.n.standing(t.to, cidr.IPv4)
	if stands != public {
		return nil
	}
	var found []Way
	for _, a := range sender.Addresses {
		if !a.Private.Is4() {
			continue
		}
		p := t.n.pair(sender, t.to, a.Private, address)
		p.outside = true
		for _, exit := range p.exits(a.Public) {
			o := follow(exit.stages, flowsOf(t.query.Traffic, cidr.IPv4, exactly(just(address))))
			if o.verdict == NotReachable {
				continue
			}
			for _, source := range exit.sources {
				for _, w := range t.arriving(source, o, t.n.addressStep(t.to, stands, address)) {
					w.From, w.Sources = called(sender)+exit.by+source.String(), 1
					found = append(found, w)
				}
			}
		}
	}
	return found
}

// arriving follows what left the sender's VPC from a public address.
func (t *tracer) arriving(source netip.Addr, left outcome, address Step) []Way {
	there := *t
	there.ways = nil
	for _, f := range left.left {
		there.query = Query{Traffic: f.traffic()}
		there.byAddress(just(source), cidr.IPv4, append(slices.Clone(left.steps), address), t.place.fromInternet(nil))
	}
	return slices.DeleteFunc(there.ways, func(w Way) bool { return w.Verdict == NotReachable })
}

// exit is a way out of a VPC to the internet: the public addresses that a
// packet has as source afterwards, how they are introduced, and what it passes.
type exit struct {
	sources []netip.Addr
	by      string
	stages  []stage
}

// exits returns the ways to the internet of the sender: by an internet gateway
// where it has a public address, else by the NAT gateway that it is routed to.
func (p *pair) exits(own netip.Addr) []exit {
	out := []stage{
		groupStage{p, &p.from, &p.to, inventory.Egress},
		pairACL{&p.from, p.to.address, inventory.Egress, false, StepACLOut},
	}
	back := pairACL{&p.from, p.to.address, inventory.Ingress, true, StepACLIn}
	if own.IsValid() {
		at := p.from.place
		return []exit{{[]netip.Addr{own}, ", by its public address ", append(out, accessOut{accessStage{at}}, gatewayStage{at}, routeStage{at}, back)}}
	}
	target, known := pairRoute{&p.from, &p.to}.target()
	if !known || !strings.HasPrefix(target, "nat-") {
		return nil
	}
	return []exit{{p.n.net().translate[target], ", by " + target + " and its public address ", append(out, natStage{pairRoute{&p.from, &p.to}}, back)}}
}

// accessOut is VPC block public access, asked for what goes out. What lets the
// internet in lets traffic out too. Where only some other exclusion is there,
// which may be for egress, it is unknown.
type accessOut struct{ accessStage }

// exempted returns an exclusion of the place where none lets the internet in.
func (s accessOut) exempted() *inventory.PublicAccessExclusion {
	all := s.n.region.PublicAccess.Exclusions
	i := slices.IndexFunc(all, func(e inventory.PublicAccessExclusion) bool { return e.Resource == s.subnet || e.Resource == s.vpc })
	if f, _ := s.fate(); f != closed || i < 0 {
		return nil
	}
	return &all[i]
}

func (s accessOut) narrow(flows []flow) []flow {
	if s.exempted() != nil {
		return doubtAll(flows)
	}
	return s.accessStage.narrow(flows)
}

func (s accessOut) describe(p packet, verdict Verdict) Step {
	step := s.accessStage.describe(p, verdict)
	if e := s.exempted(); e != nil {
		step.Object = e.ID
		step.Detail = fmt.Sprintf("VPC block public access (%s) is on, and its exclusion %s for %s is %s (%s): whether it lets the traffic out is unknown", s.n.region.PublicAccess.Mode, e.ID, e.Resource, e.Mode, e.State)
	}
	return step
}

// natStage is a NAT gateway. Which of its addresses it takes, and what its own
// subnet lets through, is not followed.
type natStage struct{ pairRoute }

func (s natStage) narrow(flows []flow) []flow {
	if s.fate() == closed {
		return nil // the NAT gateway is gone
	}
	return doubtAll(flows)
}

func (s natStage) describe(_ packet, verdict Verdict) Step {
	target, _ := s.target()
	return Step{
		Kind: StepRoute, Verdict: verdict, Object: s.at.table.rt.ID,
		Detail: fmt.Sprintf("%s routes %s to %s, and whether the subnet of that sends it on is not followed", s.at.table.name(s.at.subnet), s.other.address, target),
	}
}
