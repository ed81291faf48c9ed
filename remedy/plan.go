package remedy

import (
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
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

	// Called returns how the plan of an account is called. Nil stands for plan.sh and a
	// snapshot.
	Called func(account string) Called

	report  *findings.Report
	cut     bool                // not all pairs of interfaces were compared
	byGroup map[string][]*Entry // see entriesOf
	names   map[string]string   // of groups, interfaces and prefix lists, by id
}

// Called is how the words of a plan call its script.
type Called struct {
	Script   string // its name
	Simulate string // the command that shows what the script would do, as a shell takes it
	Save     string // the command that writes the script, where this run does not; else empty
}

// Entry is one step of a plan.
type Entry struct {
	Step     change.Step
	Undo     []change.Step // empty where nothing takes the step back
	Account  string
	Name     string // of the group, or of the interface that gets groups; may be empty
	Findings []*findings.Finding
	Also     []*findings.Finding // findings without commands of their own about what the step takes away

	within bool    // the undo of the deletion of the group undoes this too
	losing *losing // who loses access by a revocation of a plan of an inventory; else nil
}

// NewPlan makes a plan of findings, which are of the report. It needs nothing
// but what a report in JSON holds: the steps, or, in reports of versions that
// wrote none, the commands, which are read into steps. A step that is not
// understood, or that belongs to another account or region than its finding,
// is an error. The steps of findings that delete a group are put aside without
// deletes, and where the search for its users leaves a doubt: see KeepsGroup.
func NewPlan(report *findings.Report, list []*findings.Finding, deletes bool) (*Plan, error) {
	names := namesIn(report)
	p := &Plan{report: report, names: names}
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
		if deletesGroup(steps) && (!deletes || findings.KeepsGroup(f) != "") {
			into = aside
		}
		for i := range steps {
			into.add(f, &steps[i])
		}
	}
	p.Entries, p.Aside = m.entries(), aside.entries()
	p.Left = slices.DeleteFunc(p.Left, p.settles)
	return p, nil
}

// settles reports whether the plan takes away what a finding without commands is about,
// its rule or its group, and adds the finding to the step that does. A rule that others
// replace is not taken away: the finding may be about those too.
func (p *Plan) settles(f *findings.Finding) bool {
	var by []*Entry
	revoked := map[string]bool{}
	for _, e := range p.Entries {
		if e.Account != f.AccountID || e.Step.Region != f.Region || e.Step.Group != f.GroupID || f.ResourceID != f.GroupID {
			continue
		}
		switch {
		case e.Step.Verb == change.Delete:
			e.Also = append(e.Also, f)
			return true
		case e.Step.Verb != change.Revoke || f.Rule == nil || f.Rule.Rule == nil || slices.ContainsFunc(e.Findings, func(f *findings.Finding) bool { return has(f, change.Authorize) }):
		case slices.ContainsFunc(f.Rule.IDs, func(id string) bool { return slices.Contains(e.Step.IDs, id) }):
			by = append(by, e)
			for _, id := range e.Step.IDs {
				revoked[id] = true
			}
		}
	}
	if len(by) == 0 || slices.ContainsFunc(f.Rule.IDs, func(id string) bool { return !revoked[id] }) {
		return false
	}
	by[0].Also = append(by[0].Also, f)
	return true
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

// Findings counts the findings that the commands fix.
func (p *Plan) Findings() int {
	seen := map[string]bool{}
	for _, e := range p.Entries {
		for _, f := range e.all() {
			seen[f.ID] = true
		}
	}
	return len(seen)
}

// FindingsAside counts the findings that the deletions beside the plan would fix, and
// that the plan does not fix.
func (p *Plan) FindingsAside() int {
	seen := map[string]bool{}
	for _, e := range p.Aside {
		for _, f := range e.all() {
			seen[f.ID] = true
		}
	}
	for _, e := range p.Entries {
		for _, f := range e.all() {
			delete(seen, f.ID)
		}
	}
	return len(seen)
}

// all returns every finding that a step fixes.
func (e *Entry) all() []*findings.Finding { return slices.Concat(e.Findings, e.Also) }

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

// nameFrom takes the names of all groups and prefix lists of an inventory.
func (p *Plan) nameFrom(inv *inventory.Inventory) {
	for _, r := range inv.Regions {
		for i := range r.Groups {
			p.names[r.Groups[i].ID] = r.Groups[i].Name
		}
		for i := range r.PrefixLists {
			p.names[r.PrefixLists[i].ID] = r.PrefixLists[i].Name
		}
	}
}
