package network

import (
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// ungrouped tells what an interface lets through that carries no security
// group. A network load balancer that was created without one lets all traffic
// through (Elastic Load Balancing user guide, security groups for your Network
// Load Balancer), and gateways never have one. Any other interface has a group:
// if none is told, what it lets through is unknown.
func ungrouped(e *inventory.Interface) path.Decision {
	if e.Type == "network_load_balancer" || e.Type == "gateway_load_balancer" || e.NATGateway() {
		return path.Allowed
	}
	return path.Undecided
}

// NoGroup stands in the place of the groups of such an interface.
type NoGroup struct{ *inventory.Interface }

func (s NoGroup) Narrow(flows []path.Flow) []path.Flow { return ungrouped(s.Interface).Gate(flows) }
