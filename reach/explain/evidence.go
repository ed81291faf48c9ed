package explain

import (
	"fmt"
	"slices"
	"strings"

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
	return append(cut, fmt.Sprintf("and %d further observations", len(lines)-len(cut)))
}

// Judgement is what was found out about one rule of a group, to be put in words.
type Judgement struct {
	Group   *inventory.Group
	Rule    *inventory.Rule
	Sources network.Sources // internet addresses that the rule's peer stands for
	Network *network.Network
	Members *network.Members
	Total   int      // interfaces that carry the group
	Asked   []Asked  // one for each candidate with an address of the sources' families
	Best    *Asked   // the one to tell of; nil where nothing can be reached
	Count   int      // interfaces of the same verdict as the best
	Others  []string // sentences about ways that the verdict leaves aside
}

// Asked is one candidate with what became of the traffic to it.
type Asked struct {
	*network.Candidate
	*Answer
	Verdict path.Verdict // the answer's, or less certain where the address is
}

// Answer is an outcome with its steps, which are made when they are first asked for.
type Answer struct {
	path.Outcome
	Share float64 // of the internet, of what gets through
	steps []Step
}

func (a *Answer) told() []Step {
	if a.steps == nil {
		a.steps = Steps(&a.Outcome)
	}
	return a.steps
}

// reachable tells the way of one packet, and how many interfaces it can go to.
func (j *Judgement) reachable() []string {
	a := j.Best
	lines := []string{AddressStep(j.Network, a.Some[0], a.Scope, a.Address).Detail}
	told := false
	for _, s := range a.told() {
		if !told && (s.Kind == StepListener || s.Kind == StepACLOut) { // the rule stands between the way in and the way out
			lines, told = append(lines, permission(j.Group, j.Rule)), true
		}
		lines = append(lines, s.Detail)
	}
	lines = append(lines, fmt.Sprintf("so %s to %s", passed(a.Left), a.Address))
	if edge, route := a.Place.Inspection(); edge != nil {
		lines = append(lines, fmt.Sprintf("%s, the table of %s, may send it through %s first", edge.ID, edge.Gateways[0], route.Target))
	}
	if j.Total > 1 {
		lines = append(lines, fmt.Sprintf("%d of the %d interfaces that carry %s can be reached", j.Count, j.Total, j.Group.ID))
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
	text := strings.Join(names, ", ")
	if more := len(same) - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("%s gets through from %s", text, Addresses(first.From.Certain, first.Family))
}

// unknown tells what could not be read, for the interface that is nearest to
// being reached.
func (j *Judgement) unknown() []string {
	a := j.Best
	address := AddressStep(j.Network, a.Some[0], a.Scope, a.Address)
	lines := []string{address.Detail}
	unread := address.unread
	if j.Sources[a.Family].Certain.Empty() {
		lines = append(lines, fmt.Sprintf("the entries of %s, the source of the rule, are unknown", j.Rule.Peer))
	}
	for _, s := range a.told() {
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
		lines = append(lines, fmt.Sprintf("for %d of the %d interfaces that carry %s the verdict is unknown", j.Count, j.Total, j.Group.ID))
	}
	return bounded(append(lines, j.Others...))
}
