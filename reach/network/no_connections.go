package network

import (
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// AcceptsNone is an interface that accepts no connections.
type AcceptsNone struct{ To *inventory.Interface }

func (s AcceptsNone) Narrow([]path.Flow) []path.Flow { return nil }

// opensNone reports whether an interface opens no connections to others in a VPC.
// Gateways forward what is routed to them: transit gateways and the endpoints of
// Gateway Load Balancers keep the address of the sender, and NAT gateways replace it
// by their own, but not within their VPC.
func opensNone(e *inventory.Interface, vpc string) bool {
	if e.NATGateway() {
		return e.VPC == vpc
	}
	return e.Type == "transit_gateway" || e.Type == "gateway_load_balancer_endpoint"
}

// OpensNone is such an interface.
type OpensNone struct{ From *inventory.Interface }

func (s OpensNone) Narrow([]path.Flow) []path.Flow { return nil }
