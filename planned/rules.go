package planned

import (
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// revoke takes from a group the rules that were before and are not after.
func (a *action) revoke(id string, before, after []inventory.Rule) {
	gone := missing(before, after)
	g := a.in.group(id)
	if g == nil {
		if len(gone) > 0 || len(before) > 0 {
			a.unread(id)
		}
		return
	}
	for i := range gone {
		r := &gone[i]
		at := slices.IndexFunc(g.Rules, func(o inventory.Rule) bool { return inventory.CompareRules(&o, r) == 0 })
		if at < 0 {
			a.conflict("%s has no rule %q that the plan could revoke", g.Named(), r)
			continue
		}
		g.Rules = slices.Delete(slices.Clone(g.Rules), at, at+1)
	}
}

// allow gives a group the rules that are after and were not before.
func (a *action) allow(id string, before, after []inventory.Rule) {
	come := missing(after, before)
	g := a.in.group(id)
	if g == nil {
		if len(come) > 0 {
			a.unread(id)
		}
		return
	}
	for i := range come {
		r := come[i]
		if slices.ContainsFunc(g.Rules, func(o inventory.Rule) bool { return inventory.CompareRules(&o, &r) == 0 }) {
			a.conflict("%s has the rule %q already", g.Named(), &r)
			continue
		}
		if r.Peer.Group != nil {
			r.Peer.Group = a.refer(g, r.Peer.Group)
		}
		g.Rules = append(slices.Clip(g.Rules), r)
	}
}

// unread notes a group that the plan changes and that was not read.
func (a *action) unread(id string) {
	a.unknown("", "%s is not among the groups of %s that were read", id, a.region())
}

// refer fills what AWS adds to the reference to another group: the owner, and the
// peering where it belongs to another VPC.
func (a *action) refer(g *inventory.Group, ref *inventory.GroupRef) *inventory.GroupRef {
	full := *ref
	other := a.in.group(ref.ID)
	if other == nil {
		return &full
	}
	full.Account = a.in.owned(other.Owner)
	if other.VPC == g.VPC {
		return &full
	}
	full.VPC = other.VPC
	for i := range a.in.Peerings {
		if p := &a.in.Peerings[i]; p.Far(g.VPC) != nil && p.Far(g.VPC).VPC == other.VPC && p.Status == "active" {
			full.Peering, full.Status = p.ID, p.Status
		}
	}
	return &full
}

// missing returns the rules of one list that the other has not, each once.
func missing(list, other []inventory.Rule) (rules []inventory.Rule) {
	has := func(list []inventory.Rule, r *inventory.Rule) bool {
		return slices.ContainsFunc(list, func(o inventory.Rule) bool { return inventory.CompareRules(&o, r) == 0 })
	}
	for i := range list {
		if r := &list[i]; !has(other, r) && !has(rules, r) {
			rules = append(rules, *r)
		}
	}
	return rules
}
