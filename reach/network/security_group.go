package network

import (
	"cmp"
	"math"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// Permission is one rule of one group.
type Permission struct {
	Group *inventory.Group
	Rule  *inventory.Rule
}

// SecurityGroups is the groups of one end of a pair, for what goes to the other end
// (Egress) or comes from it (Ingress).
type SecurityGroups struct {
	*Pair
	At, Other *End
	Direction inventory.Direction
}

// each calls f for the rules with a peer that stands for the other end, or may do so.
func (s SecurityGroups) each(f func(by *Permission, certain bool)) {
	for _, g := range s.At.Groups {
		for i := range g.Rules {
			r := &g.Rules[i]
			if r.Direction != s.Direction || s.Only != nil && s.Direction == inventory.Ingress && r != s.Only.Rule {
				continue
			}
			switch s.names(r.Peer) {
			case path.Allowed:
				f(&Permission{g, r}, true)
			case path.Undecided:
				f(&Permission{g, r}, false)
			}
		}
	}
}

// names returns whether a peer stands for the other end.
func (s SecurityGroups) names(p inventory.Peer) path.Decision {
	if p.Group != nil {
		switch {
		case s.ToPublicAddress, !s.Other.Interface.HasGroup(p.Group.ID):
			return path.Blocked
		case s.At.VPC == s.Other.VPC:
			return path.Allowed
		}
		return s.refersAcross()
	}
	if p.List == "" { // most rules: no set has to be made of one prefix
		if cidr.Clean(p.Prefix).Contains(s.Other.Address) {
			return path.Allowed
		}
		return path.Blocked
	}
	k := s.Network.Addresses(p)[s.family()]
	switch {
	case k.Certain.Contains(s.Other.Address):
		return path.Allowed
	case k.Possible.Contains(s.Other.Address):
		return path.Undecided
	}
	return path.Blocked
}

// refersAcross returns whether a rule matches that references a group of the other
// end's VPC. Such a reference needs an active peering connection between
// both VPCs (Amazon VPC peering guide, referencing security groups). Over a
// transit gateway an ingress reference matches where the gateway and its
// attachments support it, which is not read, and an egress reference never
// does (Amazon VPC user guide, transit gateway attachments to a VPC). What
// counts is the way of the packet; its reply needs no rule.
func (s SecurityGroups) refersAcross() path.Decision {
	target, known := s.Pair.Target()
	switch {
	case JoinsMany(target) && s.Direction == inventory.Egress:
		return path.Blocked
	case JoinsMany(target):
		return path.Undecided
	case s.Network.peeringStatus(s.At.VPC, s.Other.VPC) == "active":
		return path.Allowed
	case !s.Network.Region.Read.Has(inventory.PartPeerings), !known && s.Direction == inventory.Ingress:
		return path.Undecided
	}
	return path.Blocked
}

// peeringStatus returns the status of the peering connection of two VPCs, active
// before others, or nothing where none was read.
func (n *Network) peeringStatus(a, b string) string {
	return n.peeringStatuses[[2]string{min(a, b), max(a, b)}]
}

func (s SecurityGroups) Narrow(flows []path.Flow) []path.Flow {
	if len(s.At.Interface.Groups) == 0 {
		return NoGroup{s.At.Interface}.Narrow(flows)
	}
	var left []path.Flow
	for _, f := range flows {
		var certain, maybe []path.Interval
		s.each(func(by *Permission, sure bool) {
			t := by.Rule.Traffic
			if t.Protocol != inventory.AllProtocols && t.Protocol != f.Protocol {
				return
			}
			if part, ok := path.IntervalOf(t).Intersect(f.Interval); ok {
				if sure {
					certain = append(certain, part)
				} else {
					maybe = append(maybe, part)
				}
			}
		})
		if len(s.At.Unseen) > 0 {
			maybe = append(maybe, f.Interval)
		}
		certain = path.Union(certain)
		for _, part := range certain {
			left = append(left, f.Part(part, f.From))
		}
		for _, part := range path.Without(path.Union(maybe), certain) {
			left = append(left, f.Part(part, path.Addresses{Possible: f.From.Possible}))
		}
	}
	return left
}

// Rules returns the rules that let such a packet through: those that certainly do, or where
// there are none those that may. The rule with the narrowest peer comes first: a referenced
// group, a prefix list, the smallest block; then the one with the fewest ports.
func (s SecurityGroups) Rules(protocol inventory.Protocol, point int32) []*Permission {
	var found, perhaps []*Permission
	s.each(func(by *Permission, certain bool) {
		t, span := by.Rule.Traffic, path.IntervalOf(by.Rule.Traffic)
		switch {
		case t.Protocol != inventory.AllProtocols && t.Protocol != protocol, !span.Contains(point):
		case certain:
			found = append(found, by)
		default:
			perhaps = append(perhaps, by)
		}
	})
	if len(found) == 0 {
		found = perhaps
	}
	slices.SortStableFunc(found, func(a, b *Permission) int {
		return cmp.Or(cmp.Compare(width(a.Rule.Peer), width(b.Rule.Peer)), cmp.Compare(ports(a.Rule.Traffic), ports(b.Rule.Traffic)))
	})
	return found
}

// width orders peers from the narrowest to the widest.
func width(p inventory.Peer) int {
	switch {
	case p.Group != nil:
		return 0
	case p.List != "":
		return 1
	}
	return 2 + p.Prefix.Addr().BitLen() - p.Prefix.Bits()
}

// ports orders traffic by how much of a protocol it is.
func ports(t inventory.Traffic) int32 {
	if t.Protocol == inventory.AllProtocols {
		return math.MaxInt32
	}
	span := path.IntervalOf(t)
	return span.Last - span.First
}

// Reference returns the first rule that would let such a packet through if its
// reference to a group of the other VPC matched.
func (s SecurityGroups) Reference(protocol inventory.Protocol, point int32) *Permission {
	if s.At.VPC == s.Other.VPC {
		return nil
	}
	for _, g := range s.At.Groups {
		for i := range g.Rules {
			r := &g.Rules[i]
			span := path.IntervalOf(r.Traffic)
			if r.Direction == s.Direction && r.Peer.Group != nil && s.Other.Interface.HasGroup(r.Peer.Group.ID) &&
				(r.Traffic.Protocol == inventory.AllProtocols || r.Traffic.Protocol == protocol) && span.Contains(point) {
				return &Permission{g, r}
			}
		}
	}
	return nil
}

// OneRule is one rule. It narrows nothing: the flows are started with the rule's own
// traffic and sources.
type OneRule struct {
	Network *Network
	Group   *inventory.Group
	Rule    *inventory.Rule
}

func (s OneRule) Narrow(flows []path.Flow) []path.Flow { return flows }
