package reach

import (
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/explain"
	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/reach/path"
)

// byPublicAddress follows what another interface sends to the public IPv4
// address of the interface that is asked about. It leaves the sender's VPC by
// an internet gateway with the sender's public address as source, or by a NAT
// gateway with the gateway's, and comes in as any packet from the internet
// (Amazon VPC user guide, internet gateways and NAT gateways). Ways that are not
// reachable are left out.
func (t *tracer) byPublicAddress(sender *inventory.Interface) []Way {
	scope, address := t.n.net().AddressScope(t.to, cidr.IPv4)
	if scope != network.Public || !address.IsValid() {
		return nil
	}
	var found []Way
	for _, a := range sender.Addresses {
		if !a.Private.Is4() {
			continue
		}
		p := t.n.pair(sender, t.to, a.Private, address)
		p.ToPublicAddress = true
		for _, exit := range p.Exits(a.Public) {
			o := path.Follow(exit.Stages, path.Flows(t.query.Traffic, cidr.IPv4, path.Exactly(path.Single(address))))
			if o.Verdict == path.NotReachable {
				continue
			}
			for _, source := range exit.Sources {
				for _, w := range t.arriving(source, o, explain.AddressStep(t.n.net(), t.to, cidr.IPv4, scope, address)) {
					w.From, w.Sources = explain.Sender(sender, exit.Gateway, source), 1
					found = append(found, w)
				}
			}
		}
	}
	return found
}

// arriving follows what left the sender's VPC from a public address.
func (t *tracer) arriving(source netip.Addr, left path.Outcome, address explain.Step) []Way {
	there := *t
	there.ways = nil
	for _, f := range left.Left {
		there.query = Query{Traffic: f.Traffic()}
		there.byAddress(path.Single(source), cidr.IPv4, append(explain.Steps(&left), address), t.place.FromInternet(nil))
	}
	return slices.DeleteFunc(there.ways, func(w Way) bool { return w.Verdict == path.NotReachable })
}
