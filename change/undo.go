package change

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// Undo returns, for each of the steps, what undoes it once all of them
// were carried out, in order; nil where nothing does or there is nothing to
// undo. Deletions are undone from the last to the first, and every
// other step either before all of them or after all of them: see Backwards.
// Rules and groups get new ids by it.
//
// A group that is created again goes by a name that is made of its old id. A
// rule that references a group which the steps delete references the group
// that is created again: a rule of a deleted group comes back with the later
// of both groups. Each list begins with a Find of every group that it names
// and does not create.
func Undo(steps []Step) [][]Step {
	u := look(steps)
	undo := make([][]Step, len(steps))
	restored := map[string]bool{} // by old id
	for i := len(steps) - 1; i >= 0; i-- {
		if s := &steps[i]; s.Verb == Delete && s.Details != nil {
			restored[s.Group] = true
			undo[i] = u.restore(s, restored)
		} else {
			undo[i] = u.undo(s)
		}
		undo[i] = append(u.finds(undo[i]), undo[i]...)
	}
	return undo
}

// Backwards returns the items with an undo in the order in which they are
// undone: from the last to the first, but groups that were deleted are created
// again after everything else was undone, and what references them is undone at
// the end. What is in use has its rules back even where a group cannot be
// created.
func Backwards(items []Item) []*Item {
	again := map[string]bool{}
	for i := range items {
		for k := range items[i].Undo {
			if s := &items[i].Undo[k]; s.Verb == Create {
				again[s.Group] = true
			}
		}
	}
	var list []*Item
	phase := func(i *Item) int {
		switch {
		case i.Step.Verb == Delete:
			return 1
		case slices.ContainsFunc(i.Undo, func(s Step) bool { return s.Verb == Find && again[s.Group] }):
			return 2
		}
		return 0
	}
	for i := range items {
		if len(items[i].Undo) > 0 {
			list = append(list, &items[i])
		}
	}
	slices.Reverse(list)
	slices.SortStableFunc(list, func(a, b *Item) int { return cmp.Compare(phase(a), phase(b)) })
	return list
}

// undoing is what the steps that are undone know of each other.
type undoing struct {
	made    map[string]*Step   // the Create of each group without an id, by the name that it goes by
	deletes map[string]bool    // the groups that are deleted, by id
	again   map[string]string  // the names of those that are created again, by old id
	naming  map[string][]*Step // the deletions of groups with rules that reference another one, by its id; the last one first
}

func look(steps []Step) *undoing {
	u := &undoing{made: map[string]*Step{}, deletes: map[string]bool{}, again: map[string]string{}, naming: map[string][]*Step{}}
	for i := range steps {
		if steps[i].Verb == Create {
			u.made[steps[i].Group] = &steps[i]
		}
	}
	for i := len(steps) - 1; i >= 0; i-- {
		s := &steps[i]
		if s.Verb != Delete {
			continue
		}
		u.deletes[s.Group] = true
		if s.Details == nil {
			continue
		}
		create := s.createAgain(u.nameFor(s.Group))
		u.again[s.Group] = create.Group
		u.made[create.Group] = &create
		for k := range s.Details.Rules {
			id := referenced(&s.Details.Rules[k])
			if list := u.naming[id]; id != s.Group && (len(list) == 0 || list[len(list)-1] != s) {
				u.naming[id] = append(list, s)
			}
		}
	}
	return u
}

// nameFor returns a name for a group that is created again.
func (u *undoing) nameFor(id string) string {
	plain := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' {
			return c
		}
		return '_'
	}, strings.ToLower(strings.TrimPrefix(id, "sg-")))
	name := "$group_" + plain[:min(len(plain), 40)]
	for u.made[name] != nil {
		name += "_2"
	}
	return name
}

