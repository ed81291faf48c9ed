package planned

import (
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// sources are the attributes of a rule that say which traffic it is about: from where, or
// to where.
var sources = []string{
	"cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id",
	"cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups", "source_security_group_id", "self",
}

// mayStay returns those rules in a group before that may be among the ones which are known
// after apply only. They stay in the copy: whether they go is not known.
func (a *action) mayStay(before []inventory.Rule) (stay []inventory.Rule) {
	for key, direction := range map[string]inventory.Direction{"ingress": inventory.Ingress, "egress": inventory.Egress} {
		theirs := slices.DeleteFunc(slices.Clone(before), func(r inventory.Rule) bool { return r.Direction != direction })
		if x, pending := a.after.pending(key); pending && !x.computed {
			stay = append(stay, theirs...)
			continue
		}
		blocks, known := a.after.blocks(key)
		if !known { // whole blocks are not known
			stay = append(stay, theirs...)
		}
		for _, b := range blocks {
			stay = append(stay, b.mayBe(theirs, "protocol")...)
		}
	}
	return stay
}

// mayBe returns those of some rules that a rule of which something is known after apply
// only may turn out to be: with the same traffic, as far as that is known.
func (v values) mayBe(rules []inventory.Rule, protocol string) (may []inventory.Rule) {
	ends := []string{protocol, "from_port", "to_port"}
	unsure := func(key string) bool { return undetermined(v.all[key]) }
	if slices.ContainsFunc(ends, unsure) {
		return rules
	}
	if !slices.ContainsFunc(sources, unsure) {
		return nil
	}
	traffic, ok := v.traffic(protocol, "from_port", "to_port")
	for _, r := range rules {
		if ok && r.Traffic == traffic {
			may = append(may, r)
		}
	}
	return may
}

// undetermined reports whether something in a value is known after apply only, and not
// found by its references.
func undetermined(value any) bool {
	switch x := value.(type) {
	case later:
		return !x.computed && (x.open || len(x.of) != 1)
	case []any:
		return slices.ContainsFunc(x, undetermined)
	}
	return false
}
