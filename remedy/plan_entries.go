package remedy

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// merger keeps each change once.
type merger struct {
	by    map[string]*Entry // by what is changed
	names map[string]string // of groups and interfaces, by id
	all   []*Entry
}

func (m *merger) add(f *findings.Finding, step *change.Step) {
	e := &Entry{Step: *step, Account: f.AccountID, Name: f.GroupName}
	switch {
	case step.Verb == change.Create && step.Details != nil:
		e.Name = step.Details.Name
	case step.Verb == change.SetGroups:
		e.Name = m.names[step.Interface]
	case step.Group != f.GroupID:
		e.Name = m.names[step.Group]
	}
	keys := keysOf(e)
	if other := m.by[keys[0]]; other != nil && step.Verb == change.SetGroups {
		other.Step.Groups = slices.Compact(slices.Sorted(slices.Values(slices.Concat(other.Step.Groups, step.Groups))))
		other.name(f)
		return
	}
	fresh := make([]bool, len(keys))
	count := 0
	for i, key := range keys {
		if other := m.by[key]; other != nil {
			other.name(f)
			continue
		}
		fresh[i] = true
		count++
		m.by[key] = e
	}
	if count == 0 {
		return
	}
	e.name(f)
	if count < len(keys) {
		e.only(fresh)
	}
	m.all = append(m.all, e)
}

// keysOf names what an entry changes: each rule that it allows, each id that
// it revokes, or all of it.
func keysOf(e *Entry) []string {
	s := &e.Step
	place := strings.Join([]string{e.Account, s.Region, s.Group, string(s.Verb)}, " ") + " "
	var keys []string
	switch {
	case s.Verb == change.Authorize:
		for i := range s.Rules {
			keys = append(keys, place+s.Rules[i].String())
		}
	case len(s.IDs) > 0:
		for _, id := range s.IDs {
			keys = append(keys, place+id)
		}
	case s.Verb == change.SetGroups:
		keys = []string{place + s.Interface}
	default:
		keys = []string{place + s.Command()}
	}
	return keys
}

// name adds a finding to those that an entry is for.
func (e *Entry) name(f *findings.Finding) {
	if !slices.Contains(e.Findings, f) {
		e.Findings = append(e.Findings, f)
	}
}

// narrow leaves out what other entries allow in the same group, which two
// ranges may call for, one inside the other.
func narrow(entries []*Entry) []*Entry {
	groups := map[string][]*inventory.Rule{}
	for _, e := range entries {
		for i := range e.Step.Rules {
			if e.Step.Verb == change.Authorize {
				groups[e.place()] = append(groups[e.place()], &e.Step.Rules[i])
			}
		}
	}
	return slices.DeleteFunc(entries, func(e *Entry) bool {
		if e.Step.Verb != change.Authorize || len(groups[e.place()]) < 2 {
			return false
		}
		needed := make([]bool, len(e.Step.Rules))
		count := 0
		for i := range e.Step.Rules {
			rule := &e.Step.Rules[i]
			if len(reach.Covering(rule, besides(groups[e.place()], rule))) == 0 {
				needed[i] = true
				count++
				continue
			}
			groups[e.place()] = slices.DeleteFunc(groups[e.place()], func(o *inventory.Rule) bool { return o == rule })
		}
		if count > 0 && count < len(needed) {
			e.only(needed)
		}
		return count == 0
	})
}

func (e *Entry) place() string { return e.Account + " " + e.Step.Region + " " + e.Step.Group + " " }

// only keeps the parts of an entry that no other entry does, by the keys that
// are fresh.
func (e *Entry) only(fresh []bool) {
	s := &e.Step
	if s.Verb == change.Authorize {
		s.Rules = chosen(s.Rules, fresh)
		return
	}
	s.IDs = chosen(s.IDs, fresh)
	s.Rules = slices.DeleteFunc(slices.Clone(s.Rules), func(r inventory.Rule) bool {
		return !slices.ContainsFunc(r.IDs, func(id string) bool { return slices.Contains(s.IDs, id) })
	})
}

// chosen returns the items of a list for which fresh is true at their position.
func chosen[T any](list []T, fresh []bool) []T {
	var kept []T
	for i := range list {
		if fresh[i] {
			kept = append(kept, list[i])
		}
	}
	return kept
}

// entries returns the plan in its order. What would be allowed in a group that
// the plan deletes is left out.
func (m *merger) entries() []*Entry {
	deleted := map[string]*Entry{}
	for _, e := range m.all {
		if e.Step.Verb == change.Delete {
			deleted[e.Account+e.Step.Region+e.Step.Group] = e
		}
	}
	kept := slices.DeleteFunc(slices.Clone(m.all), func(e *Entry) bool {
		d := deleted[e.Account+e.Step.Region+e.Step.Group]
		if d != nil && e.Step.Verb == change.Revoke {
			e.within = true
		}
		if d == nil || e.Step.Verb != change.Authorize {
			return false
		}
		for _, f := range e.Findings {
			d.name(f)
		}
		return true
	})
	kept = narrow(kept)
	allowed := map[string]bool{}
	for _, e := range kept {
		if e.Step.Verb == change.Authorize {
			for i := range e.Step.Rules {
				allowed[e.place()+e.Step.Rules[i].String()] = true
			}
		}
	}
	phase := func(e *Entry) int {
		anew := func(r inventory.Rule) bool { return allowed[e.place()+r.String()] }
		switch {
		case e.Step.Verb == change.Revoke && change.IsNew(e.Step.Group):
			return slices.Index(change.Verbs, change.Create)*2 + 1 // before the group is attached to an interface
		case e.Step.Verb == change.Revoke && slices.ContainsFunc(e.Step.Rules, anew):
			return slices.Index(change.Verbs, change.SetGroups)*2 + 1 // AWS allows no rule that is there already
		}
		return slices.Index(change.Verbs, e.Step.Verb) * 2
	}
	slices.SortStableFunc(kept, func(a, b *Entry) int {
		return cmp.Or(cmp.Compare(phase(a), phase(b)), cmp.Compare(a.Account, b.Account), cmp.Compare(b.grade(), a.grade()),
			cmp.Compare(a.Step.Region, b.Step.Region), cmp.Compare(a.Step.Group, b.Step.Group))
	})
	undo(kept)
	return kept
}
