package change

import (
	"cmp"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// Undo returns, for each of the steps, what takes it back once all of them
// were carried out, in order; nil where nothing does or there is nothing to
// take back. Steps are taken back from the last to the first. Rules and groups
// get new ids by it. Each list stands alone: where it names a group that one
// of the steps creates, it begins with a Find of that group.
func Undo(steps []Step) [][]Step {
	created := map[string]*Step{}
	for i := range steps {
		if steps[i].Verb == Create {
			created[steps[i].Group] = &steps[i]
		}
	}
	undo := make([][]Step, len(steps))
	for i := range steps {
		back := steps[i].undo()
		var found []Step
		for k := range back {
			for _, name := range back[k].names() {
				made := created[name]
				if made == nil || slices.ContainsFunc(found, func(f Step) bool { return f.Group == name }) {
					continue
				}
				find := *made
				find.Verb = Find
				found = append(found, find)
			}
		}
		undo[i] = append(found, back...)
	}
	return undo
}

// names are the groups that the step names and that have no id yet.
func (s *Step) names() []string {
	all := append([]string{s.Group}, s.Groups...)
	for i := range s.Rules {
		if ref := s.Rules[i].Peer.Group; ref != nil {
			all = append(all, ref.ID)
		}
	}
	return slices.DeleteFunc(all, func(id string) bool { return !IsNew(id) })
}

func (s *Step) undo() []Step {
	back := Step{Account: s.Account, Region: s.Region, Group: s.Group, Direction: s.Direction, Rules: s.Rules}
	switch {
	case s.Irreversible:
		return nil
	case s.Verb == Create:
		return []Step{{Verb: Delete, Account: s.Account, Region: s.Region, Group: s.Group}}
	case s.Verb == SetGroups && len(s.Before) > 0:
		return []Step{{Verb: SetGroups, Account: s.Account, Region: s.Region, Interface: s.Interface, Groups: s.Before, Before: s.Groups}}
	case s.Verb == Authorize:
		back.Verb = Revoke
		return []Step{back}
	case s.Verb == Revoke && len(s.Rules) > 0:
		back.Verb = Authorize
		return grouped(back, s.Rules)
	case s.Verb == Delete && s.Details != nil:
		return s.restore()
	}
	return nil
}

// restore creates the deleted group anew, with its rules.
func (s *Step) restore() []Step {
	const name = "$group"
	g := *s.Details
	made := &inventory.Group{Name: cmp.Or(g.Name, s.Group), VPC: g.VPC, Tags: g.Tags}
	made.Description = cmp.Or(g.Description, made.Name)
	steps := []Step{{Verb: Create, Account: s.Account, Region: s.Region, Group: name, Details: made}}
	given := Outward(s.IPv6)
	var revoke, allow []inventory.Rule
	for i := range given {
		if !holds(g.Rules, &given[i]) {
			revoke = append(revoke, given[i])
		}
	}
	for _, r := range g.Rules {
		if holds(given, &r) {
			continue
		}
		if ref := r.Peer.Group; ref != nil && ref.ID == s.Group {
			r.Peer.Group = &inventory.GroupRef{ID: name}
		}
		allow = append(allow, r)
	}
	like := Step{Verb: Revoke, Account: s.Account, Region: s.Region, Group: name}
	steps = append(steps, grouped(like, revoke)...)
	like.Verb = Authorize
	return append(steps, grouped(like, allow)...)
}

// holds reports whether a list has a rule of the same direction, traffic and
// source.
func holds(list []inventory.Rule, r *inventory.Rule) bool {
	return slices.ContainsFunc(list, func(o inventory.Rule) bool { return inventory.CompareRules(&o, r) == 0 })
}
