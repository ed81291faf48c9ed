package remedy

import (
	"fmt"
	"slices"
	"strings"

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
		return e.Step.Verb == change.Authorize && e.Account == f.AccountID && e.Step.Region == f.Region && e.Step.Group == f.GroupID && at(e.Step.Rules, f.Rule.Text) >= 0
	}) {
		return false
	}
	return slices.ContainsFunc(w.report.Findings, func(o findings.Finding) bool {
		return o.Rule != nil && o.Severity >= f.Severity && o.AccountID == f.AccountID && o.Region == f.Region && o.GroupID == f.GroupID &&
			o.Rule.Direction == f.Rule.Direction && o.Rule.Protocol == f.Rule.Protocol && o.Rule.Ports == f.Rule.Ports
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

// planned gives ids to the rules that a plan allows, as AWS gives one to each:
// without them the fixes of a second audit could not revoke them.
func planned(before, after *inventory.Inventory) *inventory.Inventory {
	all := *after
	all.Regions = slices.Clone(after.Regions)
	for i, r := range before.Regions {
		if r == after.Regions[i] {
			continue
		}
		is := *after.Regions[i]
		is.Groups = slices.Clone(is.Groups)
		eachPair(r.Groups, is.Groups, func(was, is *inventory.Group) {
			if same(was.Rules, is.Rules) {
				return
			}
			is.Rules = slices.Clone(is.Rules)
			for k := range is.Rules {
				if rule := &is.Rules[k]; len(rule.IDs) == 0 && find(was, rule.String()) == nil {
					rule.IDs = []string{fmt.Sprintf("%s%s-%d", plannedID, strings.TrimPrefix(is.ID, "sg-"), k)}
				}
			}
		})
		all.Regions[i] = &is
	}
	return &all
}

// plannedID begins the ids that planned gives.
const plannedID = "sgr-planned-"

// revokesPlanned reports whether a fix revokes a rule that a plan allows.
func revokesPlanned(f *findings.Finding) bool {
	return slices.ContainsFunc(f.Fix.Steps, func(s change.Step) bool {
		return slices.ContainsFunc(s.IDs, isPlanned)
	})
}

func isPlanned(id string) bool { return strings.HasPrefix(id, plannedID) }

// cancel returns steps without the revocations of rules that the plan allows,
// and takes those rules out of the steps that allow them.
func (w *whole) cancel(steps []change.Step) []change.Step {
	var left []change.Step
	for _, s := range steps {
		var gone []inventory.Rule
		for _, r := range s.Rules {
			if s.Verb == change.Revoke && slices.ContainsFunc(r.IDs, isPlanned) {
				gone = append(gone, r)
			}
		}
		if len(gone) > 0 {
			s.IDs = slices.DeleteFunc(slices.Clone(s.IDs), isPlanned)
			s.Rules = without(s.Rules, gone)
			w.withdraw(&s, gone)
		}
		if len(gone) == 0 || len(s.IDs) > 0 {
			left = append(left, s)
		}
	}
	return left
}

// withdraw takes rules of the group of a step out of all steps that allow them.
func (w *whole) withdraw(of *change.Step, gone []inventory.Rule) {
	w.list = slices.Clone(w.list)
	for i, f := range w.list {
		changed := *f
		changed.Fix.Steps = nil
		for _, s := range f.Fix.Steps {
			if s.Verb == change.Authorize && s.Account == of.Account && s.Region == of.Region && s.Group == of.Group {
				if s.Rules = without(s.Rules, gone); len(s.Rules) == 0 {
					continue
				}
			}
			changed.Fix.Steps = append(changed.Fix.Steps, s)
		}
		if len(changed.Fix.Steps) > 0 {
			w.list[i] = &changed
		}
	}
}

// without returns the rules of a list that are not among those that go.
func without(list, gone []inventory.Rule) []inventory.Rule {
	return slices.DeleteFunc(slices.Clone(list), func(r inventory.Rule) bool { return holds(gone, &r) })
}
