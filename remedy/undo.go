package remedy

import (
	"slices"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/inventory"
)

// undo gives each entry of a list what undoes it.
func undo(list []*Entry) {
	steps := make([]change.Step, len(list))
	for i, e := range list {
		steps[i] = e.Step
	}
	for i, back := range change.Undo(steps) {
		list[i].Undo = back
	}
}

// isStale reports whether AWS says of a rule that the group which it references
// or the peering connection to that group is gone. AWS does not allow such a rule
// again (VPC peering guide, "Work with stale security group rules").
func isStale(r *inventory.Region, g *inventory.Group, rule *inventory.Rule) bool {
	ref := rule.Peer.Group
	if ref == nil {
		return false
	}
	return ref.Status != "" && ref.Status != "active" || slices.ContainsFunc(r.Stale, func(s inventory.StaleReference) bool {
		return s.Group == g.ID && s.Direction == rule.Direction && s.Traffic == rule.Traffic && s.Peer.ID == ref.ID
	})
}

// revokeRules returns the steps that revoke rules of a group. Stale rules have
// steps of their own, which have no undo.
func revokeRules(r *inventory.Region, g *inventory.Group, rules []inventory.Rule) []change.Step {
	var stale, others []inventory.Rule
	for i := range rules {
		if isStale(r, g, &rules[i]) {
			stale = append(stale, rules[i])
		} else {
			others = append(others, rules[i])
		}
	}
	steps := change.RevokeRules(r.AccountID, r.Name, g, others)
	for _, s := range change.RevokeRules(r.AccountID, r.Name, g, stale) {
		s.Irreversible = true
		steps = append(steps, s)
	}
	return steps
}

// restorable returns a group as it can be created again: without stale rules.
func restorable(r *inventory.Region, g *inventory.Group) *inventory.Group {
	if !slices.ContainsFunc(g.Rules, func(rule inventory.Rule) bool { return isStale(r, g, &rule) }) {
		return g
	}
	was := *g
	was.Rules = slices.DeleteFunc(slices.Clone(g.Rules), func(rule inventory.Rule) bool { return isStale(r, g, &rule) })
	return &was
}
