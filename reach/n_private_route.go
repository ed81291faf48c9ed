package reach

import (
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// backStage asks whether replies to private addresses find their way.
type backStage struct{ *place }

// back is what becomes of replies on a route.
func (s backStage) back(r *inventory.Route) Decision {
	switch {
	case r.Blackhole, strings.HasPrefix(r.Target, "igw-"), strings.HasPrefix(r.Target, "eigw-"):
		return Blocked
	case r.Target == "local":
		return Allowed
	case strings.HasPrefix(r.Target, "pcx-"):
		if p := s.n.peerings[r.Target]; p != nil {
			if p.Status == "active" {
				return Allowed
			}
			return Blocked
		}
	}
	return Undecided
}

func (s backStage) Narrow(flows []flow) []flow {
	if s.table == nil {
		return doubtAll(flows)
	}
	return restrict(flows, func(f flow) known {
		all := cidr.All4()
		if f.family == cidr.IPv6 {
			all = cidr.All6()
		}
		return s.table.leading(f.family, all, s.back)
	})
}

// pairRoute is the route of one end's subnet to the other.
type pairRoute struct{ at, other *end }

// target returns where the subnet's table sends packets to the other end, which
// is nothing where it has no route. It is not known where the table is not, or
// where entries of a prefix list that were not read may decide.
func (s pairRoute) target() (target string, known bool) {
	if s.at.table == nil {
		return "", false
	}
	h := s.at.table.lookup(s.other.address)
	if len(s.at.table.unread) > 0 && (h == nil || h.rank != rankLocal && !h.prefix.IsSingleIP()) {
		return "", false
	}
	if h == nil {
		return "", true
	}
	return h.route.Target, true
}

func (s pairRoute) decide() Decision {
	if _, known := s.target(); !known {
		return Undecided
	}
	switch h := s.at.table.lookup(s.other.address); {
	case h == nil, h.route.Blackhole:
		return Blocked
	case h.route.Target == "local":
		if s.at.vpc == s.other.vpc {
			return Allowed
		}
		return Blocked
	case strings.HasPrefix(h.route.Target, "pcx-"):
		if p := s.at.n.peerings[h.route.Target]; p != nil {
			joins := p.Requester.VPC == s.other.vpc || p.Accepter.VPC == s.other.vpc
			if p.Status == "active" && joins {
				return Allowed
			}
			return Blocked
		}
	}
	return Undecided
}

func (s pairRoute) Narrow(flows []flow) []flow { return s.decide().gate(flows) }

// transit reports whether the target of a route joins more than two networks,
// of which not all need be visible: a transit gateway, or a core network of
// Cloud WAN.
func transit(target string) bool {
	return strings.HasPrefix(target, "tgw-") || strings.Contains(target, ":core-network/")
}
