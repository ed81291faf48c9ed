package path

import (
	"net/netip"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// Flow is a part of the traffic on its way: packets of one family and protocol, to
// every point of an interval, from some addresses.
type Flow struct {
	Family   cidr.Family
	Protocol inventory.Protocol
	Interval
	From Addresses
}

// Protocols returns the protocols that a traffic is judged by. All traffic
// is judged by its tcp and udp packets.
func Protocols(t inventory.Traffic) []inventory.Protocol {
	if t.Protocol == inventory.AllProtocols {
		return []inventory.Protocol{inventory.TCP, inventory.UDP}
	}
	return []inventory.Protocol{t.Protocol}
}

// Flows returns the flows that a traffic is judged by, from addresses of one
// family. There are none where the addresses are none.
func Flows(t inventory.Traffic, family cidr.Family, from Addresses) []Flow {
	if from.None() {
		return nil
	}
	var flows []Flow
	for _, p := range Protocols(t) {
		flows = append(flows, Flow{family, p, IntervalOf(t), from})
	}
	return flows
}

// Part returns the part of the flow that goes to some of its interval, from some
// of its addresses.
func (f Flow) Part(to Interval, from Addresses) Flow {
	f.Interval, f.From = to, from
	return f
}

// Traffic returns the flow's traffic in the words of a rule.
func (f Flow) Traffic() inventory.Traffic {
	t := inventory.Traffic{Protocol: f.Protocol}
	switch f.Protocol {
	case inventory.TCP, inventory.UDP:
		t.First, t.Last = f.First, f.Last
	case inventory.ICMP, inventory.ICMPv6:
		t.First, t.Last = f.First/256, f.First%256
		if f.First != f.Last {
			t.Last = inventory.Any
		}
		if f.First/256 != f.Last/256 {
			t.First = inventory.Any
		}
	}
	return t
}

// Restrict returns of each flow what comes from the addresses that to returns for
// it. Flows of which nothing is left are left out.
func Restrict(flows []Flow, to func(Flow) Addresses) []Flow {
	var left []Flow
	for _, f := range flows {
		if f.From = f.From.Intersect(to(f)); !f.From.None() {
			left = append(left, f)
		}
	}
	return left
}

// Doubt returns all flows, of which none is certain to pass.
func Doubt(flows []Flow) []Flow {
	left := make([]Flow, len(flows))
	for i, f := range flows {
		f.From.Certain = cidr.Set{}
		left[i] = f
	}
	return left
}

// example returns a packet of the flow that comes from some of the addresses.
func (f Flow) example(from cidr.Set) Packet {
	return Packet{Protocol: f.Protocol, Point: f.First, From: sample(from), Traffic: f.Traffic(), Sources: from}
}

// Packet is one packet of a flow: the example that explanations follow.
type Packet struct {
	Protocol inventory.Protocol
	Point    int32 // of the flow's interval
	From     netip.Addr

	Traffic inventory.Traffic // of the flow that the packet is an example of
	Sources cidr.Set          // that flow's addresses
}

// Family returns the address family of the packet.
func (p Packet) Family() cidr.Family { return cidr.FamilyOfAddr(p.From) }

func (p Packet) flow() Flow {
	from := cidr.Of(netip.PrefixFrom(p.From, p.From.BitLen()))
	return Flow{p.Family(), p.Protocol, Interval{p.Point, p.Point}, Exactly(from)}
}
