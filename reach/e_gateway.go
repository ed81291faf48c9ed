package reach

import (
	"fmt"

	"github.com/sgaudit/sgaudit/inventory"
)

func (step *Step) internetGateway(s gatewayStage) {
	step.Kind = StepGateway
	switch step.Decision {
	case Allowed:
		step.Object = s.n.gateways[s.vpc][0]
		step.Detail = step.Object + " is attached to " + s.vpc
	case Undecided:
		if s.n.region.Read.Has(inventory.PartInternetGateways) {
			step.Detail = fmt.Sprintf("%s belongs to account %s, whose internet gateways are not visible to this account", s.vpc, s.owner())
			if _, known := s.n.owners[s.vpc]; !known {
				step.unread = inventory.PartVPCs
				step.Detail = "VPCs were not read, so the owner of " + s.vpc + " and its internet gateways are unknown"
			}
			break
		}
		step.unread = inventory.PartInternetGateways
		step.Detail = "internet gateways were not read"
	default:
		step.Detail = "no internet gateway is attached to " + s.vpc
	}
}
