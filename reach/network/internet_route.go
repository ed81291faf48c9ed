package network

import (
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/reach/path"
)

// InternetRoute is the route of the reply, which has to lead to an internet gateway.
type InternetRoute struct{ *Place }

// routedOut returns the internet addresses that the place's replies reach by an
// internet gateway. The VPC's own addresses are not the internet.
func (s InternetRoute) routedOut(f cidr.Family) path.Addresses {
	if s.routed[f] == nil {
		var k path.Addresses
		if s.Table == nil {
			k.Possible = cidr.Internet(f)
		} else {
			k = s.Table.routedOut(f).Intersect(path.Exactly(cidr.Internet(f)))
		}
		k = k.Subtract(s.Own)
		s.routed[f] = &k
	}
	return *s.routed[f]
}

func (s InternetRoute) Narrow(flows []path.Flow) []path.Flow {
	return path.Restrict(flows, func(f path.Flow) path.Addresses { return s.routedOut(f.Family) })
}
