package remedy

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// Audit judges an inventory, as the report of a plan was judged, and attaches
// the fixes.
type Audit func(*inventory.Inventory) *findings.Report

// Choice returns the findings of a report that a plan is for.
type Choice func(*findings.Report) []*findings.Finding

const (
	// MaxPairs bounds the pairs of interfaces that are asked about a plan.
	MaxPairs = 100000
	// maxAttempts bounds how many plans are carried out on a copy in search of
	// more that fits, once one of them was proven.
	maxAttempts = 40
)

// Resolve makes the plan for the chosen findings of a report on an inventory,
// and proves it as a whole. It carries the plan out on a copy, compares what
// the rules allow and which interfaces can talk, and audits the copy again.
//
// What takes away access that no finding complains of, and what brings a new
// finding that nothing removes, is left out of the plan and listed with the
// reason. What the plan makes unused or redundant is added to it.
//
// Then the plan of a second run is made, on the copy. Its changes are added to
// the first plan until a second run has nothing to do. Where that leads back
// to a plan that was there before, the plan says so (Plan.Again).
//
// Without deletes, groups that are unused stay, and their deletion is put aside. With
// them, so are those of which KeepsGroup says why.
func Resolve(inv *inventory.Inventory, report *findings.Report, choose Choice, judge Audit, deletes bool) (*Plan, error) {
	w := &whole{
		deletes: deletes, inv: inv, report: report, judge: judge, choose: choose, list: choose(report),
		known: map[string]*findings.Finding{}, left: map[string]string{}, turn: map[string]int{}, retried: map[string]bool{},
	}
	for i := range report.Findings {
		w.known[report.Findings[i].ID] = &report.Findings[i]
	}
	seen := map[string]bool{}
	for {
		plan, err := w.settle()
		if err != nil || plan.Changes() == 0 {
			return plan, err
		}
		second, err := w.second()
		if err != nil {
			return nil, err
		}
		commands := plan.commands()
		if second == nil || seen[commands] {
			plan.Again = second != nil
			plan.Access = CompareAccess(w.inv, w.after, MaxPairs)
			plan.cut = w.cut
			plan.attribute(w.inv, w.after)
			plan.nameFrom(inv)
			plan.Proven = !w.cut && len(plan.Access.Unread) == 0
			return plan, nil
		}
		seen[commands] = true
		w.take(second)
	}
}

// settle changes the plan until it is proven: each attempt adds a finding or
// leaves one out, and removes none, so that it ends. Then it tries to add
// findings that were left out.
func (w *whole) settle() (*Plan, error) {
	clear(w.retried)
	var proven *Plan
	var before whole // the state of the proven plan, while one finding more is tried
	for attempts := 1; ; attempts++ {
		w.attempt++
		plan, err := w.plan()
		if err != nil {
			return nil, err
		}
		settled, err := w.prove(plan)
		if err != nil {
			return nil, err
		}
		switch {
		case settled:
			if proven != nil {
				clear(w.retried) // what it brings may make room for others
			}
			proven = plan
		case proven == nil || len(w.left) < len(before.left):
			continue
		default: // the finding does not fit
			w.list, w.left, w.turn = before.list, before.left, before.turn
		}
		before = *w
		before.left, before.turn = maps.Clone(w.left), maps.Clone(w.turn)
		if attempts >= maxAttempts || !w.retry() {
			return proven, nil
		}
	}
}

// commands are the commands of the plan, one a line.
func (p *Plan) commands() string {
	var text strings.Builder
	for _, e := range p.Entries {
		text.WriteString(e.Step.Command() + "\n")
	}
	return text.String()
}

// whole is a plan on its way to a proof.
type whole struct {
	inv     *inventory.Inventory
	report  *findings.Report
	choose  Choice
	judge   Audit
	list    []*findings.Finding          // those chosen, and those that were added
	known   map[string]*findings.Finding // of the report, by id
	left    map[string]string            // why a finding is left out, by id
	latest  map[string]*findings.Finding // chosen findings of the audit after a proven plan, by id
	retried map[string]bool              // findings that were left out, and tried once more
	turn    map[string]int               // in which attempt a finding was added, by id
	attempt int                          // the number of attempts
	after   *inventory.Inventory         // as it is after the plan that was proven last
	again   *findings.Report             // the audit of after
	before  *inventory.Inventory         // as it is after what that plan takes away because findings complain of it
	cut     bool                         // not all pairs of before and after were compared
	deletes bool
}

// plan makes the plan of all that is not left out.
func (w *whole) plan() (*Plan, error) {
	var list, out []*findings.Finding
	for _, f := range w.list {
		why, left := w.left[f.ID]
		switch {
		case !left:
			list = append(list, f)
		case w.known[f.ID] != nil:
			told := *f
			told.Fix.Summary = "Left out of the plan: " + why + "."
			out = append(out, &told)
		}
	}
	p, err := NewPlan(w.report, list, w.deletes)
	if err != nil {
		return nil, err
	}
	p.Left = append(p.Left, out...)
	w.back(p)
	return p, nil
}

