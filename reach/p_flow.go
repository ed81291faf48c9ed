package reach

import (
	"net/netip"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// flow is a part of the traffic under way: packets of one family and protocol,
// to one interval, from some addresses.
type flow struct {
	family   cidr.Family
	protocol inventory.Protocol
	interval
	from known
}

// protocolsOf returns the protocols that a traffic is judged by. All traffic
// is judged by its tcp and udp packets.
func protocolsOf(t inventory.Traffic) []inventory.Protocol {
	if t.Protocol == inventory.AllProtocols {
		return []inventory.Protocol{inventory.TCP, inventory.UDP}
	}
	return []inventory.Protocol{t.Protocol}
}

// flowsOf starts the traffic from the given addresses of one family.
func flowsOf(t inventory.Traffic, family cidr.Family, from known) []flow {
	if from.impossible() {
		return nil
	}
	var flows []flow
	for _, p := range protocolsOf(t) {
		flows = append(flows, flow{family, p, intervalOf(t), from})
	}
	return flows
}

// traffic returns the flow's traffic in the words of a rule.
func (f flow) traffic() inventory.Traffic {
	t := inventory.Traffic{Protocol: f.protocol}
	switch f.protocol {
	case inventory.TCP, inventory.UDP:
		t.First, t.Last = f.first, f.last
	case inventory.ICMP, inventory.ICMPv6:
		t.First, t.Last = f.first/256, f.first%256
		if f.first != f.last {
			t.Last = inventory.Any
		}
		if f.first/256 != f.last/256 {
			t.First = inventory.Any
		}
	}
	return t
}

// restrict keeps of each flow what comes from the given addresses.
func restrict(flows []flow, to func(flow) known) []flow {
	var left []flow
	for _, f := range flows {
		if f.from = f.from.intersect(to(f)); !f.from.impossible() {
			left = append(left, f)
		}
	}
	return left
}

// doubtAll keeps all flows, and is certain of none.
func doubtAll(flows []flow) []flow {
	left := make([]flow, len(flows))
	for i, f := range flows {
		f.from.sure = cidr.Set{}
		left[i] = f
	}
	return left
}

// example returns a packet of the flow that comes from some of the addresses.
func (f flow) example(from cidr.Set) packet {
	return packet{f.protocol, f.first, sample(from), f.traffic(), from}
}

// packet is one packet of a flow, the example that an explanation follows.
type packet struct {
	protocol inventory.Protocol
	point    int32 // a value of the flow's interval
	from     netip.Addr

	traffic inventory.Traffic // of the flow that the packet is an example of
	sources cidr.Set          // the addresses of that flow
}

func (p packet) family() cidr.Family {
	if p.from.Is4() {
		return cidr.IPv4
	}
	return cidr.IPv6
}

func (p packet) flow() flow {
	from := cidr.Of(netip.PrefixFrom(p.from, p.from.BitLen()))
	return flow{p.family(), p.protocol, interval{p.point, p.point}, exactly(from)}
}
