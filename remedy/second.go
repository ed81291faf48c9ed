package remedy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// second returns the plan that another run would make once this one was
// carried out, or nil where it would be empty.
func (w *whole) second() (*whole, error) {
	next := &whole{
		deletes: w.deletes, inv: w.after, report: w.again, judge: w.judge, choose: w.choose, list: w.choose(w.again),
		known: map[string]*findings.Finding{}, left: map[string]string{}, turn: map[string]int{}, retried: map[string]bool{},
	}
	for i := range w.again.Findings {
		next.known[w.again.Findings[i].ID] = &w.again.Findings[i]
	}
	plan, err := next.settle()
	if err != nil || plan.Changes() == 0 {
		return nil, err
	}
	return next, nil
}

// take adds what the plan of a second run does. A rule that it revokes and that
// the plan allows is neither allowed nor revoked.
func (w *whole) take(second *whole) {
	for _, f := range second.list {
		if _, left := second.left[f.ID]; left || len(f.Fix.Steps) == 0 || looksUp(f) {
			continue
		}
		added := *f
		added.Fix.Steps = w.cancel(f.Fix.Steps)
		i := slices.IndexFunc(w.list, func(o *findings.Finding) bool {
			_, left := w.left[o.ID]
			return (left || o.Unused != nil && findings.KeepsGroup(o) != "") && o.ID == f.ID
		})
		if i >= 0 {
			w.list = slices.Clone(w.list)
			w.list[i] = &added
		} else {
			w.list = append(w.list, &added)
		}
		delete(w.left, f.ID)
		w.turn[f.ID] = w.attempt
	}
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
				if rule := &is.Rules[k]; len(rule.IDs) == 0 && ruleIn(was, rule) == nil {
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
