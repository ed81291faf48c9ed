package network

import (
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// FromInternet returns the stages between the internet and an interface with
// a public address of the family, in their order. It may be a load balancer's.
func (p *Place) FromInternet(b *LoadBalancer) []path.Stage {
	stages := []path.Stage{PublicAccess{p}, InternetGateway{p}, InternetRoute{p}, ACLIn{p}}
	if b != nil {
		stages = append(stages, Listeners{b})
	}
	return append(stages, ACLOut{p})
}

// InternetGateway asks for an internet gateway at all.
type InternetGateway struct{ *Place }

func (s InternetGateway) Narrow(flows []path.Flow) []path.Flow {
	switch {
	case !s.Network.Region.Read.Has(inventory.PartInternetGateways):
		return path.Doubt(flows)
	case len(s.Network.Gateways[s.VPC]) > 0:
		return flows
	case s.Network.foreign(s.VPC, s.Network.Region.AccountID):
		return path.Doubt(flows)
	}
	return nil
}
