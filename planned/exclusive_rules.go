package planned

import (
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// madeRule is a rule with the address of the resource of the plan that it is of.
type madeRule struct {
	rule    inventory.Rule
	address string
}

// exclusiveRules is aws_vpc_security_group_rules_exclusive: the provider revokes the rules of
// a group that are not in its lists. It comes after the resources of single rules.
func (a *action) exclusiveRules(pass int) {
	if pass != passAllow || !a.staying() {
		return
	}
	g := a.groupRead(a.after.id("security_group_id", "sg-"))
	if g == nil {
		return
	}
	for _, side := range []struct {
		key       string
		direction inventory.Direction
	}{{"ingress_rule_ids", inventory.Ingress}, {"egress_rule_ids", inventory.Egress}} {
		ids, known := a.after.ruleIDs(side.key)
		if !known {
			a.unknown(side.key, "it is known after apply which rules of %s stay", g.Named())
			continue
		}
		unread := false
		g.Rules = without(g.Rules, func(r *inventory.Rule) bool {
			if r.Direction != side.direction {
				return false
			}
			of := slices.Clone(r.IDs)
			for _, m := range a.in.made[g.ID] {
				if inventory.CompareRules(&m.rule, r) == 0 {
					of = append(of, m.address)
				}
			}
			unread = unread || len(of) == 0
			return len(of) > 0 && !slices.ContainsFunc(of, func(id string) bool { return slices.Contains(ids, id) })
		})
		if unread {
			a.unknown(side.key, "the ids of some rules of %s were not read: whether these rules stay is not known", g.Named())
		}
	}
}

// ruleIDs returns a list of ids of rules, or of addresses of what the plan creates, and
// whether all of them are known.
func (v values) ruleIDs(key string) (ids []string, known bool) {
	if x, pending := v.pending(key); pending {
		return x.of, !x.open && !x.choice && len(x.of) > 0
	}
	items, known := v.list(key)
	for _, item := range items {
		switch x := item.(type) {
		case string:
			ids = append(ids, x)
		case later:
			ids, known = append(ids, x.of...), known && !x.open && len(x.of) == 1
		}
	}
	return ids, known
}
