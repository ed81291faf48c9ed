package remedy

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// refused leaves out what AWS would refuse.
func (w *whole) refused(p *Plan, err error) error {
	var refusals interface{ Unwrap() []error }
	dropped := false
	if errors.As(err, &refusals) {
		for _, one := range refusals.Unwrap() {
			var line *LineError
			if errors.As(one, &line) && line.Number > 0 && line.Number <= len(p.Entries) {
				dropped = w.drop(p.Entries[line.Number-1:line.Number], "AWS would refuse it: "+line.Err.Error()) || dropped
			}
		}
	}
	if !dropped {
		return fmt.Errorf("carrying out the plan on a copy: %w", err)
	}
	return nil
}

// permissions leaves out what takes a permission away that no finding
// complains of. A range that gives way to groups is judged by the pairs of
// interfaces instead.
func (w *whole) permissions(p *Plan, before, after *inventory.Inventory) (dropped bool) {
	for i, r := range before.Regions {
		if r == after.Regions[i] {
			continue
		}
		eachPair(r.Groups, after.Regions[i].Groups, func(was, is *inventory.Group) {
			if same(was.Rules, is.Rules) {
				return
			}
			stays := make([]*inventory.Rule, len(is.Rules))
			for k := range is.Rules {
				stays[k] = &is.Rules[k]
			}
			for k := range was.Rules {
				rule := &was.Rules[k]
				if len(reach.Covering(rule, besides(stays, rule))) > 0 {
					continue
				}
				by, replaced := p.takenBy(r, was.ID, rule)
				if replaced {
					continue
				}
				dropped = w.drop(by, fmt.Sprintf("%s would lose %q, which no finding is about", was.ID, rule)) || dropped
			}
		})
	}
	return dropped
}

// replacing returns the findings of an entry that let groups take the place
// of a range.
func replacing(e *Entry) (list []*findings.Finding) {
	for _, f := range e.Findings {
		if f.Fix.Keeps && len(f.Fix.Proof) > 0 {
			list = append(list, f)
		}
	}
	return list
}

// takenBy returns the entries that take a rule away, which are all entries of
// its group where none revokes it, and whether groups take its place in all of
// them.
func (p *Plan) takenBy(r *inventory.Region, group string, rule *inventory.Rule) (by []*Entry, replaced bool) {
	if by = p.taking(r, group, rule); len(by) == 0 {
		return p.entriesOf(r, group), false
	}
	return by, !slices.ContainsFunc(by, func(e *Entry) bool { return len(replacing(e)) == 0 })
}

// taking returns the entries that revoke a rule of a group.
func (p *Plan) taking(r *inventory.Region, group string, rule *inventory.Rule) []*Entry {
	return slices.DeleteFunc(slices.Clone(p.entriesOf(r, group)), func(e *Entry) bool {
		return e.Step.Verb != change.Revoke || !slices.ContainsFunc(rule.IDs, func(id string) bool { return slices.Contains(e.Step.IDs, id) })
	})
}

// entriesOf returns the entries that change a group. The list is shared.
func (p *Plan) entriesOf(r *inventory.Region, group string) []*Entry {
	if p.byGroup == nil {
		p.byGroup = map[string][]*Entry{}
		for _, e := range p.Entries {
			if e.Step.Verb != change.LookUp {
				p.byGroup[e.place()] = append(p.byGroup[e.place()], e)
			}
		}
	}
	return p.byGroup[r.AccountID+" "+r.Name+" "+group+" "]
}

// pairs leaves out what keeps interfaces from talking, where no finding
// complains that they do. It reports whether all pairs were compared.
func (w *whole) pairs(p *Plan, before, after *inventory.Inventory) (dropped, all bool) {
	access := lostAccess(before, after, w.concerned(before, after), MaxPairs)
	for _, lost := range access.Lost {
		i := slices.IndexFunc(before.Regions, func(r *inventory.Region) bool { return r.AccountID == lost.AccountID && r.Name == lost.Region })
		r := before.Regions[i]
		index := inventory.NewIndex(r)
		var by []*Entry
		for _, end := range []string{lost.From, lost.To} {
			for _, id := range index.Interface(end).Groups {
				by = append(by, slices.DeleteFunc(slices.Clone(p.entriesOf(r, id)), func(e *Entry) bool {
					return !slices.ContainsFunc(e.Findings, func(f *findings.Finding) bool { return f.Fix.Keeps })
				})...)
			}
		}
		dropped = w.drop(by, fmt.Sprintf("%s could not connect to %s on %s any more, and no finding is about that access", lost.From, lost.To, lost.Traffic)) || dropped
	}
	return dropped, !access.Cut && !w.cut
}

// concerned returns the interfaces, by id, for which a plan differs from the
// one that was proven last, or nil where there is none. What becomes of a pair
// depends on the groups of its two interfaces, and not on anything else that
// a plan changes: all other pairs were compared.
func (w *whole) concerned(before, after *inventory.Inventory) map[string]bool {
	if w.before == nil {
		return nil
	}
	found := map[string]bool{}
	for i, is := range after.Regions {
		was := w.after.Regions[i]
		changed := different(was.Groups, is.Groups)
		maps.Copy(changed, different(w.before.Regions[i].Groups, before.Regions[i].Groups))
		if len(changed) == 0 && is == was {
			continue
		}
		for k := range is.Interfaces {
			e := &is.Interfaces[k]
			if !slices.Equal(e.Groups, was.Interfaces[k].Groups) || slices.ContainsFunc(e.Groups, func(id string) bool { return changed[id] }) {
				found[e.ID] = true
			}
		}
	}
	return found
}

// different returns the ids of the groups that two lists do not both hold with
// the same rules.
func different(before, after []inventory.Group) map[string]bool {
	ids := map[string]bool{}
	for _, list := range [][]inventory.Group{before, after} {
		for i := range list {
			ids[list[i].ID] = true
		}
	}
	eachPair(before, after, func(was, is *inventory.Group) {
		if slices.EqualFunc(was.Rules, is.Rules, func(a, b inventory.Rule) bool { return inventory.CompareRules(&a, &b) == 0 }) {
			delete(ids, was.ID)
		}
	})
	return ids
}

// eachPair calls f for the groups that two sorted lists both hold.
func eachPair(before, after []inventory.Group, f func(was, is *inventory.Group)) {
	for i, k := 0, 0; i < len(before) && k < len(after); {
		switch c := cmp.Compare(before[i].ID, after[k].ID); {
		case c < 0:
			i++
		case c > 0:
			k++
		default:
			f(&before[i], &after[k])
			i, k = i+1, k+1
		}
	}
}
