package remedy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// join finds the outcomes that allow the same rule in the place of different ones. AWS
// refuses a rule that is there already, so that the commands of one finding would make
// those of the next one fail: such outcomes have one list of commands.
func (d *decision) join() {
	if len(d.all) < 2 {
		return
	}
	first := map[string]*outcome{} // by what is allowed
	for _, o := range d.all {
		if !d.exchangesOnly(o) {
			continue
		}
		for _, rule := range o.allowed() {
			key := rule.String()
			other := first[key]
			if other == nil {
				first[key] = o
				continue
			}
			if other == o || slices.Contains(other.joint, o) {
				continue
			}
			all := slices.Concat(other.members(), o.members())
			for _, member := range all {
				member.joint = all
			}
		}
	}
}

// members are the outcomes with which an outcome is joined, and itself.
func (o *outcome) members() []*outcome {
	if o.joint == nil {
		return []*outcome{o}
	}
	return o.joint
}

// exchangesOnly reports whether the steps of an outcome do nothing but allow rules in the
// group and revoke rules of it.
func (d *decision) exchangesOnly(o *outcome) bool {
	return len(o.allowed()) > 0 && !slices.ContainsFunc(o.steps, func(s change.Step) bool {
		return s.Group != d.group.ID || s.Verb != change.Authorize && s.Verb != change.Revoke
	})
}

// allowed are the rules that the steps of an outcome add.
func (o *outcome) allowed() (rules []inventory.Rule) {
	for i := range o.steps {
		if o.steps[i].Verb == change.Authorize {
			rules = append(rules, o.steps[i].Rules...)
		}
	}
	return rules
}

// jointSteps returns the steps of a finding about the rule of an outcome together with
// those of all outcomes that are joined with it, in one list that is the same for each of
// them: what has to go before, what is allowed, what goes.
func (d *decision) jointSteps(o *outcome, own []change.Step) []change.Step {
	var allow, before, after []inventory.Rule
	add := func(list *[]inventory.Rule, rules []inventory.Rule) {
		for i := range rules {
			if !holds(*list, &rules[i]) {
				*list = append(*list, rules[i])
			}
		}
	}
	merge := func(steps []change.Step) {
		allows := slices.IndexFunc(steps, func(s change.Step) bool { return s.Verb == change.Authorize })
		for i := range steps {
			switch {
			case i == allows:
				add(&allow, steps[i].Rules)
			case i < allows:
				add(&before, steps[i].Rules)
			default:
				add(&after, steps[i].Rules)
			}
		}
	}
	for _, member := range o.joint {
		merge(member.steps)
	}
	for i := range own {
		merge(own[i : i+1]) // of rules that go together with this one
	}
	after = slices.DeleteFunc(after, func(r inventory.Rule) bool { return holds(before, &r) })
	steps := revokeRules(d.region, d.group, before)
	steps = append(steps, change.Step{Verb: change.Authorize, Account: d.region.AccountID, Region: d.region.Name, Group: d.group.ID, Direction: o.rule.Direction, Rules: allow})
	return append(steps, revokeRules(d.region, d.group, after)...)
}

// The beginnings of the notes about commands that several findings have: a plan holds each
// command once, and leaves these notes out.
const (
	alsoFixes = "these commands also fix "
	alsoHave  = "some of these commands are among those of "
)

// sameCommands says in the fixes of a group which of them have commands in common: AWS
// refuses what was run already, and the commands behind it are then not run.
func sameCommands(about []*findings.Finding) {
	if len(about) < 2 {
		return
	}
	having := map[string][]*findings.Finding{}
	for _, f := range about {
		for i, command := range f.Fix.Commands {
			if !strings.HasPrefix(command, "aws ec2 describe-") && !slices.Contains(f.Fix.Commands[:i], command) {
				having[command] = append(having[command], f)
			}
		}
	}
	for _, f := range about {
		shared := map[*findings.Finding]int{}
		for _, command := range f.Fix.Commands {
			for _, o := range having[command] {
				shared[o]++
			}
		}
		if len(shared) > 1 {
			noteShared(f, about, shared)
		}
	}
}

// noteShared says in the fix of a finding which others of its group have commands of it.
// Shared counts those commands.
func noteShared(f *findings.Finding, about []*findings.Finding, shared map[*findings.Finding]int) {
	var all, some []string
	for _, o := range about {
		switch name := fmt.Sprintf("%s (%s)", o.Short(8), o.Check); {
		case o == f || shared[o] == 0:
		case shared[o] == len(f.Fix.Commands) && shared[o] == len(o.Fix.Commands):
			all = append(all, name)
		default:
			some = append(some, name)
		}
	}
	if len(all) > 0 {
		f.Fix.Notes = slices.Insert(f.Fix.Notes, 0, alsoFixes+words.List(all, 5)+": run them once")
	}
	if len(some) > 0 {
		f.Fix.Notes = slices.Insert(f.Fix.Notes, 0, alsoHave+words.List(some, 5)+": run each command once")
	}
}
