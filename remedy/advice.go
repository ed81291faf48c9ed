package remedy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// adviseCommands adds to the notes of a finding the commands of its advice, for people:
// those that allow first what the check names and the group does not allow yet, then
// the one that revokes the rule. A rule with ids that were not read has no such command.
func (d *decision) adviseCommands(f *findings.Finding) {
	p := d.proposals[f.ID]
	rule := ruleIn(d.group, f.Rule.Rule)
	if p.Empty() || rule == nil || f.Status == findings.Suppressed {
		return
	}
	note := func(text string, steps []change.Step) {
		for i := range steps {
			if steps[i].Verb != change.LookUp && steps[i].Check() == nil {
				f.Fix.Notes = append(f.Fix.Notes, text+": "+steps[i].Command())
			}
		}
	}
	if p.FirstAllowGroup {
		if command := change.Template(d.region.Name, d.group.ID, rule.Traffic, false); command != "" {
			what, with := rule.Traffic.Words(), "its id for GROUP-ID"
			if t := rule.Traffic; t.HasPorts() && t.First != t.Last {
				what, with = "a port of "+what, "the number of the port for PORT, and "+with
			}
			f.Fix.Notes = append(f.Fix.Notes, fmt.Sprintf("to allow %s from another group, run this, with %s: %s", what, with, command))
		}
	}
	for _, r := range p.FirstAllow {
		if !allowsAlready(d.group, rule, &r) {
			d.noteAllowing(f, "to allow %s, run", d.group, r)
		}
	}
	d.noteAllowingOut(f, &p)
	revoke := "to revoke " + d.allows(rule) + " after that, run"
	if len(p.AllowToo) > 0 {
		revoke = "if that is not intended, revoke " + d.allows(rule) + ": run"
	}
	for _, r := range p.AllowToo {
		d.noteAllowing(f, "to allow %s too, run", d.group, r)
	}
	note(revoke, revokeRules(d.region, d.group, []inventory.Rule{*rule}))
}

// noteAllowing adds to the notes of a finding the command that allows a rule in a group.
// The text says what it is for, with %s for what the rule allows.
func (d *decision) noteAllowing(f *findings.Finding, text string, g *inventory.Group, rule inventory.Rule) {
	step := change.Step{Verb: change.Authorize, Account: d.region.AccountID, Region: d.region.Name, Group: g.ID, Direction: rule.Direction, Rules: []inventory.Rule{rule}}
	if step.Check() == nil {
		f.Fix.Notes = append(f.Fix.Notes, fmt.Sprintf(text, d.allowsIn(g, &rule))+": "+step.Command())
	}
}

// noteAllowingOut adds the commands that allow, in the groups of the senders, what the
// rules that the notes allow first need too.
func (d *decision) noteAllowingOut(f *findings.Finding, p *findings.Proposal) {
	for _, o := range p.FirstAllowOut {
		if g := d.index.Group(o.Group); g != nil {
			d.noteAllowing(f, "that also needs an outbound rule of "+strings.ReplaceAll(g.Named(), "%", "%%")+": to allow %s, run", g, o.Rule)
		}
	}
}

// adviseDeletion names, in the fix of a finding that advises to delete its group, the
// run that writes the plan for the finding of the same group that deletes it.
func (a *attacher) adviseDeletion(f *findings.Finding, g *inventory.Group, about []*findings.Finding) {
	if f.Rule != nil || !a.advises(f) || !strings.Contains(f.Fix.Summary, "delete "+g.Named()) {
		return
	}
	for _, o := range about {
		if o.Status != findings.Suppressed && a.deletes(o) {
			f.Fix.Summary += fmt.Sprintf(" `sgaudit fix --finding %s --depth services --with-deletes` writes the plan for that (%s, about the same group).", o.Short(8), o.Check)
			return
		}
	}
}

// allowsAlready reports whether a rule of the group beside one allows what another
// rule would.
func allowsAlready(g *inventory.Group, beside, wanted *inventory.Rule) bool {
	return slices.ContainsFunc(g.Rules, func(r inventory.Rule) bool {
		return inventory.CompareRules(&r, beside) != 0 && r.Direction == wanted.Direction && r.Peer.String() == wanted.Peer.String() && r.Traffic.Covers(wanted.Traffic)
	})
}
