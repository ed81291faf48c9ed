package planned

import (
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// revoke takes from a group the rules that were before and are not after.
func (a *action) revoke(id string, before, after []inventory.Rule) {
	gone := missing(before, after)
	if len(before) == 0 {
		return
	}
	g := a.groupRead(id)
	if g == nil {
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

// allow gives a group the rules that are after and were not before. Those that were before
// get other descriptions and tags where the plan changes these.
func (a *action) allow(id string, before, after []inventory.Rule) {
	a.redescribe(id, before, after)
	come := missing(after, before)
	if len(come) == 0 {
		return
	}
	g := a.groupRead(id)
	if g == nil {
		return
	}
	for i := range come {
		r := come[i]
		a.listRead(r.Peer.List)
		if slices.ContainsFunc(g.Rules, func(o inventory.Rule) bool { return inventory.CompareRules(&o, &r) == 0 }) {
			a.refuse("AWS refuses to allow %q in %s, which has this rule already", &r, g.Named())
			continue
		}
		if r.Peer.Group != nil {
			r.Peer.Group = a.refer(g, r.Peer.Group)
		}
		g.Rules = append(slices.Clip(g.Rules), r)
	}
}

// duplicates notes that AWS refuses a rule which is created before the same one is deleted
// (API reference of Amazon EC2, AuthorizeSecurityGroupIngress: InvalidPermission.Duplicate).
func (a *action) duplicates(id string, before, after []inventory.Rule) {
	g := find(a.in.was.Groups, id, func(g *inventory.Group) string { return g.ID })
	for i := range after {
		r := &after[i]
		same := func(o inventory.Rule) bool { return inventory.CompareRules(&o, r) == 0 }
		if g != nil && slices.ContainsFunc(g.Rules, same) && slices.ContainsFunc(before, same) {
			a.refuse("AWS refuses to allow %q in %s, which has this rule already: the plan creates the new rule before it deletes the one that it replaces", r, g.Named())
		}
	}
}

// redescribe gives rules that stay the descriptions and tags that the plan changes. A
// description that is known after apply only stays as it is.
func (a *action) redescribe(id string, before, after []inventory.Rule) {
	g := a.in.group(id)
	if g == nil {
		return
	}
	for i := range after {
		is := &after[i]
		same := func(r inventory.Rule) bool { return inventory.CompareRules(&r, is) == 0 }
		k, at := slices.IndexFunc(before, same), slices.IndexFunc(g.Rules, same)
		if k < 0 || at < 0 {
			continue
		}
		was, now := &before[k], g.Rules[at]
		if was.Description != is.Description && (is.Description != "" || !a.describesLater()) {
			now.Description = is.Description
		}
		if _, pending := a.after.pending("tags_all"); !pending && !slices.Equal(was.Tags, is.Tags) {
			now.Tags = is.Tags
		}
		g.Rules = slices.Clone(g.Rules)
		g.Rules[at] = now
	}
}

// describesLater reports whether a description of a rule is known after apply only.
func (a *action) describesLater() bool {
	described := func(x any) bool {
		_, pending := x.(later)
		return pending
	}
	for _, key := range []string{"ingress", "egress"} {
		blocks, _ := a.After[key].([]any)
		for _, b := range blocks {
			if m, is := b.(map[string]any); is && described(m["description"]) {
				return true
			}
		}
	}
	return described(a.After["description"])
}

// refer fills what AWS adds to the reference to another group: the owner, and the
// peering where it belongs to another VPC.
func (a *action) refer(g *inventory.Group, ref *inventory.GroupRef) *inventory.GroupRef {
	full := *ref
	other := a.in.group(ref.ID)
	if other == nil {
		if ref.Account == "" || ref.Account == a.in.AccountID {
			a.unread(ref.ID, "groups")
		}
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
