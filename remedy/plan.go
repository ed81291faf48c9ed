package remedy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/words"
)

// Plan is the fixes of many findings as one list of changes: what is allowed
// comes first, then what is revoked, then the groups that are deleted, each by
// account, region and group, and deletions by their grade before that, the most
// certain first. A change that several findings ask for is there
// once.
type Plan struct {
	Entries []*Entry
	Aside   []*Entry            // deletions that are not part of the plan, with what they need
	Left    []*findings.Finding // without commands: people decide what to change
	Stay    []*findings.Finding // new findings about rules that take the place of others: see Resolve
	Proven  bool                // it was carried out on a copy, and all of it was compared: see Resolve
	Again   bool                // a second plan may have changes
	Access  *Access             // of a proven plan that changes something: who gains and loses access

	report  *findings.Report
	cut     bool                // not all pairs of interfaces were compared
	byGroup map[string][]*Entry // see entriesOf
}

// Entry is one step of a plan.
type Entry struct {
	Step     change.Step
	Undo     []change.Step // empty where nothing takes the step back
	Account  string
	Name     string // of the group, or of the interface that gets groups; may be empty
	Findings []*findings.Finding

	within bool // the undo of the deletion of the group undoes this too
}

// NewPlan makes a plan of findings, which are of the report. It needs nothing
// but what a report in JSON holds: the steps, or, in reports of versions that
// wrote none, the commands, which are read into steps. A step that is not
// understood, or that belongs to another account or region than its finding,
// is an error. The steps of findings that delete a group are put aside without
// deletes, and where the search for its users leaves a doubt: see KeepsGroup.
func NewPlan(report *findings.Report, list []*findings.Finding, deletes bool) (*Plan, error) {
	p := &Plan{report: report}
	names := namesIn(report)
	m, aside := &merger{by: map[string]*Entry{}, names: names}, &merger{by: map[string]*Entry{}, names: names}
	for _, f := range list {
		steps, err := stepsOf(f)
		if err != nil {
			return nil, fmt.Errorf("finding %s: %w", words.Plain(f.ID), err)
		}
		if len(steps) == 0 {
			p.Left = append(p.Left, f)
			continue
		}
		into := m
		if deletesGroup(steps) && (!deletes || KeepsGroup(f) != "") {
			into = aside
		}
		for i := range steps {
			into.add(f, &steps[i])
		}
	}
	p.Entries, p.Aside = m.entries(), aside.entries()
	return p, nil
}

// stepsOf returns the steps of a finding of a report.
func stepsOf(f *findings.Finding) ([]change.Step, error) {
	steps := f.Fix.Steps
	if len(steps) == 0 {
		var err error
		if steps, err = change.FromCommands(f.AccountID, f.Fix.Commands, f.Fix.Undo); err != nil {
			return nil, err
		}
	}
	for i := range steps {
		s := &steps[i]
		if err := s.Check(); err != nil {
			return nil, err
		}
		if s.Account != f.AccountID || s.Region != f.Region || s.Region == "" {
			return nil, fmt.Errorf("a step of its fix is for account %q and region %q, the finding for %q and %q", s.Account, s.Region, f.AccountID, f.Region)
		}
	}
	return steps, nil
}

// Changes counts the commands that change something.
func (p *Plan) Changes() (n int) {
	for _, e := range p.Entries {
		if e.Step.Verb != change.LookUp {
			n++
		}
	}
	return n
}

// Findings counts the findings that the commands are for.
func (p *Plan) Findings() int {
	seen := map[string]bool{}
	for _, e := range p.Entries {
		for _, f := range e.Findings {
			seen[f.ID] = true
		}
	}
	return len(seen)
}

// merger keeps each change once.
type merger struct {
	by    map[string]*Entry // by what is changed
	names map[string]string // of groups and interfaces, by id
	all   []*Entry
}

// namesIn returns the names of the groups and interfaces that a report has findings
// about, by id.
func namesIn(report *findings.Report) map[string]string {
	names := map[string]string{}
	for i := range report.Findings {
		f := &report.Findings[i]
		names[f.GroupID] = f.GroupName
		for _, e := range f.Interfaces {
			names[e.ID] = e.Name
		}
		if f.Rule != nil && f.Rule.Rule != nil && f.Rule.Peer.Group != nil && f.Rule.PeerName != "" {
			names[f.Rule.Peer.Group.ID] = f.Rule.PeerName
		}
	}
	return names
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
