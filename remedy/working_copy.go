package remedy

import (
	"cmp"
	"slices"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/inventory"
)

// workingCopy is an inventory that steps change, with an index of the groups that
// lines name. Its regions are those of the inventory until a line concerns
// them, and places in their lists of groups stay the same until finish.
type workingCopy struct {
	regions []*regionCopy
	groups  map[string][]*target // by id, in the order of the regions
	leaves  map[string]bool      // whether a line deletes the group, by the ids that lines name
}

// regionCopy is one region as it is now.
type regionCopy struct {
	*inventory.Region
	copied   bool
	made     bool         // a group was created: the groups are not in their order
	moved    bool         // the list of interfaces is a copy
	deleted  map[int]bool // by place
	peerings peerings     // nil until they are asked for
}

// target is a group that lines name. What keeps it is known where a line
// deletes it, and nowhere else.
type target struct {
	in      *regionCopy
	place   int
	changed bool
	leaves  bool                 // a line deletes it
	carrier *inventory.Interface // the first one to which it is attached
	namers  []namer              // other groups of the region, by place
}

// namer is a group that has, or had, rules that name the target.
type namer struct{ place, rules int }

func (t *target) group() *inventory.Group { return &t.in.Groups[t.place] }

func newWorkingCopy(inv *inventory.Inventory, lines []change.Line) *workingCopy {
	ids := map[string]bool{} // of the groups that lines name, and whether one deletes it
	for i := range lines {
		s := &lines[i].Step
		ids[s.Group] = ids[s.Group] || s.Verb == change.Delete
		for _, id := range s.Groups {
			if _, named := ids[id]; !named {
				ids[id] = false
			}
		}
		if s.Verb != change.Authorize {
			continue
		}
		for k := range s.Rules {
			if ref := s.Rules[k].Peer.Group; ref != nil && !ids[ref.ID] {
				ids[ref.ID] = false
			}
		}
	}
	e := &workingCopy{regions: make([]*regionCopy, len(inv.Regions)), groups: make(map[string][]*target, len(ids)), leaves: ids}
	for i := range inv.Regions {
		r := &regionCopy{Region: inv.Regions[i]}
		e.regions[i] = r
		deletions := false
		for place := range r.Groups {
			id := r.Groups[place].ID
			if leaves, named := ids[id]; named {
				e.groups[id] = append(e.groups[id], &target{in: r, place: place, leaves: leaves})
				deletions = deletions || leaves
			}
		}
		if deletions {
			e.holders(r)
		}
	}
	return e
}

// holders finds what keeps each group of a region that lines delete.
func (e *workingCopy) holders(r *regionCopy) {
	e.carriers(r)
	for place := range r.Groups {
		e.count(r, place, 1)
	}
}

// locate finds the group of a step, in the first account and region that has
// it where the step says none: accounts that share a group both see it.
func (e *workingCopy) locate(s *change.Step) *target {
	for _, t := range e.groups[s.Group] {
		if t.in.takes(s) && !t.in.deleted[t.place] {
			return t
		}
	}
	return nil
}

// takes reports whether a step is for the account and the region.
func (r *regionCopy) takes(s *change.Step) bool {
	return (s.Region == "" || s.Region == r.Name) && (s.Account == "" || r.AccountID == "" || s.Account == r.AccountID)
}

// target returns the group of a region that lines name, or nil.
func (e *workingCopy) target(r *regionCopy, id string) *target {
	for _, t := range e.groups[id] {
		if t.in == r && !r.deleted[t.place] {
			return t
		}
	}
	return nil
}

// count adds the rules of a group, or takes them away, where they name
// another one that a line deletes.
func (e *workingCopy) count(r *regionCopy, place, sign int) {
	g := &r.Groups[place]
	for k := range g.Rules {
		ref := g.Rules[k].Peer.Group
		if ref == nil || ref.ID == g.ID {
			continue
		}
		if t := e.target(r, ref.ID); t != nil && t.leaves {
			i, found := slices.BinarySearchFunc(t.namers, place, func(n namer, place int) int { return cmp.Compare(n.place, place) })
			if !found {
				t.namers = slices.Insert(t.namers, i, namer{place: place})
			}
			t.namers[i].rules += sign
		}
	}
}

// namer returns the first group with a rule that names the target, or nil.
func (t *target) namer() *inventory.Group {
	for len(t.namers) > 0 && t.namers[0].rules == 0 {
		t.namers = t.namers[1:]
	}
	if len(t.namers) == 0 {
		return nil
	}
	return &t.in.Groups[t.namers[0].place]
}

// change gives a group other rules.
func (e *workingCopy) change(t *target, rules []inventory.Rule) {
	e.count(t.in, t.place, -1)
	t.group().Rules, t.changed = rules, true
	e.count(t.in, t.place, 1)
}

// remove deletes a group; its rules name nothing any more.
func (e *workingCopy) remove(t *target) {
	e.count(t.in, t.place, -1)
	if t.in.deleted == nil {
		t.in.deleted = map[int]bool{}
	}
	t.in.deleted[t.place] = true
}

// own makes the region and its list of groups a copy, so that steps may write
// to them. The rules of a group stay those of the inventory: steps give it
// others.
func (r *regionCopy) own() {
	if r.copied {
		return
	}
	of := *r.Region
	of.Groups = slices.Clone(r.Groups)
	r.Region, r.copied = &of, true
}

func (r *regionCopy) peered() peerings {
	if r.peerings == nil {
		r.peerings = peeringsOf(r.Region)
	}
	return r.peerings
}

// finish puts the regions into the list of an inventory: without the deleted
// groups, and with the changed ones normalised, as all others are already.
func (e *workingCopy) finish(list []*inventory.Region) {
	var one inventory.Region
	for _, targets := range e.groups {
		for _, t := range targets {
			if t.changed {
				one.Groups = t.in.Groups[t.place : t.place+1]
				one.Normalize()
			}
		}
	}
	for i, r := range e.regions {
		list[i] = r.Region
		if len(r.deleted) > 0 {
			kept := r.Groups[:0]
			for place := range r.Groups {
				if !r.deleted[place] {
					kept = append(kept, r.Groups[place])
				}
			}
			clear(r.Groups[len(kept):])
			r.Groups = kept
		}
		if r.made {
			slices.SortStableFunc(r.Groups, func(a, b inventory.Group) int { return cmp.Compare(a.ID, b.ID) })
		}
	}
}
