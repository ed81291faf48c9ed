package explain

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/reach/path"
)

func (step *Step) noGroup(s network.NoGroup) {
	step.Kind = StepGroup
	step.Object = s.ID
	step.Detail = Interface(s.Interface) + " has no security group, so nothing filters its traffic"
	if step.Decision == path.Undecided {
		step.Detail = Interface(s.Interface) + " has no security group that is known, so what it allows is unknown"
	}
}

func (step *Step) securityGroups(s network.SecurityGroups, p path.Packet) {
	if len(s.At.Interface.Groups) == 0 {
		step.noGroup(network.NoGroup{Interface: s.At.Interface})
		return
	}
	step.Kind = StepGroup
	step.Object = strings.Join(s.At.Interface.Groups, ", ")
	way, preposition := "inbound", "from"
	if s.Direction == inventory.Egress {
		way, preposition = "outbound", "to"
	}
	switch rules := s.Rules(p.Protocol, p.Point); {
	case len(rules) > 0:
		by := rules[0]
		step.Object = by.Group.ID
		step.Detail = fmt.Sprintf("%s allows %s %s %s", by.Group.Named(), Traffic(by.Rule.Traffic), preposition, s.Network.PeerNamed(by.Rule.Peer))
		switch {
		case step.Decision != path.Undecided:
		case by.Rule.Peer.Group != nil:
			step.Detail += ", " + whyAcross(s)
		default:
			step.Detail += ", but whether that contains " + s.Other.Address.String() + " is unknown"
		}
		if step.Decision == path.Allowed {
			step.Detail += others(len(rules) - 1)
		}
	case len(s.At.Unseen) > 0:
		step.Detail = fmt.Sprintf("the rules of %s are not visible to this account", strings.Join(s.At.Unseen, ", "))
	case s.Reference(p.Protocol, p.Point) != nil:
		by := s.Reference(p.Protocol, p.Point)
		step.Object = by.Group.ID
		step.Detail = fmt.Sprintf("%s allows %s %s %s, %s", by.Group.Named(), Traffic(by.Rule.Traffic), preposition, s.Network.PeerNamed(by.Rule.Peer), whyAcross(s))
	default:
		step.Detail = fmt.Sprintf("no %s rule of %s allows %s %s %s (%s)", way, s.Network.GroupsNamed(s.At.Interface.Groups), anyOf(p.Traffic), preposition, s.Other.Address, s.Other.Interface.ID)
	}
}

// others says that more rules than the one that is named allow the same: to revoke that one
// alone blocks nothing.
func others(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return ", and so does 1 other rule"
	}
	return fmt.Sprintf(", and so do %d other rules", n)
}

// whyAcross says why a reference to a group of the other VPC does not match,
// or why it is not known to.
func whyAcross(s network.SecurityGroups) string {
	target, known := s.Target()
	switch {
	case network.JoinsMany(target) && s.Direction == inventory.Egress:
		return "but an outbound rule matches a referenced group over a peering connection only, and " + s.From.Network.Named(s.From.VPC) + " routes to " + s.To.Network.Named(s.To.VPC) + " through " + target
	case network.JoinsMany(target):
		return fmt.Sprintf("and that reference matches over %s only if SecurityGroupReferencingSupport is enabled on it and on its attachments to %s and %s (it is off by default), which sgaudit does not read",
			target, s.From.Network.Named(s.From.VPC), s.To.Network.Named(s.To.VPC))
	case !s.Network.Region.Read.Has(inventory.PartPeerings):
		return fmt.Sprintf("but VPC peering connections were not read, so whether one joins %s and %s is unknown", s.At.Network.Named(s.At.VPC), s.Other.Network.Named(s.Other.VPC))
	case !known:
		return fmt.Sprintf("but the route from %s to %s is unknown, and over a transit gateway that reference may match", s.From.Network.Named(s.From.VPC), s.To.Network.Named(s.To.VPC))
	}
	return fmt.Sprintf("but no active peering connection joins %s and %s", s.At.Network.Named(s.At.VPC), s.Other.Network.Named(s.Other.VPC))
}

func (step *Step) rule(s network.OneRule) {
	step.Kind, step.Object = StepGroup, s.Group.ID
	step.Detail = permission(s.Network, s.Group, s.Rule)
}

// NoRule says that no rule of the interface's groups allows the traffic from
// the sources, as far as the groups are known: unseen are the ids of those that
// are not.
func NoRule(n *network.Network, to *inventory.Interface, unseen []string, traffic inventory.Traffic, from string) Step {
	step := Step{Kind: StepGroup, Decision: path.Blocked, Object: strings.Join(to.Groups, ", ")}
	switch {
	case to.AcceptsNone():
		step.acceptsNone(to)
	case len(unseen) > 0:
		step.Decision = path.Undecided
		step.Detail = fmt.Sprintf("the rules of %s are not visible to this account", strings.Join(unseen, ", "))
	default:
		step.Detail = fmt.Sprintf("no inbound rule of %s allows %s from %s", n.GroupsNamed(to.Groups), anyOf(traffic), from)
	}
	return step
}

// permission names a rule with its group.
func permission(n *network.Network, g *inventory.Group, r *inventory.Rule) string {
	return fmt.Sprintf("%s allows %s from %s", g.Named(), Traffic(r.Traffic), n.PeerNamed(r.Peer))
}
