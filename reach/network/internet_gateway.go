package network

import (
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// FromInternet returns the stages between the internet and an interface that the
// internet can send to, without the rule of its group, in the order of the packet
// and of its reply. The load balancer that it belongs to is nil where it belongs to
// none or the listeners are not known.
func (p *Place) FromInternet(b *LoadBalancer) []path.Stage {
	stages := []path.Stage{PublicAccess{p}, InternetGateway{p}, InternetRoute{p}, ACLIn{p}}
	if b != nil {
		stages = append(stages, Listeners{b})
	}
	return append(stages, ACLOut{p})
}

// InternetGateway is the internet gateway of the VPC: without one nothing comes in.
type InternetGateway struct{ *Place }

func (s InternetGateway) Narrow(flows []path.Flow) []path.Flow {
	switch {
	case !s.Network.Region.Read.Has(inventory.PartInternetGateways):
		return path.Doubt(flows)
	case len(s.Network.gateways[s.VPC]) > 0:
		return flows
	case s.Network.foreign(s.VPC, s.Network.Region.AccountID):
		return path.Doubt(flows)
	}
	return nil
}
