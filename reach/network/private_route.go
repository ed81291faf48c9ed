package network

import (
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// PrivateRoute is the route of the reply to a private address.
type PrivateRoute struct{ *Place }

// decide returns what becomes of replies on a route.
func (s PrivateRoute) decide(r *inventory.Route) path.Decision {
	switch {
	case r.Blackhole, strings.HasPrefix(r.Target, "igw-"), strings.HasPrefix(r.Target, "eigw-"):
		return path.Blocked
	case r.Target == "local":
		return path.Allowed
	case strings.HasPrefix(r.Target, "pcx-"):
		if p := s.Network.peerings[r.Target]; p != nil {
			if p.Status == "active" {
				return path.Allowed
			}
			return path.Blocked
		}
	}
	return path.Undecided
}

func (s PrivateRoute) Narrow(flows []path.Flow) []path.Flow {
	if s.Table == nil {
		return path.Doubt(flows)
	}
	return path.Restrict(flows, func(f path.Flow) path.Addresses {
		return s.Table.leading(f.Family, cidr.All(f.Family), s.decide)
	})
}

// RouteBetween is the route from one end's subnet to the other end.
type RouteBetween struct{ At, Other *End }

// Target returns the target of the route, which is empty where the table has none.
// It is not known where the table is not, or where entries of a prefix list that
// were not read may decide.
func (s RouteBetween) Target() (target string, known bool) {
	if s.At.Table == nil {
		return "", false
	}
	h := s.At.Table.Lookup(s.Other.Address)
	if len(s.At.Table.Unresolved) > 0 && (h == nil || h.rank != rankLocal && !h.Prefix.IsSingleIP()) {
		return "", false
	}
	if h == nil {
		return "", true
	}
	return h.Route.Target, true
}

func (s RouteBetween) decide() path.Decision {
	if _, known := s.Target(); !known {
		return path.Undecided
	}
	switch h := s.At.Table.Lookup(s.Other.Address); {
	case h == nil, h.Route.Blackhole:
		return path.Blocked
	case h.Route.Target == "local":
		if s.At.VPC == s.Other.VPC {
			return path.Allowed
		}
		return path.Blocked
	case strings.HasPrefix(h.Route.Target, "pcx-"):
		if p := s.At.Network.peerings[h.Route.Target]; p != nil {
			joins := p.Requester.VPC == s.Other.VPC || p.Accepter.VPC == s.Other.VPC
			if p.Status == "active" && joins {
				return path.Allowed
			}
			return path.Blocked
		}
	}
	return path.Undecided
}

func (s RouteBetween) Narrow(flows []path.Flow) []path.Flow { return s.decide().Gate(flows) }

// JoinsMany reports whether the target of a route joins more than two networks, of
// which this account need not see all: a transit gateway, or a core network of Cloud
// WAN.
func JoinsMany(target string) bool {
	return strings.HasPrefix(target, "tgw-") || strings.Contains(target, ":core-network/")
}
