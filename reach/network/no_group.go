package network

import (
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// withoutGroup returns what an interface without a security group lets through. A
// network load balancer that was created without one lets all traffic
// through (Elastic Load Balancing user guide, security groups for your Network
// Load Balancer), and gateways never have one. Any other interface has a
// group: if none was read, it is undecided.
func withoutGroup(e *inventory.Interface) path.Decision {
	if e.Type == "network_load_balancer" || e.Type == "gateway_load_balancer" || e.NATGateway() {
		return path.Allowed
	}
	return path.Undecided
}

// NoGroup is an interface without a security group.
type NoGroup struct{ *inventory.Interface }

func (s NoGroup) Narrow(flows []path.Flow) []path.Flow { return withoutGroup(s.Interface).Gate(flows) }
