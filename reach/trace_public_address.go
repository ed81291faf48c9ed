package reach

import (
	"net/netip"
	"slices"

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
	stands, address := t.n.net().standing(t.to, cidr.IPv4)
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
				for _, w := range t.arriving(source, o, addressStep(t.n.net(), t.to, stands, address)) {
					w.From, w.Sources = senderInWords(sender, exit.gateway, source), 1
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
		there.byAddress(just(source), cidr.IPv4, append(steps(&left), address), t.place.fromInternet(nil))
	}
	return slices.DeleteFunc(there.ways, func(w Way) bool { return w.Verdict == NotReachable })
}
