package reach

import (
	"cmp"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// permission is one rule of one group.
type permission struct {
	group *inventory.Group
	rule  *inventory.Rule
}

// groupStage is the groups of one end, which decide what goes to the other or
// comes from it.
type groupStage struct {
	*pair
	at, other *end
	direction inventory.Direction
}

// each calls f for the rules that name the other end, or may do so.
func (s groupStage) each(f func(by *permission, certain bool)) {
	for _, g := range s.at.groups {
		for i := range g.Rules {
			r := &g.Rules[i]
			if r.Direction != s.direction || s.only != nil && s.direction == inventory.Ingress && r != s.only.rule {
				continue
			}
			switch s.names(r.Peer) {
			case Allowed:
				f(&permission{g, r}, true)
			case Undecided:
				f(&permission{g, r}, false)
			}
		}
	}
}

// names reports whether a peer stands for the other end: open, closed or
// doubtful.
func (s groupStage) names(p inventory.Peer) Decision {
	if p.Group != nil {
		switch {
		case s.outside, !s.other.holder.Carries(p.Group.ID):
			return Blocked
		case s.at.vpc == s.other.vpc:
			return Allowed
		}
		return s.refersAcross()
	}
	if p.List == "" { // most rules: no set has to be made of one prefix
		if cidr.Clean(p.Prefix).Contains(s.other.address) {
			return Allowed
		}
		return Blocked
	}
	k := s.n.addressesOf(p)[s.family()]
	switch {
	case k.sure.Contains(s.other.address):
		return Allowed
	case k.possible.Contains(s.other.address):
		return Undecided
	}
	return Blocked
}

// refersAcross reports whether a rule matches that references a group of the
// other end's VPC. Such a reference needs an active peering connection between
// both VPCs (Amazon VPC peering guide, referencing security groups). Over a
// transit gateway an ingress reference matches where the gateway and its
// attachments support it, which is not read, and an egress reference never
// does (Amazon VPC user guide, transit gateway attachments to a VPC). What
// counts is the way of the packet; its reply needs no rule.
func (s groupStage) refersAcross() Decision {
	target, known := pairRoute{&s.from, &s.to}.target()
	switch {
	case transit(target) && s.direction == inventory.Egress:
		return Blocked
	case transit(target):
		return Undecided
	case s.n.peeringStatus(s.at.vpc, s.other.vpc) == "active":
		return Allowed
	case !s.n.region.Read.Has(inventory.PartPeerings), !known && s.direction == inventory.Ingress:
		return Undecided
	}
	return Blocked
}

// peeringStatus returns the status of the peering of two VPCs, active before others,
// or nothing where none was seen.
func (n *network) peeringStatus(a, b string) string { return n.joined[[2]string{min(a, b), max(a, b)}] }

func (s groupStage) Narrow(flows []flow) []flow {
	if len(s.at.holder.Groups) == 0 {
		return ungroupedStage{s.at.holder}.Narrow(flows)
	}
	var left []flow
	for _, f := range flows {
		var sure, maybe []interval
		s.each(func(by *permission, certain bool) {
			t := by.rule.Traffic
			if t.Protocol != inventory.AllProtocols && t.Protocol != f.protocol {
				return
			}
			if part, ok := intervalOf(t).intersect(f.interval); ok {
				if certain {
					sure = append(sure, part)
				} else {
					maybe = append(maybe, part)
				}
			}
		})
		if len(s.at.unseen) > 0 {
			maybe = append(maybe, f.interval)
		}
		sure = union(sure)
		for _, part := range sure {
			left = append(left, flow{f.family, f.protocol, part, f.from})
		}
		for _, part := range without(union(maybe), sure) {
			left = append(left, flow{f.family, f.protocol, part, known{possible: f.from.possible}})
		}
	}
	return left
}

// rule returns the first rule that lets such a packet through, certain ones
// first.
func (s groupStage) rule(protocol inventory.Protocol, point int32) *permission {
	var found, perhaps *permission
	s.each(func(by *permission, certain bool) {
		t, span := by.rule.Traffic, intervalOf(by.rule.Traffic)
		switch {
		case t.Protocol != inventory.AllProtocols && t.Protocol != protocol, point < span.first, point > span.last:
		case certain && found == nil:
			found = by
		case perhaps == nil:
			perhaps = by
		}
	})
	return cmp.Or(found, perhaps)
}

// reference returns the first rule that would let such a packet through if its
// reference to a group of the other VPC matched.
func (s groupStage) reference(protocol inventory.Protocol, point int32) *permission {
	if s.at.vpc == s.other.vpc {
		return nil
	}
	for _, g := range s.at.groups {
		for i := range g.Rules {
			r := &g.Rules[i]
			span := intervalOf(r.Traffic)
			if r.Direction == s.direction && r.Peer.Group != nil && s.other.holder.Carries(r.Peer.Group.ID) &&
				(r.Traffic.Protocol == inventory.AllProtocols || r.Traffic.Protocol == protocol) && span.first <= point && point <= span.last {
				return &permission{g, r}
			}
		}
	}
	return nil
}

// ruleStage tells of the rule that the packets were asked by: what it does not
// let through is no part of the flows.
type ruleStage struct {
	group *inventory.Group
	rule  *inventory.Rule
}

func (s ruleStage) Narrow(flows []flow) []flow { return flows }
