package network

import (
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// AcceptsNone stops what is sent to an interface that takes no connections.
type AcceptsNone struct{ To *inventory.Interface }

func (s AcceptsNone) Narrow([]path.Flow) []path.Flow { return nil }

// opensNone reports whether an interface opens no connection to a VPC. Gateways
// hand on what is routed to them: a transit gateway and the endpoints of Gateway
// Load Balancers leave the address of the sender, a NAT gateway puts its own in
// its place, but only towards other networks than its VPC.
func opensNone(e *inventory.Interface, vpc string) bool {
	if e.NATGateway() {
		return e.VPC == vpc
	}
	return e.Type == "transit_gateway" || e.Type == "gateway_load_balancer_endpoint"
}

// OpensNone stops what such an interface would send.
type OpensNone struct{ From *inventory.Interface }

func (s OpensNone) Narrow([]path.Flow) []path.Flow { return nil }