// back orders deletions, so that what names a group is deleted before it. It
// makes the undo of a deletion bring back the group as it is before the plan:
// what the plan changes in it before comes back with it.
func (w *whole) back(p *Plan) {
	var deletions []change.Line
	for _, list := range [][]*Entry{p.Entries, p.Aside} {
		slices.SortStableFunc(list, func(a, b *Entry) int {
			if a.Step.Verb != change.Delete || b.Step.Verb != change.Delete || a.Account != b.Account {
				return 0
			}
			return cmp.Compare(w.turn[a.Findings[0].ID], w.turn[b.Findings[0].ID])
		})
		for _, e := range list {
			if e.Step.Verb == change.Delete {
				deletions = append(deletions, change.Line{Step: e.Step})
			}
		}
	}
	before := newWorkingCopy(w.inv, deletions)
	for _, list := range [][]*Entry{p.Entries, p.Aside} {
		for _, e := range list {
			if t := before.locate(&e.Step); t != nil && e.Step.Verb == change.Delete {
				e.Step.Details = restorable(t.in.Region, t.group())
			}
		}
		undo(list)
	}
}

// retry takes a finding back that was left out, with all about the same rule:
// what was left out with it may have been the cause. Each is tried once, and
// again whenever another one fits.
func (w *whole) retry() bool {
	for _, f := range w.list {
		is := w.latest[f.ID]
		if _, left := w.left[f.ID]; !left || w.retried[f.ID] || is == nil || len(is.Fix.Commands) == 0 || looksUp(is) {
			continue
		}
		w.list = slices.Clone(w.list)
		for i, o := range w.list {
			about := o.ID == f.ID || f.Rule != nil && o.AccountID == f.AccountID && o.Region == f.Region && o.GroupID == f.GroupID && o.Rule.Same(f.Rule)
			if _, left := w.left[o.ID]; about && left && w.latest[o.ID] != nil {
				again := *w.latest[o.ID]
				w.list[i], w.retried[o.ID] = &again, true
				delete(w.left, o.ID)
			}
		}
		return true
	}
	return false
}

func (w *whole) leave(f *findings.Finding, why string) bool {
	if _, left := w.left[f.ID]; left {
		return false
	}
	w.left[f.ID] = why
	return true
}

// drop leaves out all findings of some entries, and reports whether there
// were any.
func (w *whole) drop(entries []*Entry, why string) bool {
	any := false
	for _, e := range entries {
		for _, f := range e.Findings {
			any = w.leave(f, why) || any
		}
	}
	return any
}

// prove carries a plan out on a copy. It reports false where the plan has to
// change, and has changed what the next one is made of.
func (w *whole) prove(p *Plan) (settled bool, err error) {
	if p.Changes() == 0 {
		p.Proven, w.cut, w.before, w.after, w.again, w.latest = true, false, w.inv, w.inv, w.report, map[string]*findings.Finding{}
		for _, f := range w.choose(w.report) {
			w.latest[f.ID] = f
		}
		return true, nil
	}
	after, err := Apply(w.inv, p.Lines())
	if err != nil {
		return false, w.refused(p, err)
	}
	// What the findings complain of goes in any case: the rest must stay.
	before, err := Apply(w.inv, p.complaints())
	if err != nil {
		return false, fmt.Errorf("carrying out a part of the plan on a copy: %w", err)
	}
	after = planned(w.inv, after)
	dropped, all := w.permissions(p, before, after), true
	if !dropped {
		dropped, all = w.pairs(p, before, after)
	}
	if dropped {
		return false, nil
	}
	again := w.judge(after)
	if w.fresh(p, again) {
		return false, nil
	}
	w.cut, w.before, w.after, w.again = !all, before, after, again
	return true, nil
}

// Lines returns the changes of the plan in their order, each with the position
// of its entry, from 1, as its number.
func (p *Plan) Lines() []change.Line { return p.lines(func(*Entry) bool { return true }) }

// complaints returns the changes that take away what findings complain of.
func (p *Plan) complaints() []change.Line {
	return p.lines(func(e *Entry) bool {
		return (e.Step.Verb == change.Revoke || e.Step.Verb == change.Delete) && slices.ContainsFunc(e.Findings, func(f *findings.Finding) bool { return !f.Fix.Keeps })
	})
}

func (p *Plan) lines(wanted func(*Entry) bool) []change.Line {
	var lines []change.Line
	for i, e := range p.Entries {
		if e.Step.Verb != change.LookUp && wanted(e) {
			lines = append(lines, change.Line{Number: i + 1, Step: e.Step})
		}
	}
	return lines
}
