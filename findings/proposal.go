package findings

import "github.com/sgaudit/sgaudit/inventory"

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
	// First, of DeleteGroup, are the ids of the groups with rules that reference
	// the group. Those rules are revoked before.
	First []string
	// Together, of a rule that opens a port to the internet only together with other
	// rules of its group, are those other rules: the change is about all of them.
	Together []*inventory.Rule
	// Login says that people log in by what the rule allows: where nothing
	// takes the place of the rule, the fix names Session Manager.
	Login bool
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
// for which the check only advises are left out.
type Proposals map[string]Proposal
