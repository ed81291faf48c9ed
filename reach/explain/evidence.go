package explain

import (
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/reach/path"
)

// MaxEvidence bounds the sentences about one rule or group.
const MaxEvidence = 12

// bounded cuts evidence to its bound and says how much is missing.
func bounded(lines []string) []string {
	if len(lines) <= MaxEvidence {
		return lines
	}
	cut := slices.Clip(lines[:MaxEvidence-1])
	return append(cut, fmt.Sprintf("and %d more facts", len(lines)-len(cut)))
}

// Judgement is what was found out about one rule of a group.
type Judgement struct {
	Group   *inventory.Group
	Rule    *inventory.Rule
	Sources network.Sources // internet addresses that the rule's peer stands for
	Network *network.Network
	Members *network.Members
	Total   int      // interfaces to which the group is attached
	Judged  []Judged // the candidates with an address of a family that the sources have
	Best    *Judged  // the one that the evidence is about; nil where no candidate can be reached
	Count   int      // interfaces of the same verdict as the best, if Total is over 1
	Others  []string // sentences about second ways in, which the verdict leaves aside
}

// Judged is one candidate with what became of the traffic to it.
type Judged struct {
	*network.Candidate
	*Followed
	Verdict path.Verdict // of the outcome, or Unknown where it is not known whether the address is public
}

// Followed is an outcome with its steps, which are made when they are first needed.
type Followed struct {
	path.Outcome
	Share float64 // of the internet, from 0 to 1, that gets through
	steps []Step
}

// Steps returns the steps of the outcome's example.
func (f *Followed) Steps() []Step {
	if f.steps == nil {
		f.steps = Steps(&f.Outcome)
	}
	return f.steps
}

// reachable describes the way of one packet, and how many interfaces it can go to.
func (j *Judgement) reachable() []string {
	a := j.Best
	lines := []string{AddressStep(j.Network, a.Some[0], a.Family, a.Scope, a.Address).Detail}
	named := false
	for _, s := range a.Steps() {
		if !named && (s.Kind == StepListener || s.Kind == StepACLOut) { // the rule stands between the way in and the way out
			lines, named = append(lines, permission(j.Network, j.Group, j.Rule)), true
		}
		lines = append(lines, s.Detail)
	}
	lines = append(lines, fmt.Sprintf("so %s to %s", passed(a.Left), a.Address))
	if edge, route := a.Place.Inspection(); edge != nil {
		lines = append(lines, fmt.Sprintf("%s, the route table of %s, may send it through %s first", edge.ID, edge.Gateways[0], route.Target))
	}
	if j.Total > 1 {
		lines = append(lines, fmt.Sprintf("%d of the %d interfaces with %s can be reached", j.Count, j.Total, j.Group.Named()))
	}
	return bounded(append(lines, j.Others...))
}

// passed says what gets through for certain, and from where.
func passed(left []path.Flow) string {
	certain := slices.DeleteFunc(slices.Clone(left), func(f path.Flow) bool { return f.From.Certain.Empty() })
	first := certain[0]
	var same []path.Flow // what is let through from the same addresses, neighbours joined
	for _, f := range certain {
		if !f.From.Certain.Equal(first.From.Certain) {
			continue
		}
		if n := len(same); n > 0 && same[n-1].Protocol == f.Protocol && same[n-1].Last+1 == f.First {
			same[n-1].Last = f.Last
			continue
		}
		same = append(same, f)
	}
	const most = 3
	var names []string
	for _, f := range same[:min(most, len(same))] {
		names = append(names, Traffic(f.Traffic()))
	}
	return fmt.Sprintf("%s gets through from %s", firstOf(names, len(same), "more"), Addresses(first.From.Certain, first.Family))
}

// unknown says what could not be read, for the interface that is nearest to
// being reached.
func (j *Judgement) unknown() []string {
	a := j.Best
	address := AddressStep(j.Network, a.Some[0], a.Family, a.Scope, a.Address)
	lines := []string{address.Detail}
	unread := address.unread
	if j.Sources[a.Family].Certain.Empty() {
		lines = append(lines, fmt.Sprintf("the entries of %s, the source of the rule, are unknown", j.Network.PeerNamed(j.Rule.Peer)))
	}
	for _, s := range a.Steps() {
		switch {
		case s.unread != 0:
			unread |= s.unread
		case s.Decision == path.Undecided && !slices.Contains(lines, s.Detail): // both ways of an ACL say the same
			lines = append(lines, s.Detail)
		}
	}
	if unread != 0 {
		lines = append(lines, notRead(unread))
	}
	if j.Total > 1 {
		lines = append(lines, fmt.Sprintf("the verdict is unknown for %d of the %d interfaces with %s", j.Count, j.Total, j.Group.Named()))
	}
	return bounded(append(lines, j.Others...))
}
