package remedy

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// Plan is the fixes of many findings as one list of changes: what is allowed
// comes first, then what is revoked, then the groups that are deleted, each by
// account, region and group. A change that several findings ask for is there
// once.
type Plan struct {
	Entries []*Entry
	Left    []*findings.Finding // without commands: people decide what to change
	Proven  bool                // it was carried out on a copy: see Resolve
	Access  *Access             // of a proven plan that changes something: who gains and loses access

	report *findings.Report
}

// Entry is one command of a plan.
type Entry struct {
	Step     Step
	Command  string
	Undo     string // empty where nothing takes the command back
	Account  string
	Name     string // of the group
	Findings []*findings.Finding

	within bool // what takes back the deletion of the group takes this back too
}

// NewPlan makes a plan of findings, which are of the report. It needs nothing
// but what a report in JSON holds.
func NewPlan(report *findings.Report, list []*findings.Finding) (*Plan, error) {
	p := &Plan{report: report}
	m := &merger{by: map[string]*Entry{}}
	for _, f := range list {
		if len(f.Fix.Commands) == 0 {
			p.Left = append(p.Left, f)
			continue
		}
		for i, command := range f.Fix.Commands {
			undo := ""
			if i < len(f.Fix.Undo) {
				undo = f.Fix.Undo[i]
			}
			if err := m.add(f, command, undo); err != nil {
				return nil, fmt.Errorf("finding %s: %w", f.ID, err)
			}
		}
	}
	p.Entries = m.entries()
	return p, nil
}

// Changes counts the commands that change something.
func (p *Plan) Changes() (n int) {
	for _, e := range p.Entries {
		if e.Step.Verb != LookUp {
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
	by  map[string]*Entry // by what is changed
	all []*Entry
}

func (m *merger) add(f *findings.Finding, command, undo string) error {
	step, changes, err := ParseCommand(command)
	if err != nil {
		return err
	}
	e := &Entry{Step: step, Command: command, Undo: undo, Account: f.AccountID, Name: f.GroupName}
	if !changes {
		e.Step = Step{Verb: LookUp, Region: f.Region, Group: f.GroupID}
	}
	if e.Step.Group != f.GroupID {
		e.Name = ""
	}
	var back Step
	if step.Verb == Revoke && undo != "" {
		if back, _, err = ParseCommand(undo); err != nil {
			return err
		}
		e.Step.Rules = back.Rules
	}
	place := e.Account + " " + e.Step.Region + " " + e.Step.Group + " " + string(e.Step.Verb) + " "
	var keys []string
	switch {
	case e.Step.Verb == Authorize:
		for i := range e.Step.Rules {
			keys = append(keys, place+e.Step.Rules[i].String())
		}
	case len(e.Step.IDs) > 0:
		for _, id := range e.Step.IDs {
			keys = append(keys, place+id)
		}
	default:
		keys = []string{place + command}
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
		return nil
	}
	e.name(f)
	if count < len(keys) {
		e.only(fresh)
	}
	m.all = append(m.all, e)
	return nil
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
			if e.Step.Verb == Authorize {
				groups[e.place()] = append(groups[e.place()], &e.Step.Rules[i])
			}
		}
	}
	return slices.DeleteFunc(entries, func(e *Entry) bool {
		if e.Step.Verb != Authorize || len(groups[e.place()]) < 2 {
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

// only keeps the parts of an entry that no other entry does.
func (e *Entry) only(fresh []bool) {
	s := &e.Step
	var rules []inventory.Rule
	var ids []string
	for i, keep := range fresh {
		if keep && i < len(s.Rules) {
			rules = append(rules, s.Rules[i])
		}
		if keep && i < len(s.IDs) {
			ids = append(ids, s.IDs[i])
		}
	}
	if s.Verb == Revoke && len(s.Rules) != len(s.IDs) {
		rules = nil // the undo cannot be told apart: it stays whole
		s.IDs = ids
		e.Command = s.Command()
		return
	}
	s.Rules, s.IDs = rules, ids
	e.Command = s.Command()
	if e.Undo != "" {
		e.Undo = s.Undo()
	}
}

// entries returns the plan in its order. What would be allowed in a group that
// the plan deletes is left out.
func (m *merger) entries() []*Entry {
	deleted := map[string]*Entry{}
	for _, e := range m.all {
		if e.Step.Verb == Delete {
			deleted[e.Account+e.Step.Region+e.Step.Group] = e
		}
	}
	kept := slices.DeleteFunc(slices.Clone(m.all), func(e *Entry) bool {
		d := deleted[e.Account+e.Step.Region+e.Step.Group]
		if d != nil && e.Step.Verb == Revoke {
			e.Undo, e.within = "", true
		}
		if d == nil || e.Step.Verb != Authorize {
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
		if e.Step.Verb == Authorize {
			for i := range e.Step.Rules {
				allowed[e.place()+e.Step.Rules[i].String()] = true
			}
		}
	}
	phase := func(e *Entry) int {
		anew := func(r inventory.Rule) bool { return allowed[e.place()+r.String()] }
		if e.Step.Verb == Revoke && slices.ContainsFunc(e.Step.Rules, anew) {
			return -1 // AWS allows no rule that is there already
		}
		return slices.Index([]Verb{Authorize, LookUp, Revoke, Delete}, e.Step.Verb)
	}
	slices.SortStableFunc(kept, func(a, b *Entry) int {
		return cmp.Or(cmp.Compare(phase(a), phase(b)), cmp.Compare(a.Account, b.Account),
			cmp.Compare(a.Step.Region, b.Step.Region), cmp.Compare(a.Step.Group, b.Step.Group))
	})
	return kept
}
