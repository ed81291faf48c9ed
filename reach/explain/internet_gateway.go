package explain

import (
	"fmt"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/reach/path"
)

func (step *Step) internetGateway(s network.InternetGateway) {
	step.Kind = StepGateway
	switch step.Decision {
	case path.Allowed:
		step.Object = s.Place.InternetGateway()
		step.Detail = step.Object + " is attached to " + s.Network.Named(s.VPC)
	case path.Undecided:
		if s.Network.Region.Read.Has(inventory.PartInternetGateways) {
			step.Detail = fmt.Sprintf("%s belongs to account %s, and its internet gateways are not visible to this account", s.Network.Named(s.VPC), s.Owner())
			if !s.OwnerKnown() {
				step.unread = inventory.PartVPCs
				step.Detail = "VPCs were not read, so the owner of " + s.VPC + " and its internet gateways are unknown"
			}
			break
		}
		step.unread = inventory.PartInternetGateways
		step.Detail = "internet gateways were not read"
	default:
		step.Detail = "no internet gateway is attached to " + s.Network.Named(s.VPC)
	}
}
