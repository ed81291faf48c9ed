package reach

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

func (step *Step) noGroup(s ungroupedStage) {
	step.Kind = StepGroup
	step.Object = s.ID
	step.Detail = called(s.Interface) + " carries no security group, so that none filters its traffic"
	if step.Decision == Undecided {
		step.Detail = called(s.Interface) + " carries no security group that is known, so what it lets through is unknown"
	}
}

func (step *Step) securityGroups(s groupStage, p packet) {
	if len(s.at.holder.Groups) == 0 {
		step.noGroup(ungroupedStage{s.at.holder})
		return
	}
	step.Kind = StepGroup
	step.Object = strings.Join(s.at.holder.Groups, ", ")
	way, preposition := "ingress", "from"
	if s.direction == inventory.Egress {
		way, preposition = "egress", "to"
	}
	switch by := s.rule(p.protocol, p.point); {
	case by != nil:
		step.Object = by.group.ID
		step.Detail = fmt.Sprintf("%s allows %s %s %s", by.group.ID, inWords(by.rule.Traffic), preposition, by.rule.Peer)
		switch {
		case step.Decision != Undecided:
		case by.rule.Peer.Group != nil:
			step.Detail += ", " + whyAcross(s)
		default:
			step.Detail += ", and whether that holds " + s.other.address.String() + " is unknown"
		}
	case len(s.at.unseen) > 0:
		step.Detail = fmt.Sprintf("the rules of %s are not visible to this account", strings.Join(s.at.unseen, ", "))
	case s.reference(p.protocol, p.point) != nil:
		by := s.reference(p.protocol, p.point)
		step.Object = by.group.ID
		step.Detail = fmt.Sprintf("%s allows %s %s %s, %s", by.group.ID, inWords(by.rule.Traffic), preposition, by.rule.Peer, whyAcross(s))
	default:
		step.Detail = fmt.Sprintf("no %s rule of %s allows %s %s %s (%s)", way, step.Object, inWords(p.traffic), preposition, s.other.address, s.other.holder.ID)
	}
}

// whyAcross says why a reference to a group of the other VPC does not match,
// or why it is not known to.
func whyAcross(s groupStage) string {
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

func (step *Step) rule(s ruleStage) {
	step.Kind, step.Object = StepGroup, s.group.ID
	step.Detail = permissionInWords(s.group, s.rule)
}

// noRuleStep says that no rule of the interface's groups allows the traffic from
// the sources, as far as the groups are known: unseen are the ids of those that
// are not.
func noRuleStep(to *inventory.Interface, unseen []string, traffic inventory.Traffic, from string) Step {
	step := Step{Kind: StepGroup, Decision: Blocked, Object: strings.Join(to.Groups, ", ")}
	switch {
	case to.AcceptsNone():
		step.acceptsNone(to)
	case len(unseen) > 0:
		step.Decision = Undecided
		step.Detail = fmt.Sprintf("the rules of %s are not visible to this account", strings.Join(unseen, ", "))
	default:
		step.Detail = fmt.Sprintf("no ingress rule of %s allows %s from %s", step.Object, inWords(traffic), from)
	}
	return step
}

// permissionInWords names a rule with its group.
func permissionInWords(g *inventory.Group, r *inventory.Rule) string {
	return fmt.Sprintf("%s allows %s from %s", g.ID, inWords(r.Traffic), r.Peer)
}
