// Package remedy writes down the exact change that removes a finding: commands
// of the AWS CLI with what takes each of them back, Terraform, and, where a
// range of addresses gives way to groups, a proof that nothing is cut off. It
// never carries a change out. A rule is revoked by its id and nothing else
// goes with it; where the ids were not read, the command that tells them
// stands in place of the revocation. What takes the place of a rule is always
// allowed before the rule is revoked.
package remedy

import (
	"net/netip"
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
		if proposals[f.ID].Kind == findings.DeleteGroup && f.Status != findings.Suppressed {
			a.dead[f.GroupID] = true
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
	dead      map[string]bool // groups that the findings would delete
}

func newAttacher(r *inventory.Region, proposals findings.Proposals, quota int) *attacher {
	n := reach.New(r)
	return &attacher{region: r, reach: n, index: n.Index(), proposals: proposals, quota: quota, dead: map[string]bool{}}
}

// attach fills the fixes of the findings about one group.
func (a *attacher) attach(g *inventory.Group, about []*findings.Finding) {
	d := a.decide(g, about)
	by := ManagedBy(g)
	for _, f := range about {
		switch {
		case f.Rule != nil:
			d.write(f)
		default:
			a.steps(f, g, a.change(a.proposals[f.ID], g))
		}
		if by != "" && (len(f.Fix.Commands) > 0 || a.advises(f)) {
			f.Fix.Notes = append(f.Fix.Notes, g.ID+" looks managed by "+by+": change it there, or its next run undoes the change")
		}
	}
}

// advises reports whether the check proposes no change for a finding.
func (a *attacher) advises(f *findings.Finding) bool {
	return a.proposals[f.ID].Kind == findings.Advise
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
	for i, back := range change.Undo(steps) {
		f.Fix.Commands = append(f.Fix.Commands, steps[i].Command())
		f.Fix.Undo = append(f.Fix.Undo, change.Chain(back))
	}
	f.Fix.Terraform = change.Terraform(steps)
	for i := range steps {
		if steps[i].Verb == change.Revoke && len(a.holders(g)) > 0 {
			f.Fix.Notes = append(f.Fix.Notes, tracking(g, steps[i].Rules)...)
		}
	}
	if p := a.proposals[f.ID]; p.Login && p.Kind != findings.ReplaceSource && hasInstance(a.holders(g)) {
		f.Fix.Notes = append(f.Fix.Notes, sessionManager(a.holders(g)))
	}
}

func (a *attacher) holders(g *inventory.Group) []*inventory.Interface {
	return a.reach.Interfaces(g.ID)
}

// hasIPv6 reports whether a VPC is known to have IPv6 addresses.
func hasIPv6(r *inventory.Region, vpc string) bool {
	return slices.ContainsFunc(r.VPCs, func(v inventory.VPC) bool {
		return v.ID == vpc && slices.ContainsFunc(v.Prefixes, func(p netip.Prefix) bool { return p.Addr().Is6() })
	})
}

// empties reports whether all rules of the group can go: it is a default
// group, and interfaces were read and none carries it.
func (a *attacher) empties(g *inventory.Group) bool {
	return g.Default() && a.region.Read.Has(inventory.PartInterfaces) && len(a.holders(g)) == 0
}

// change returns the steps of what is proposed for a whole group.
func (a *attacher) change(p findings.Proposal, g *inventory.Group) []change.Step {
	switch {
	case p.Kind == findings.DeleteGroup:
		var steps []change.Step
		for _, id := range p.First {
			if other := a.index.Group(id); other != nil {
				naming := slices.DeleteFunc(slices.Clone(other.Rules), func(r inventory.Rule) bool { return r.Peer.Group == nil || r.Peer.Group.ID != g.ID })
				steps = append(steps, change.RevokeRules(a.region.AccountID, a.region.Name, other, naming)...)
			}
		}
		for i := range steps {
			steps[i].Irreversible = true
		}
		was := *g
		was.Rules = slices.DeleteFunc(slices.Clone(g.Rules), func(r inventory.Rule) bool {
			return r.Peer.Group != nil && r.Peer.Group.ID != g.ID && a.dead[r.Peer.Group.ID]
		})
		return append(steps, change.Step{Verb: change.Delete, Account: a.region.AccountID, Region: a.region.Name, Group: g.ID, Details: &was, IPv6: hasIPv6(a.region, g.VPC)})
	case p.Kind == findings.RevokeAll && a.empties(g):
		return change.RevokeRules(a.region.AccountID, a.region.Name, g, g.Rules)
	}
	return nil
}

// ruleIn returns the rule of a group that is the same as another one, or nil.
func ruleIn(g *inventory.Group, rule *inventory.Rule) *inventory.Rule {
	if i := ruleIndex(g.Rules, rule); i >= 0 {
		return &g.Rules[i]
	}
	return nil
}
