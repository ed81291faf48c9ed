package remedy_test

import (
	"errors"
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/inventory"
)

// plainApply is remedy.Apply in its plainest form: it looks for everything in
// the lists themselves, each time anew.
func plainApply(inv *inventory.Inventory, lines []change.Line) (*inventory.Inventory, error) {
	after := *inv
	after.Regions = slices.Clone(inv.Regions)
	copied := map[*inventory.Region]bool{}
	var errs []error
	for _, l := range lines {
		at, g := plainLocate(after.Regions, &l.Step)
		if g < 0 {
			errs = append(errs, fmt.Errorf("line %d: %s is not among the groups that were read%s", l.Number, l.Step.Group, plainIn(l.Step.Region)))
			continue
		}
		if r := after.Regions[at]; !copied[r] {
			clone := *r
			clone.Groups = slices.Clone(r.Groups)
			after.Regions[at] = &clone
			copied[&clone] = true
		}
		if err := plainStep(after.Regions[at], g, &l.Step); err != nil {
			errs = append(errs, fmt.Errorf("line %d: %w", l.Number, err))
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	after.Normalize()
	return &after, nil
}

func plainIn(name string) string {
	if name == "" {
		return ""
	}
	return " in " + name
}

// plainLocate finds the group of a step; ids are unique across regions.
func plainLocate(regions []*inventory.Region, s *change.Step) (region, group int) {
	for i, r := range regions {
		if s.Region != "" && s.Region != r.Name {
			continue
		}
		if g := slices.IndexFunc(r.Groups, func(g inventory.Group) bool { return g.ID == s.Group }); g >= 0 {
			return i, g
		}
	}
	return 0, -1
}

func plainStep(r *inventory.Region, at int, s *change.Step) error {
	g := &r.Groups[at]
	switch s.Verb {
	case change.Delete:
		if by := plainKeptBy(r, g); by != "" {
			return fmt.Errorf("%s cannot be deleted: %s", g.ID, by)
		}
		r.Groups = slices.Delete(r.Groups, at, at+1)
	case change.Authorize:
		rules := slices.Clone(g.Rules)
		for _, rule := range s.Rules {
			rule.IDs, rule.Tags = nil, slices.Clone(rule.Tags) // which Normalize sorts where they are
			if slices.ContainsFunc(rules, func(o inventory.Rule) bool { return o.String() == rule.String() }) {
				return fmt.Errorf("%s has the rule %q already", g.ID, rule.String())
			}
			if ref := rule.Peer.Group; ref != nil {
				full := *ref
				i := slices.IndexFunc(r.Groups, func(o inventory.Group) bool { return o.ID == full.ID })
				if i < 0 && (full.Account == "" || full.Account == r.AccountID) {
					return fmt.Errorf("%s cannot allow %q: %s is not among the groups of the account that were read", g.ID, rule.String(), full.ID)
				}
				if i >= 0 {
					plainRefer(r, g, &r.Groups[i], &full)
				}
				rule.Peer.Group = &full
			}
			rules = append(rules, rule)
		}
		g.Rules = rules
	case change.Revoke:
		kept := slices.Clone(g.Rules)
		for _, id := range s.IDs {
			i := slices.IndexFunc(kept, func(o inventory.Rule) bool { return o.Direction == s.Direction && slices.Contains(o.IDs, id) })
			if i < 0 {
				return fmt.Errorf("%s has no %s rule with the id %s", g.ID, s.Direction, id)
			}
			if kept[i].IDs = slices.DeleteFunc(slices.Clone(kept[i].IDs), func(o string) bool { return o == id }); len(kept[i].IDs) == 0 {
				kept = slices.Delete(kept, i, i+1)
			}
		}
		if len(s.IDs) == 0 {
			for _, rule := range s.Rules {
				i := slices.IndexFunc(kept, func(o inventory.Rule) bool { return o.String() == rule.String() })
				if i < 0 {
					return fmt.Errorf("%s has no rule %q", g.ID, rule.String())
				}
				kept = slices.Delete(kept, i, i+1)
			}
		}
		g.Rules = kept
	}
	return nil
}

// plainRefer fills what AWS adds to a group's reference to another one: the owner,
// and the peering where the other belongs to another VPC.
func plainRefer(r *inventory.Region, g, other *inventory.Group, ref *inventory.GroupRef) {
	if ref.Account == "" {
		ref.Account = other.Owner
	}
	if other.VPC == g.VPC {
		return
	}
	for _, p := range r.Peerings {
		if far := p.Far(g.VPC); far != nil && far.VPC == other.VPC && p.Status == "active" {
			ref.VPC, ref.Peering, ref.Status = other.VPC, p.ID, p.Status
		}
	}
}

// plainKeptBy says what keeps EC2 from deleting a group, or nothing.
func plainKeptBy(r *inventory.Region, g *inventory.Group) string {
	if g.Default() {
		return "it is a default group"
	}
	for i := range r.Interfaces {
		if r.Interfaces[i].HasGroup(g.ID) {
			return "it is attached to " + r.Interfaces[i].ID
		}
	}
	for i := range r.Groups {
		for k := range r.Groups[i].Rules {
			if ref := r.Groups[i].Rules[k].Peer.Group; ref != nil && ref.ID == g.ID && r.Groups[i].ID != g.ID {
				return r.Groups[i].ID + " references it in " + r.Groups[i].Rules[k].String()
			}
		}
	}
	return ""
}
