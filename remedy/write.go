package remedy

import (
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// write puts the outcome of its rule into a finding.
func (d *decision) write(f *findings.Finding) {
	o := d.of[ruleIn(d.group, f.Rule.Rule)]
	switch {
	case o == nil && f.Status == findings.Suppressed:
		return // an exception accepts the rule
	case d.advises(f):
		switch {
		case o == nil || len(o.steps) == 0:
			d.adviseCommands(f)
		case o.wish == revoke: // whatever else the check advises is about a rule that goes
			f.Fix.Summary = fmt.Sprintf("Revoke %s: `sgaudit explain %s` (%s, about the same rule) has the command.", d.allows(o.rule), o.by.Short(8), o.by.Check)
		default:
			f.Fix.Notes = append(f.Fix.Notes, fmt.Sprintf("finding %s (%s) proposes to revoke this rule", o.by.ID, o.by.Check))
		}
		return
	case o == nil:
		return
	case len(o.steps) == 0:
		if o.why != "" {
			f.Fix.Summary = o.why
		}
		return
	}
	f.Fix.Keeps = o.wish == redundant || o.wish == reference
	f.Fix.Proof = o.proof
	switch {
	case o.wish == reference, o.wish == redundant && d.wishOf(f) == redundant, o.wish == replace && d.wishOf(f) != replace:
		f.Fix.Summary = o.summary
	case o.wish == redundant:
		f.Fix.Summary = o.summary
	case o.wish == revoke && d.wishOf(f) != revoke:
		f.Fix.Summary = fmt.Sprintf("Revoke %s. No rule replaces it.", d.allows(o.rule))
	}
	if w := d.proposals[f.ID].Wording; w != nil && o.wish == d.wishOf(f) {
		d.word(f, o, w)
	}
	if d.wishOf(f) != o.wish {
		f.Fix.Notes = append(f.Fix.Notes, fmt.Sprintf("finding %s (%s) decides about this rule", o.by.ID, o.by.Check))
	}
	d.steps(f, d.group, d.withOthers(o, f))
	if len(o.joint) > 1 && len(f.Fix.Commands) > 0 {
		steps := d.jointSteps(o, f.Fix.Steps)
		f.Fix.Commands, f.Fix.Undo = commandsOf(steps)
		f.Fix.Terraform = change.Terraform(steps)
	}
	if p := d.proposals[f.ID]; p.Login && p.Kind != findings.ReplaceSource && len(f.Fix.Steps) > 0 && hasInstance(d.holders(d.group)) && len(d.left(o.rule, p.Together)) == 0 {
		f.Fix.Notes = append(f.Fix.Notes, d.sessionManager(d.holders(d.group)))
	}
}

// withOthers returns the steps of an outcome, and those of the rules that have to go
// together with its rule: one of them alone leaves the port open. What is allowed
// for several of them is allowed once.
func (d *decision) withOthers(o *outcome, f *findings.Finding) []change.Step {
	together := d.proposals[f.ID].Together
	if len(together) == 0 {
		return o.steps
	}
	steps, allowed := slices.Clone(o.steps), []inventory.Rule{}
	for i := range steps {
		if steps[i].Verb == change.Authorize {
			allowed = append(allowed, steps[i].Rules...)
		}
	}
	for _, rule := range together {
		other := d.of[ruleIn(d.group, rule)]
		if other == nil || other.wish < replace {
			continue // an exception accepts it, or it has to stay
		}
		for _, s := range other.steps {
			if s.Verb == change.Authorize {
				s.Rules = slices.DeleteFunc(slices.Clone(s.Rules), func(r inventory.Rule) bool { return holds(allowed, &r) })
				if len(s.Rules) == 0 {
					continue
				}
				allowed = append(allowed, s.Rules...)
			}
			if !slices.ContainsFunc(steps, func(known change.Step) bool { return known.Command() == s.Command() }) {
				steps = append(steps, s)
			}
		}
	}
	return steps
}
