package reach

import (
	"net/netip"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// families counts over both address families.
const families = cidr.IPv6 + 1

// known is a set of addresses as far as it is known: every address of sure is
// in it, and no address outside possible is. The zero value is the empty set,
// and that for certain.
type known struct{ sure, possible cidr.Set }

func exactly(s cidr.Set) known { return known{s, s} }

func (k known) impossible() bool { return k.possible.Empty() }

func (k known) intersect(l known) known {
	return known{k.sure.Intersect(l.sure), k.possible.Intersect(l.possible)}
}

func (k known) subtract(s cidr.Set) known {
	return known{k.sure.Subtract(s), k.possible.Subtract(s)}
}

// interval is what a packet carries beside its addresses, as a number from 0
// to 65535: the port it goes to; type*256+code for ICMP; nothing that matters
// for other protocols, which use the whole range. With it all protocols share
// one algebra.
type interval struct{ first, last int32 }

var everything = interval{0, inventory.MaxPort}

// clientPorts are the ports that replies go to.
var clientPorts = interval{1024, inventory.MaxPort}

func intervalOf(t inventory.Traffic) interval {
	switch {
	case t.HasPorts():
		return interval{t.First, t.Last}
	case t.Protocol != inventory.ICMP && t.Protocol != inventory.ICMPv6, t.First == inventory.Any:
		return everything
	case t.Last == inventory.Any:
		return interval{t.First * 256, t.First*256 + 255}
	}
	return interval{t.First*256 + t.Last, t.First*256 + t.Last}
}

func (i interval) intersect(j interval) (interval, bool) {
	i = interval{max(i.first, j.first), min(i.last, j.last)}
	return i, i.first <= i.last
}

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

// packet is one packet of a flow, the witness that an explanation follows.
type packet struct {
	protocol inventory.Protocol
	point    int32 // a value of interval
	from     netip.Addr

	of    inventory.Traffic // the traffic that the packet stands for
	group cidr.Set          // and the addresses
}

// source names the addresses that the packet stands for.
func (p packet) source() string { return addressesInWords(p.group, p.family()) }

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

// sample returns an address of the set, the first of its widest prefix.
func sample(s cidr.Set) netip.Addr {
	var widest netip.Prefix
	for _, p := range s.Prefixes() {
		if !widest.IsValid() || p.Bits() < widest.Bits() {
			widest = p
		}
	}
	return widest.Addr()
}
