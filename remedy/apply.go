package remedy

import (
	"errors"
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/inventory"
)

// Apply returns the inventory as it is once the steps were carried out in
// their order, with the errors that EC2 would answer with. The inventory is a
// normalised one, as every reader leaves it. What no step touches is shared
// with it, and it stays as it is.
//
// The time is that of one look at the lines and the inventory: each line then
// costs what the rules of its group do, of which AWS allows a thousand.
func Apply(inv *inventory.Inventory, lines []change.Line) (*inventory.Inventory, error) {
	e := newWorkingCopy(inv, lines)
	var errs []error
	for i := range lines {
		l := &lines[i]
		switch l.Step.Verb {
		case change.Create:
			if err := e.create(&l.Step); err != nil {
				errs = append(errs, &LineError{l.Number, err})
			}
			continue
		case change.SetGroups:
			if err := e.setGroups(&l.Step); err != nil {
				errs = append(errs, &LineError{l.Number, err})
			}
			continue
		case change.Find:
			if err := e.find(&l.Step); err != nil {
				errs = append(errs, &LineError{l.Number, err})
			}
			continue
		}
		t := e.locate(&l.Step)
		if t == nil {
			errs = append(errs, &LineError{l.Number, fmt.Errorf("%s is not among the groups that were read%s", l.Step.Group, where(&l.Step))})
			continue
		}
		t.in.own()
		if err := e.apply(t, &l.Step); err != nil {
			errs = append(errs, &LineError{l.Number, err})
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	after := *inv
	after.Regions = slices.Clone(inv.Regions)
	e.finish(after.Regions)
	return &after, nil
}

// LineError says which line EC2 would refuse, and why.
type LineError struct {
	Number int // of the line
	Err    error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Number, e.Err) }

func (e *LineError) Unwrap() error { return e.Err }

// where says which region and account a step is for, as far as it does.
func where(s *change.Step) string {
	text := ""
	if s.Region != "" {
		text = " in " + s.Region
	}
	if s.Account != "" {
		text += " of account " + s.Account
	}
	return text
}

func (e *workingCopy) apply(t *target, s *change.Step) error {
	g := t.group()
	switch s.Verb {
	case change.Delete:
		if by := t.keptBy(); by != "" {
			return fmt.Errorf("%s cannot be deleted: %s", g.ID, by)
		}
		e.remove(t)
	case change.Authorize:
		return e.authorize(t, s)
	case change.Revoke:
		return e.revoke(t, s)
	case change.LookUp:
	default:
		return fmt.Errorf("sgaudit cannot try the step %q on a copy of the inventory", s.Verb)
	}
	return nil
}

func (e *workingCopy) authorize(t *target, s *change.Step) error {
	g := t.group()
	rules := slices.Clone(g.Rules)
	for _, rule := range s.Rules {
		if ruleIndex(rules, &rule) >= 0 {
			return fmt.Errorf("%s has the rule %q already", g.ID, &rule)
		}
		rule.IDs, rule.Tags = nil, slices.Clone(rule.Tags)
		if ref := rule.Peer.Group; ref != nil {
			full := *ref
			switch other := e.target(t.in, full.ID); {
			case other != nil:
				t.in.peered().refer(g, other.group(), &full)
			case full.Account == "" || full.Account == t.in.AccountID:
				return fmt.Errorf("%s cannot allow %q: %s is not among the groups of the account that were read", g.ID, &rule, full.ID)
			}
			rule.Peer.Group = &full
		}
		rules = append(rules, rule)
	}
	e.change(t, rules)
	return nil
}

// revoke removes rules by their ids, or where a step has none as they are
// written.
func (e *workingCopy) revoke(t *target, s *change.Step) error {
	g := t.group()
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
		for k := range s.Rules {
			i := ruleIndex(kept, &s.Rules[k])
			if i < 0 {
				return fmt.Errorf("%s has no rule %q", g.ID, &s.Rules[k])
			}
			kept = slices.Delete(kept, i, i+1)
		}
	}
	e.change(t, kept)
	return nil
}

// ruleIndex returns where a list has the same rule, or -1.
func ruleIndex(rules []inventory.Rule, rule *inventory.Rule) int {
	for i := range rules {
		if inventory.CompareRules(&rules[i], rule) == 0 {
			return i
		}
	}
	return -1
}

// peerings are the active peerings of a region by both VPCs, in either order,
// the last where two VPCs have several.
type peerings map[[2]string]*inventory.Peering

func peeringsOf(r *inventory.Region) peerings {
	all := peerings{}
	for i := range r.Peerings {
		if p := &r.Peerings[i]; p.Status == "active" {
			all[[2]string{p.Requester.VPC, p.Accepter.VPC}] = p
			all[[2]string{p.Accepter.VPC, p.Requester.VPC}] = p
		}
	}
	return all
}

// refer fills what AWS adds to a group's reference to another one: the owner,
// and the peering where the other belongs to another VPC.
func (p peerings) refer(g, other *inventory.Group, ref *inventory.GroupRef) {
	if ref.Account == "" {
		ref.Account = other.Owner
	}
	if other.VPC == g.VPC {
		return
	}
	if p := p[[2]string{g.VPC, other.VPC}]; p != nil {
		ref.VPC, ref.Peering, ref.Status = other.VPC, p.ID, p.Status
	}
}

// keptBy says what keeps EC2 from deleting a group, or nothing.
func (t *target) keptBy() string {
	g := t.group()
	if g.Default() {
		return "it is a default group"
	}
	if t.carrier != nil {
		return "it is attached to " + t.carrier.ID
	}
	by := t.namer()
	if by == nil {
		return ""
	}
	names := func(r inventory.Rule) bool { return r.Peer.Group != nil && r.Peer.Group.ID == g.ID }
	return by.ID + " references it in " + by.Rules[slices.IndexFunc(by.Rules, names)].String()
}
