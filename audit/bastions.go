package audit

import (
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// Bastions returns the ids of the groups of the bastions of a VPC, in the order of the
// groups: those that are attached to a network interface, and of which the name or the tag
// Name contains one of the words for bastions in the settings.
func (r *Pass) Bastions(vpc string) []string {
	if r.cache.bastions == nil {
		r.cache.bastions = map[string][]string{}
		for i := range r.Groups {
			if g := &r.Groups[i]; r.isBastion(g) && len(r.Reach.Interfaces(g.ID)) > 0 {
				r.cache.bastions[g.VPC] = append(r.cache.bastions[g.VPC], g.ID)
			}
		}
	}
	return r.cache.bastions[vpc]
}

func (r *Pass) isBastion(g *inventory.Group) bool {
	names := strings.ToLower(g.Name + " " + inventory.NameTag(g.Tags))
	return slices.ContainsFunc(r.Settings.Bastions, func(word string) bool { return strings.Contains(names, word) })
}

// FirstAllowOut adds the outbound rule to a proposal that one group needs before its
// interfaces can connect by the traffic to those of another one, once that allows it. It
// reports false, and adds nothing, where the rule would not do.
func (r *Pass) FirstAllowOut(p *findings.Proposal, from string, g *inventory.Group, t inventory.Traffic) bool {
	out := inventory.Rule{Direction: inventory.Egress, Traffic: t, Peer: inventory.Peer{Group: &inventory.GroupRef{ID: g.ID}}}
	if r.blocked(from, g, t, nil) == "" || r.blocked(from, g, t, &out) != "" {
		return false
	}
	p.FirstAllowOut = append(p.FirstAllowOut, findings.GroupRule{Group: from, Rule: out})
	return true
}

// bastionFor returns the group of the one bastion through which administrators may connect
// to what a group is attached to, or nothing: a bastion has none before itself. It also
// returns what Blocked does.
func (r *Pass) bastionFor(g *inventory.Group, t inventory.Traffic) (bastion, blocked string) {
	if known := r.Bastions(g.VPC); len(known) == 1 && !r.isBastion(g) {
		return known[0], r.Blocked(known[0], g, t)
	}
	return "", ""
}

// blockedMembers bounds the interfaces of each of two groups that Blocked asks about.
const blockedMembers = 8

// Blocked returns why interfaces of one group could not connect by the traffic to those of
// another one although that allowed it: the sentence about the outbound rules, network ACL or
// route in the way. It is empty where some of them could, or may: the first interfaces of
// each group are asked, by id.
func (r *Pass) Blocked(from string, g *inventory.Group, t inventory.Traffic) (why string) {
	return r.blocked(from, g, t, nil)
}

// blocked is Blocked where the first group has one more rule, or none.
func (r *Pass) blocked(from string, g *inventory.Group, t inventory.Traffic, more *inventory.Rule) (why string) {
	with := func(g *inventory.Group, rule inventory.Rule) *inventory.Group {
		changed := *g
		changed.Rules = append(slices.Clone(g.Rules), rule)
		return &changed
	}
	changed := []*inventory.Group{with(g, inventory.Rule{Direction: inventory.Ingress, Traffic: t, Peer: inventory.Peer{Group: &inventory.GroupRef{ID: from}}})}
	if sender := r.Group(from); more != nil && sender != nil {
		changed = append(changed, with(sender, *more))
	}
	after := r.Reach.With(changed...)
	sources, members := r.Reach.Interfaces(from), r.Reach.Interfaces(g.ID)
	for _, source := range sources[:min(blockedMembers, len(sources))] {
		for _, member := range members[:min(blockedMembers, len(members))] {
			if source == member {
				continue
			}
			verdict, steps := after.Between(source, member, t)
			if verdict != reach.NotReachable {
				return ""
			}
			if why == "" && len(steps) > 0 {
				why = member.NamedIn(source.NamedIn(steps[len(steps)-1].Detail))
			}
		}
	}
	return why
}