// finds returns a Find for each group that the steps name and do not create.
func (u *undoing) finds(steps []Step) []Step {
	created, found := map[string]bool{}, map[string]bool{}
	for i := range steps {
		if steps[i].Verb == Create {
			created[steps[i].Group] = true
		}
	}
	var list []Step
	for i := range steps {
		for _, name := range steps[i].names() {
			if made := u.made[name]; made != nil && !created[name] && !found[name] {
				find := *made
				find.Verb = Find
				list = append(list, find)
				found[name] = true
			}
		}
	}
	return list
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

func (u *undoing) undo(s *Step) []Step {
	back := Step{Account: s.Account, Region: s.Region, Group: s.Group, Direction: s.Direction, Rules: s.Rules}
	switch {
	case s.Irreversible || u.deletes[s.Group]:
		return nil // the undo of the deletion brings the group back as it was
	case s.Verb == Create:
		return []Step{{Verb: Delete, Account: s.Account, Region: s.Region, Group: s.Group}}
	case s.Verb == SetGroups && len(s.Before) > 0:
		return []Step{{Verb: SetGroups, Account: s.Account, Region: s.Region, Interface: s.Interface, Groups: s.Before, Before: s.Groups}}
	case s.Verb == Authorize:
		back.Verb = Revoke
		return []Step{back}
	case s.Verb == Revoke && len(s.Rules) > 0:
		back.Verb = Authorize
		var rules []inventory.Rule
		for _, r := range s.Rules {
			if id := referenced(&r); u.again[id] != "" {
				rules = append(rules, referencing(r, u.again[id]))
			} else if !u.deletes[id] {
				rules = append(rules, r)
			}
		}
		return grouped(back, rules)
	}
	return nil
}

// createAgain returns the step that creates the deleted group anew.
func (s *Step) createAgain(name string) Step {
	made := &inventory.Group{Name: cmp.Or(s.Details.Name, s.Group), VPC: s.Details.VPC, Tags: s.Details.Tags}
	made.Description = cmp.Or(s.Details.Description, made.Name)
	return Step{Verb: Create, Account: s.Account, Region: s.Region, Group: name, Details: made}
}

// restore creates the deleted group anew, with its rules. Rules between it and
// other deleted groups are among them where the others are restored already.
func (u *undoing) restore(s *Step, restored map[string]bool) []Step {
	name := u.again[s.Group]
	steps := []Step{*u.made[name]}
	given := Outward(s.IPv6)
	var revoke, allow []inventory.Rule
	for i := range given {
		if !slices.ContainsFunc(s.Details.Rules, func(r inventory.Rule) bool { return isGiven(&r, given[i:i+1]) }) {
			revoke = append(revoke, given[i])
		}
	}
	for _, r := range s.Details.Rules {
		switch id := referenced(&r); {
		case isGiven(&r, given):
		case restored[id]:
			allow = append(allow, referencing(r, u.again[id]))
		case !u.deletes[id]:
			allow = append(allow, r)
		}
	}
	like := Step{Verb: Revoke, Account: s.Account, Region: s.Region, Group: name}
	steps = append(steps, grouped(like, revoke)...)
	like.Verb = Authorize
	steps = append(steps, grouped(like, allow)...)
	for _, other := range u.naming[s.Group] {
		if !restored[other.Group] {
			break
		}
		var naming []inventory.Rule
		for _, r := range other.Details.Rules {
			if referenced(&r) == s.Group {
				naming = append(naming, referencing(r, name))
			}
		}
		steps = append(steps, grouped(Step{Verb: Authorize, Account: other.Account, Region: other.Region, Group: u.again[other.Group]}, naming)...)
	}
	return steps
}

// isGiven reports whether a rule is one of those that AWS gives to a group, which
// have no description and no tags.
func isGiven(r *inventory.Rule, given []inventory.Rule) bool {
	return r.Description == "" && len(r.Tags) == 0 && holds(given, r)
}

// referenced returns the id of the group that a rule references, or nothing.
func referenced(r *inventory.Rule) string {
	if r.Peer.Group == nil {
		return ""
	}
	return r.Peer.Group.ID
}

// referencing returns the rule with a reference to the group that goes by a name.
func referencing(r inventory.Rule, name string) inventory.Rule {
	r.Peer.Group = &inventory.GroupRef{ID: name}
	return r
}

// holds reports whether a list has a rule of the same direction, traffic and
// source.
func holds(list []inventory.Rule, r *inventory.Rule) bool {
	return slices.ContainsFunc(list, func(o inventory.Rule) bool { return inventory.CompareRules(&o, r) == 0 })
}
