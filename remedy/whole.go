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

// Audit judges an inventory, as the report of a plan was judged, and attaches
// the fixes.
type Audit func(*inventory.Inventory) *findings.Report

// Choice returns the findings of a report that a plan is for.
type Choice func(*findings.Report) []*findings.Finding

const (
	// MaxPairs bounds the pairs of interfaces that are asked about a plan.
	MaxPairs = 100000
	// maxAttempts bounds how often a plan is carried out on a copy. Each time
	// something is left out or added; what is not settled by then is left out.
	maxAttempts = 40
)

// Resolve makes the plan for the chosen findings of a report on an inventory,
// and proves it as a whole. It carries the plan out on a copy, compares what
// the rules allow and which interfaces can talk, and audits the copy again.
//
// What takes away access that no finding complains of, and what brings a new
// finding that nothing removes, is left out of the plan and listed with the
// reason. What the plan makes unused or redundant is added to it, so that a
// second plan has nothing to do.
//
// Without deletes, groups that are unused stay, and their deletion is put aside.
func Resolve(inv *inventory.Inventory, report *findings.Report, choose Choice, judge Audit, deletes bool) (*Plan, error) {
	w := &whole{deletes: deletes, inv: inv, report: report, judge: judge, choose: choose, list: choose(report), known: map[string]*findings.Finding{}, left: map[string]string{}, turn: map[string]int{}, retried: map[string]bool{}, latest: map[string]*findings.Finding{}}
	for i := range report.Findings {
		w.known[report.Findings[i].ID] = &report.Findings[i]
	}
	var proven *Plan
	var before whole // the state of the proven plan, while one finding more is tried
	for turn := range maxAttempts {
		plan, err := w.plan()
		if err != nil {
			return nil, err
		}
		settled, err := w.prove(plan, turn+1)
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
			w.list, w.left, w.turn, w.latest = before.list, before.left, before.turn, before.latest
		}
		before = *w
		before.left, before.turn = maps.Clone(w.left), maps.Clone(w.turn)
		if !w.retry() {
			return proven, nil
		}
	}
	if proven != nil {
		return proven, nil
	}
	// Whatever is left moves in circles: only what was proven is planned.
	for _, f := range w.list {
		w.leave(f, "the whole plan could not be proven")
	}
	return w.plan()
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
	gone := map[string]bool{}
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
				gone[e.Step.Group] = true
				deletions = append(deletions, change.Line{Step: e.Step})
			}
		}
	}
	before := newEstate(w.inv, deletions)
	for _, e := range slices.Concat(p.Entries, p.Aside) {
		if e.Step.Verb != change.Delete {
			continue
		}
		if t := before.locate(&e.Step); t != nil {
			was := *t.group()
			was.Rules = slices.DeleteFunc(slices.Clone(was.Rules), func(r inventory.Rule) bool {
				return r.Peer.Group != nil && r.Peer.Group.ID != was.ID && gone[r.Peer.Group.ID]
			})
			e.Step.Details = &was
			e.Undo = change.Undo([]change.Step{e.Step})[0]
		}
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
			about := o.ID == f.ID || o.Rule != nil && f.Rule != nil && o.AccountID == f.AccountID && o.Region == f.Region && o.GroupID == f.GroupID && o.Rule.Text == f.Rule.Text
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
func (w *whole) prove(p *Plan, turn int) (settled bool, err error) {
	if p.Changes() == 0 {
		p.Proven, w.latest = true, map[string]*findings.Finding{}
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
	if w.permissions(p, before, after) || w.pairs(p, before, after) {
		return false, nil
	}
	again := w.judge(after)
	if w.fresh(p, again, turn) {
		return false, nil
	}
	p.Proven = true
	p.Access = CompareAccess(w.inv, after, MaxPairs)
	return true, nil
}

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
				by := p.taking(r, was.ID, rule)
				if len(by) > 0 && !slices.ContainsFunc(by, func(e *Entry) bool { return len(replacing(e)) == 0 }) {
					continue
				}
				if len(by) == 0 {
					by = p.entriesOf(r, was.ID)
				}
				dropped = w.drop(by, fmt.Sprintf("%s would lose %q, which no finding complains of", was.ID, rule)) || dropped
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
// complains that they do.
func (w *whole) pairs(p *Plan, before, after *inventory.Inventory) (dropped bool) {
	for _, lost := range CompareAccess(before, after, MaxPairs).Lost {
		i := slices.IndexFunc(before.Regions, func(r *inventory.Region) bool { return r.AccountID == lost.AccountID && r.Name == lost.Region })
		r := before.Regions[i]
		var by []*Entry
		for _, end := range []string{lost.From, lost.To} {
			for _, id := range in(r, &inventory.Interface{ID: end}).Groups {
				by = append(by, slices.DeleteFunc(slices.Clone(p.entriesOf(r, id)), func(e *Entry) bool {
					return !slices.ContainsFunc(e.Findings, func(f *findings.Finding) bool { return f.Fix.Keeps })
				})...)
			}
		}
		dropped = w.drop(by, fmt.Sprintf("%s could not talk to %s by %s any more, and no finding complains that it does", lost.From, lost.To, lost.Traffic)) || dropped
	}
	return dropped
}

// fresh looks at what a second audit finds. Rules that the plan makes
// redundant, groups that it leaves unused, and chosen findings that can be
// removed now are added to the plan. Any other new finding leaves out what
// brings it.
func (w *whole) fresh(p *Plan, again *findings.Report, turn int) (changed bool) {
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
	for i := range again.Findings {
		f := &again.Findings[i]
		known := w.known[f.ID]
		if chosen[f.ID] {
			latest[f.ID] = f
		}
		if f.Status == findings.Suppressed || planned[f.ID] || known == nil && w.remains(p, f) || known != nil && !chosen[f.ID] {
			continue
		}
		if _, left := w.left[f.ID]; !left && len(f.Fix.Commands) > 0 && !looksUp(f) && (known != nil || f.Fix.Keeps || deletes(f)) {
			added := *f
			w.list, w.turn[f.ID] = append(w.list, &added), turn
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
// place of another one, of which the report complains at least as gravely: the
// plan makes it better, if not good.
func (w *whole) remains(p *Plan, f *findings.Finding) bool {
	if f.Rule == nil || !slices.ContainsFunc(p.Entries, func(e *Entry) bool {
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
