// Package remedy writes down the exact change that removes a finding: commands
// of the AWS CLI with what takes each of them back, Terraform, and, where a
// range of addresses gives way to groups, a proof that nothing is cut off. It
// never carries a change out. A rule is revoked by its id and nothing else
// goes with it; where the ids were not read, the command that reads them
// stands in place of the revocation. What takes the place of a rule is always
// allowed before the rule is revoked.
package remedy

import (
	"slices"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// Attach fills the fix of every finding about a group. The report must come
// from an audit of the same inventory, and exceptions must have been applied:
// what they accept takes no part.
//
// The fixes agree with each other. Findings about one rule have the same
// change, which the gravest wish among them decides: a rule that one of them
// revokes outright is not replaced, and a rule that others repeat is revoked
// only where those others stay. Each fix is right alone, too.
//
// The quota is the number of rules that a group may hold in one direction and
// address family; AWS's default is inventory.DefaultRulesPerGroup.
func Attach(inv *inventory.Inventory, report *findings.Report, proposals findings.Proposals, quota int) {
	type place struct{ account, region string }
	regions := map[place]*attacher{}
	for _, r := range inv.Regions {
		regions[place{r.AccountID, r.Name}] = newAttacher(r, proposals, quota)
	}
	type subject struct {
		*attacher
		group string
	}
	about := map[subject][]*findings.Finding{}
	var order []subject
	for i := range report.Findings {
		f := &report.Findings[i]
		a := regions[place{f.AccountID, f.Region}]
		if a == nil || f.GroupID == "" || f.ResourceID != f.GroupID {
			continue
		}
		s := subject{a, f.GroupID}
		if about[s] == nil {
			order = append(order, s)
		}
		about[s] = append(about[s], f)
	}
	for _, s := range order {
		if g := s.index.Group(s.group); g != nil {
			s.attach(g, about[s])
		}
	}
}

// attacher works on the findings of one region.
type attacher struct {
	region    *inventory.Region
	reach     *reach.Analyzer
	index     *inventory.Index
	proposals findings.Proposals
	quota     int // of rules per group
	peerings  peerings
	solver    *Solver
}

func newAttacher(r *inventory.Region, proposals findings.Proposals, quota int) *attacher {
	n := reach.New(r)
	return &attacher{region: r, reach: n, index: n.Index(), proposals: proposals, quota: quota}
}

// attach fills the fixes of the findings about one group.
func (a *attacher) attach(g *inventory.Group, about []*findings.Finding) {
	d := a.decide(g, about)
	by := ManagedBy(g)
	for _, f := range about {
		if f.Unused != nil {
			f.Unused.ManagedBy = by
		}
		switch {
		case f.Rule != nil:
			d.write(f)
		default:
			a.steps(f, g, a.groupSteps(f, g))
			a.adviseDeletion(f, g, about)
		}
		if by != "" && (len(f.Fix.Commands) > 0 || a.advises(f)) {
			f.Fix.Notes = append(f.Fix.Notes, g.ID+" looks managed by "+by+": change it there, or its next run undoes the change")
		}
	}
	sameCommands(about)
}

// steps writes the steps into the finding.
func (a *attacher) steps(f *findings.Finding, g *inventory.Group, steps []change.Step) {
	if len(steps) == 0 {
		return
	}
	for i := range steps {
		if err := steps[i].Check(); err != nil {
			f.Fix.Notes = append(f.Fix.Notes, "no command can be written: "+err.Error())
			return
		}
	}
	f.Fix.Steps = steps
	f.Fix.Commands, f.Fix.Undo = commandsOf(steps)
	f.Fix.Terraform = change.Terraform(steps)
	for i := range steps {
		if steps[i].Verb == change.Revoke && len(a.holders(g)) > 0 {
			for _, note := range tracking(g, steps[i].Rules) {
				if !slices.Contains(f.Fix.Notes, note) {
					f.Fix.Notes = append(f.Fix.Notes, note)
				}
			}
		}
	}
}

// commandsOf returns the command of each step, and the commands that undo it, in one line.
func commandsOf(steps []change.Step) (commands, undo []string) {
	for i, back := range change.Undo(steps) {
		commands = append(commands, steps[i].Command())
		undo = append(undo, change.Chain(back))
	}
	return commands, undo
}

func (a *attacher) holders(g *inventory.Group) []*inventory.Interface {
	return a.reach.Interfaces(g.ID)
}

// ruleIn returns the rule of a group that is the same as another one, or nil.
func ruleIn(g *inventory.Group, rule *inventory.Rule) *inventory.Rule {
	if i := ruleIndex(g.Rules, rule); i >= 0 {
		return &g.Rules[i]
	}
	return nil
}
