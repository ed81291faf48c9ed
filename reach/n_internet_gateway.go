package reach

import (
	"github.com/sgaudit/sgaudit/inventory"
)

// fromInternet returns the stages between the internet and an interface with
// a public address of the family, in their order. It may be a load balancer's.
func (p *place) fromInternet(b *balancer) []stage {
	stages := []stage{accessStage{p}, gatewayStage{p}, routeStage{p}, aclIn{p}}
	if b != nil {
		stages = append(stages, listenerStage{b})
	}
	return append(stages, aclOut{p})
}

// gatewayStage asks for an internet gateway at all.
type gatewayStage struct{ *place }

func (s gatewayStage) Narrow(flows []flow) []flow {
	switch {
	case !s.n.region.Read.Has(inventory.PartInternetGateways):
		return doubtAll(flows)
	case len(s.n.gateways[s.vpc]) > 0:
		return flows
	case s.n.foreign(s.vpc, s.n.region.AccountID):
		return doubtAll(flows)
	}
	return nil
}
