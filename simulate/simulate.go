// Package simulate carries out a plan on a copy of an inventory, and says what
// comes of it: which findings go and come, what the internet can reach, and which
// interfaces gain or lose access to another. A plan is the lines of a script, a plan
// of Terraform or a change set of CloudFormation. Nothing is changed in AWS.
package simulate

import (
	"slices"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/drift"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/planned"
	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/remedy"
)

// Simulation is what a plan would change. As JSON it is the answer of sgaudit
// simulate. Its names are a contract.
type Simulation struct {
	*drift.Drift
	Steps  int    `json:"steps"`
	Lost   []Pair `json:"lost"`
	Gained []Pair `json:"gained"`
	Asked  int    `json:"pairs_asked"`
	Cut    bool   `json:"pairs_cut_short"` // there are more pairs than were asked
	Unsure int    `json:"pairs_unknown"`   // pairs asked of which it could not be determined, before and after

	// Plan is what was done with a Terraform plan or a change set; nil for a script.
	Plan *planned.Outcome `json:"plan,omitempty"`

	// FlowLogs is what flow logs say about the plan; nil where none were given.
	FlowLogs *Replayed `json:"flow_logs,omitempty"`

	// NotRead are the changed regions without interfaces, as "ACCOUNT REGION".
	NotRead []string `json:"interfaces_not_read"`

	after *inventory.Inventory // as the plan would leave it
}

// Pair is two interfaces that can talk since, or no more.
type Pair struct {
	AccountID string        `json:"account_id"`
	Region    string        `json:"region"`
	From      string        `json:"from"`
	To        string        `json:"to"`
	Traffic   string        `json:"traffic"`
	Verdict   reach.Verdict `json:"verdict"` // afterwards

	// Wanted says of a pair that loses access that a finding asks to revoke a
	// rule that allowed it.
	Wanted bool `json:"wanted,omitempty"`

	// Findings are the ids of those findings, sorted.
	Findings []string `json:"findings,omitempty"`
}

// Run carries out the lines of a plan on a copy of the snapshot. The error, which
// joins one for each line, says why the plan would fail.
func Run(read *inventory.Snapshot, plan []change.Line, opts audit.Options, exceptions ...findings.Exception) (*Simulation, error) {
	after, err := remedy.Apply(read.Inventory, plan)
	if err != nil {
		return nil, err
	}
	return compare(read, after, len(plan), opts, exceptions), nil
}

// RunPlanned carries out a Terraform plan or a change set on a copy of the snapshot.
// Steps is then how many resources were carried out. The error says which values of
// the plan have not the form that AWS gives them.
func RunPlanned(read *inventory.Snapshot, plan *planned.Plan, opts audit.Options, exceptions ...findings.Exception) (*Simulation, error) {
	after, outcome, err := plan.Apply(read.Inventory)
	if err != nil {
		return nil, err
	}
	s := compare(read, after, outcome.Applied, opts, exceptions)
	s.Plan = outcome
	return s, nil
}

// Incomplete reports whether something that the plan changes could not be tried: it
// is known after apply only, or in a region that was not read.
func (s *Simulation) Incomplete() bool { return s.Plan != nil && s.Plan.Incomplete() }

// Refused returns what of the plan AWS would refuse, so that the plan would fail.
func (s *Simulation) Refused() []planned.Note {
	if s.Plan == nil {
		return nil
	}
	return s.Plan.Refused()
}

func compare(read *inventory.Snapshot, after *inventory.Inventory, steps int, opts audit.Options, exceptions []findings.Exception) *Simulation {
	access := remedy.CompareAccess(read.Inventory, after, remedy.MaxPairs)
	compared := drift.Compare(read, &inventory.Snapshot{TakenAt: read.TakenAt, Inventory: after}, opts, exceptions...)
	lost := pairs(access.Lost)
	for i := range lost {
		lost[i].Findings = complaints(read.Inventory, compared, &access.Lost[i])
		lost[i].Wanted = len(lost[i].Findings) > 0
	}
	return &Simulation{
		Drift:   compared,
		Steps:   steps,
		Lost:    lost,
		Gained:  pairs(access.Gained),
		Asked:   access.Asked,
		Cut:     access.Cut,
		Unsure:  access.Unknown,
		NotRead: append([]string{}, access.Unread...),
		after:   after,
	}
}

// complaints returns the ids of the findings that ask to revoke a rule by which a pair
// could talk, sorted.
func complaints(inv *inventory.Inventory, d *drift.Drift, p *remedy.PairChange) (ids []string) {
	for _, r := range inv.Regions {
		if r.AccountID != p.AccountID || r.Name != p.Region {
			continue
		}
		index := inventory.NewIndex(r)
		for id, way := range map[string]inventory.Direction{p.To: inventory.Ingress, p.From: inventory.Egress} {
			if e := index.Interface(id); e != nil {
				ids = append(ids, d.Complaints(p.AccountID, p.Region, e.Groups, way, p.Traffic)...)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func pairs(list []remedy.PairChange) []Pair {
	changes := []Pair{}
	for _, p := range list {
		changes = append(changes, Pair{p.AccountID, p.Region, p.From, p.To, p.Traffic.String(), p.Verdict, false, nil})
	}
	return changes
}
