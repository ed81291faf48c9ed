package remedy

import (
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// fresh looks at what a second audit finds. Rules that the plan makes
// redundant, groups that it leaves unused, and chosen findings that can be
// removed now are added to the plan. Any other new finding leaves out what
// brings it.
func (w *whole) fresh(p *Plan, again *findings.Report) (changed bool) {
	chosen := map[string]bool{}
	for _, f := range w.choose(again) {
		chosen[f.ID] = true
	}
	latest := map[string]*findings.Finding{}
	planned := map[string]bool{}
	for _, f := range w.list {
		if _, left := w.left[f.ID]; !left || w.known[f.ID] != nil {
			planned[f.ID] = true
		}
	}
	p.Stay = nil
	for i := range again.Findings {
		f := &again.Findings[i]
		known := w.known[f.ID]
		if chosen[f.ID] {
			latest[f.ID] = f
		}
		if f.Status == findings.Suppressed || planned[f.ID] || known != nil && !chosen[f.ID] {
			continue
		}
		if known == nil && w.remains(p, f) {
			p.Stay = append(p.Stay, f)
			continue
		}
		if _, left := w.left[f.ID]; !left && len(f.Fix.Commands) > 0 && !looksUp(f) && !revokesPlanned(f) && (known != nil || f.Fix.Keeps || deletes(f)) {
			added := *f
			w.list, w.turn[f.ID] = append(w.list, &added), w.attempt
			changed = true
			continue
		}
		if known == nil {
			why := fmt.Sprintf("it would bring a new finding: %s: %s", f.Check, f.Message)
			changed = w.drop(w.causes(p, f), why) || changed
		}
	}
	if !changed {
		w.latest = latest
	}
	return changed
}

func deletes(f *findings.Finding) bool { return has(f, change.Delete) }

func looksUp(f *findings.Finding) bool { return has(f, change.LookUp) }

func has(f *findings.Finding, verb change.Verb) bool {
	return slices.ContainsFunc(f.Fix.Steps, func(s change.Step) bool { return s.Verb == verb })
}

// remains reports whether a finding is about a rule that the plan puts in the
// place of another one, of which the report complains at least as gravely, and
// no command is known that removes it: the plan makes it better, if not good.
func (w *whole) remains(p *Plan, f *findings.Finding) bool {
	if f.Rule == nil || len(f.Fix.Commands) > 0 || !slices.ContainsFunc(p.Entries, func(e *Entry) bool {
		return e.Step.Verb == change.Authorize && e.Account == f.AccountID && e.Step.Region == f.Region && e.Step.Group == f.GroupID && ruleIndex(e.Step.Rules, f.Rule.Rule) >= 0
	}) {
		return false
	}
	return slices.ContainsFunc(w.report.Findings, func(o findings.Finding) bool {
		return o.Rule != nil && o.Severity >= f.Severity && o.AccountID == f.AccountID && o.Region == f.Region && o.GroupID == f.GroupID &&
			o.Rule.Direction == f.Rule.Direction && o.Rule.Traffic == f.Rule.Traffic
	})
}

// causes returns the entries that may bring a finding: what allows something
// in its group, else what gives interfaces a new group, else what changes its
// group or rules that reference it, else what changes its region.
func (w *whole) causes(p *Plan, f *findings.Finding) []*Entry {
	var allowing, attaching, near, far []*Entry
	for _, e := range p.Entries {
		if e.Account != f.AccountID || e.Step.Region != f.Region || e.Step.Verb == change.LookUp {
			continue
		}
		far = append(far, e)
		if e.Step.Verb == change.SetGroups {
			attaching = append(attaching, e)
		}
		if f.GroupID != "" && (e.Step.Group == f.GroupID || slices.ContainsFunc(e.Step.Rules, func(r inventory.Rule) bool {
			return r.Peer.Group != nil && r.Peer.Group.ID == f.GroupID
		})) {
			near = append(near, e)
			if e.Step.Verb == change.Authorize {
				allowing = append(allowing, e)
			}
		}
	}
	for _, list := range [][]*Entry{allowing, attaching, near} {
		if len(list) > 0 {
			return list
		}
	}
	return far
}
