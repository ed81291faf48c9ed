package findings

import (
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// Proposal is what a check proposes to do about the rule or the group of a
// finding. Package remedy turns it into steps, which are in the report. The
// zero Proposal advises.
type Proposal struct {
	Kind ProposalKind

	// Sources, of ReplaceSource, are allowed before the rule is revoked.
	Sources []inventory.Peer
	// Rules, of ReplaceSource, are allowed in the place of the rule instead: they may
	// have other ports too.
	Rules []inventory.Rule
	// FirstAllow, of Advise, are rules to allow in the group before a person revokes the
	// rule: the fix has the commands for both in its notes, and no plan runs them. Of a
	// proposal with a Wording, they are what clients may need when the rule is revoked.
	FirstAllow []inventory.Rule
	// FirstAllowOut are rules of other groups that those of FirstAllow need beside them:
	// outbound rules of the groups of the senders.
	FirstAllowOut []GroupRule
	// AllowToo, of Advise, are rules to allow in the group beside the rule, which then
	// stays: the fix has the commands for that and, in their place, for the revocation.
	AllowToo []inventory.Rule
	// FirstAllowGroup says of Advise that the same holds for the traffic of the rule,
	// from a group that only the reader knows.
	FirstAllowGroup bool
	// First, of DeleteGroup, are the ids of the groups with rules that reference
	// the group. Those rules are revoked before.
	First []string
	// Together, of a rule that opens a port to the internet only together with other
	// rules of its group, are those other rules: the change is about all of them.
	Together []*inventory.Rule
	// Wording, of a rule that is revoked although clients may need it, puts the fix
	// into words. It is nil where nothing can need the rule, or where the check has
	// said all of it.
	Wording *Wording
	// Login says that people log in by what the rule allows: where nothing
	// takes the place of the rule, the fix names Session Manager.
	Login bool
}

// GroupRule is a rule, and the id of the group that gets it.
type GroupRule struct {
	Group string
	Rule  inventory.Rule
}

// Empty reports whether there is nothing to say beside the advice of the check.
func (p *Proposal) Empty() bool {
	return p.Kind == Advise && len(p.FirstAllow)+len(p.AllowToo) == 0 && !p.FirstAllowGroup
}

// Wording is what a check knows of the sentences of a fix that revokes a rule. What
// the other rules of the group allow is added when the steps are made.
type Wording struct {
	Revokes string // what is revoked, as a sentence
	First   string // what to do before, if the traffic is still needed, as a sentence
	Else    string // the other choice, as a sentence; may be empty
}

// Text is the fix in sentences. Others is the sentence about the other rules of the
// group: that they allow the traffic too, or that none does; empty where they were not
// looked at.
func (w *Wording) Text(others string) string {
	sentences := []string{w.Revokes, others, w.First, w.Else}
	return strings.Join(slices.DeleteFunc(sentences, func(s string) bool { return s == "" }), " ")
}

// ProposalKind is the kind of change that a check proposes.
type ProposalKind uint8

const (
	Advise          ProposalKind = iota // no steps: people decide what to change
	RevokeRule                          // revoke the rule: nothing takes its place
	ReplaceSource                       // allow other sources, then revoke the rule
	RevokeRedundant                     // revoke the rule if rules that stay allow the same
	ReferenceGroups                     // allow the groups that the range stands for, then revoke the rule
	RevokeAll                           // revoke all rules of a default group if it is not attached
	DeleteGroup                         // delete the group
)

// Proposals are the proposals of a report by the id of the finding. Findings
// for which the check only advises, without commands for people, are left out.
type Proposals map[string]Proposal
