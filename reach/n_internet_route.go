package reach

import (
	"github.com/sgaudit/sgaudit/cidr"
)

// routeStage asks whether replies go back to an internet gateway.
type routeStage struct{ *place }

// open returns the internet addresses that the place's replies reach by an
// internet gateway. The VPC's own addresses are not the internet.
func (s routeStage) routedOut(f cidr.Family) known {
	if s.routed[f] == nil {
		var k known
		if s.table == nil {
			k.possible = cidr.Internet(f)
		} else {
			k = s.table.routedOut(f).intersect(exactly(cidr.Internet(f)))
		}
		k = k.subtract(s.own)
		s.routed[f] = &k
	}
	return *s.routed[f]
}

func (s routeStage) Narrow(flows []flow) []flow {
	return restrict(flows, func(f flow) known { return s.routedOut(f.family) })
}
