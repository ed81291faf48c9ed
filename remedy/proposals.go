package remedy

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// wish is what a finding asks to be done with its rule. Where findings about
// one rule ask for different things, the greatest wish decides.
type wish int

const (
	keep      wish = iota
	reference      // groups take the place of the range
	replace        // other sources take the place of the source
	redundant      // revoke: rules that stay allow the same
	revoke         // revoke: nothing takes the place
)

// proposalKind is what becomes of one kind of proposal.
type proposalKind struct {
	rule       wish // of a finding about a rule
	revokesAll bool // of a finding about a group: its rules are revoked if it is not attached
	deletes    bool // of a finding about a group: the group goes
}

// proposalKinds has a row for each kind of proposal that a check may make.
var proposalKinds = map[findings.ProposalKind]proposalKind{
	findings.Advise:          {rule: keep},
	findings.RevokeRule:      {rule: revoke},
	findings.ReplaceSource:   {rule: replace},
	findings.RevokeRedundant: {rule: redundant},
	findings.ReferenceGroups: {rule: reference},
	findings.RevokeAll:       {rule: keep, revokesAll: true},
	findings.DeleteGroup:     {rule: keep, deletes: true},
}

// kindOf returns the row of what is proposed for a finding.
func (a *attacher) kindOf(f *findings.Finding) proposalKind {
	kind, ok := proposalKinds[a.proposals[f.ID].Kind]
	if !ok {
		panic(fmt.Sprintf("no row of proposalKinds for the proposal of %s (%s)", f.ID, f.Check))
	}
	return kind
}

// advises reports whether the check proposes no change for a finding.
func (a *attacher) advises(f *findings.Finding) bool {
	return a.proposals[f.ID].Kind == findings.Advise
}

// wishOf returns what a finding asks to be done with its rule.
func (a *attacher) wishOf(f *findings.Finding) wish { return a.kindOf(f).rule }

// deletes reports whether a finding asks for its group to be deleted.
func (a *attacher) deletes(f *findings.Finding) bool { return a.kindOf(f).deletes }

// revokesAll reports whether a finding asks for all rules of its group to be
// revoked, and they can go: it is a default group, and interfaces were read and
// it is not attached to any.
func (a *attacher) revokesAll(f *findings.Finding, g *inventory.Group) bool {
	return a.kindOf(f).revokesAll && g.Default() && a.region.Read.Has(inventory.PartInterfaces) && len(a.holders(g)) == 0
}

// groupSteps returns the steps of what a finding proposes for a whole group.
func (a *attacher) groupSteps(f *findings.Finding, g *inventory.Group) []change.Step {
	switch {
	case a.deletes(f):
		return a.deleteGroup(g, a.proposals[f.ID].First)
	case a.revokesAll(f, g):
		return revokeRules(a.region, g, g.Rules)
	}
	return nil
}

// deleteGroup returns the steps that delete a group, after the rules of other
// groups that reference it were revoked.
func (a *attacher) deleteGroup(g *inventory.Group, referencedBy []string) []change.Step {
	var steps []change.Step
	for _, id := range referencedBy {
		if other := a.index.Group(id); other != nil {
			naming := slices.DeleteFunc(slices.Clone(other.Rules), func(r inventory.Rule) bool { return r.Peer.Group == nil || r.Peer.Group.ID != g.ID })
			steps = append(steps, revokeRules(a.region, other, naming)...)
		}
	}
	return append(steps, change.Step{Verb: change.Delete, Account: a.region.AccountID, Region: a.region.Name, Group: g.ID, Details: restorable(a.region, g), IPv6: hasIPv6(a.region, g.VPC)})
}

// hasIPv6 reports whether a VPC is known to have IPv6 addresses.
func hasIPv6(r *inventory.Region, vpc string) bool {
	return slices.ContainsFunc(r.VPCs, func(v inventory.VPC) bool {
		return v.ID == vpc && slices.ContainsFunc(v.Prefixes, func(p netip.Prefix) bool { return p.Addr().Is6() })
	})
}
