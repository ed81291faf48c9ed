package reach

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

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
			case open:
				f(&permission{g, r}, true)
			case doubtful:
				f(&permission{g, r}, false)
			}
		}
	}
}

// names reports whether a peer stands for the other end: open, closed or
// doubtful.
func (s groupStage) names(p inventory.Peer) fate {
	if p.Group != nil {
		switch {
		case s.outside, !s.other.holder.Carries(p.Group.ID):
			return closed
		case s.at.vpc == s.other.vpc:
			return open
		}
		return s.refersAcross()
	}
	if p.List == "" { // most rules: no set has to be made of one prefix
		if cidr.Clean(p.Prefix).Contains(s.other.address) {
			return open
		}
		return closed
	}
	k := s.n.addressesOf(p)[s.family()]
	switch {
	case k.sure.Contains(s.other.address):
		return open
	case k.possible.Contains(s.other.address):
		return doubtful
	}
	return closed
}

// refersAcross reports whether a rule matches that references a group of the
// other end's VPC. Such a reference needs an active peering connection between
// both VPCs (Amazon VPC peering guide, referencing security groups). Over a
// transit gateway an ingress reference matches where the gateway and its
// attachments support it, which is not read, and an egress reference never
// does (Amazon VPC user guide, transit gateway attachments to a VPC). What
// counts is the way of the packet; its reply needs no rule.
func (s groupStage) refersAcross() fate {
	target, known := pairRoute{&s.from, &s.to}.target()
	switch {
	case transit(target) && s.direction == inventory.Egress:
		return closed
	case transit(target):
		return doubtful
	case s.n.joined(s.at.vpc, s.other.vpc) == "active":
		return open
	case !s.n.region.Read.Has(inventory.PartPeerings), !known && s.direction == inventory.Ingress:
		return doubtful
	}
	return closed
}

// transit reports whether the target of a route joins more than two networks,
// of which not all need be visible: a transit gateway, or a core network of
// Cloud WAN.
func transit(target string) bool {
	return strings.HasPrefix(target, "tgw-") || strings.Contains(target, ":core-network/")
}

// whyAcross says why a reference to a group of the other VPC does not match,
// or why it is not known to.
func (s groupStage) whyAcross() string {
	target, known := pairRoute{&s.from, &s.to}.target()
	switch {
	case transit(target) && s.direction == inventory.Egress:
		return "but an egress rule matches a referenced group over a peering connection only, and " + s.from.vpc + " routes to " + s.to.vpc + " by " + target
	case transit(target):
		return fmt.Sprintf("and that reference matches over %s only if SecurityGroupReferencingSupport is enabled on it and on its attachments to %s and %s (it is off by default), which sgaudit does not read",
			target, s.from.vpc, s.to.vpc)
	case !s.n.region.Read.Has(inventory.PartPeerings):
		return fmt.Sprintf("but VPC peering connections were not read, so whether one joins %s and %s is unknown", s.at.vpc, s.other.vpc)
	case !known:
		return fmt.Sprintf("but the route from %s to %s is unknown, and over a transit gateway that reference may match", s.from.vpc, s.to.vpc)
	}
	return fmt.Sprintf("but no active peering connection joins %s and %s", s.at.vpc, s.other.vpc)
}

// joined returns the status of the peering of two VPCs, active before others,
// or nothing where none was seen.
func (n *Region) joined(a, b string) string { return n.net().joined[[2]string{min(a, b), max(a, b)}] }

func (s groupStage) narrow(flows []flow) []flow {
	if len(s.at.holder.Groups) == 0 {
		return ungroupedStage{s.at.holder}.narrow(flows)
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

// union joins intervals; they come back in ascending order.
func union(parts []interval) []interval {
	slices.SortFunc(parts, func(a, b interval) int { return cmp.Compare(a.first, b.first) })
	var joined []interval
	for _, p := range parts {
		if k := len(joined); k > 0 && p.first <= joined[k-1].last+1 {
			joined[k-1].last = max(joined[k-1].last, p.last)
			continue
		}
		joined = append(joined, p)
	}
	return joined
}

// without takes the intervals of holes, which are in order, out of others.
func without(parts, holes []interval) []interval {
	var left []interval
	for _, p := range parts {
		for _, h := range holes {
			if h.last < p.first || h.first > p.last {
				continue
			}
			if h.first > p.first {
				left = append(left, interval{p.first, h.first - 1})
			}
			p.first = h.last + 1
		}
		if p.first <= p.last {
			left = append(left, p)
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

func (s groupStage) describe(p packet, verdict Verdict) Step {
	if len(s.at.holder.Groups) == 0 {
		return ungroupedStage{s.at.holder}.describe(p, verdict)
	}
	step := Step{Kind: StepGroup, Verdict: verdict, Object: strings.Join(s.at.holder.Groups, ", ")}
	way, preposition := "ingress", "from"
	if s.direction == inventory.Egress {
		way, preposition = "egress", "to"
	}
	switch by := s.rule(p.protocol, p.point); {
	case by != nil:
		step.Object = by.group.ID
		step.Detail = fmt.Sprintf("%s allows %s %s %s", by.group.ID, inWords(by.rule.Traffic), preposition, by.rule.Peer)
		switch {
		case verdict != Unknown:
		case by.rule.Peer.Group != nil:
			step.Detail += ", " + s.whyAcross()
		default:
			step.Detail += ", and whether that holds " + s.other.address.String() + " is unknown"
		}
	case len(s.at.unseen) > 0:
		step.Detail = fmt.Sprintf("the rules of %s are not visible to this account", strings.Join(s.at.unseen, ", "))
	case s.reference(p.protocol, p.point) != nil:
		by := s.reference(p.protocol, p.point)
		step.Object = by.group.ID
		step.Detail = fmt.Sprintf("%s allows %s %s %s, %s", by.group.ID, inWords(by.rule.Traffic), preposition, by.rule.Peer, s.whyAcross())
	default:
		step.Detail = fmt.Sprintf("no %s rule of %s allows %s %s %s (%s)", way, step.Object, inWords(p.of), preposition, s.other.address, s.other.holder.ID)
	}
	return step
}
