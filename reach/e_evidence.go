package reach

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
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

// judgement is what was found out about one rule of a group, to be put in words.
type judgement struct {
	group   *inventory.Group
	rule    *inventory.Rule
	sources peerSources // internet addresses that the rule's peer stands for
	network *network
	members *members
	total   int      // interfaces that carry the group
	asked   []asked  // one for each candidate with an address of the sources' families
	best    *asked   // the one to tell of; nil where nothing can be reached
	count   int      // interfaces of the same verdict as the best
	others  []string // sentences about ways that the verdict leaves aside
}

// asked is one candidate with what became of the traffic to it.
type asked struct {
	*candidate
	*answer
	verdict Verdict // the answer's, or less certain where the address is
}

// answer is an outcome with its steps, which are made when they are first asked for.
type answer struct {
	outcome
	share float64 // of the internet, of what gets through
	steps []Step
}

func (a *answer) told() []Step {
	if a.steps == nil {
		a.steps = steps(&a.outcome)
	}
	return a.steps
}

// Reachable tells the way of one packet, and how many interfaces it can go to.
func (j *judgement) reachable() []string {
	a := j.best
	lines := []string{addressStep(j.network, a.some[0], a.standing, a.address).Detail}
	told := false
	for _, s := range a.told() {
		if !told && (s.Kind == StepListener || s.Kind == StepACLOut) { // the rule stands between the way in and the way out
			lines, told = append(lines, permissionInWords(j.group, j.rule)), true
		}
		lines = append(lines, s.Detail)
	}
	lines = append(lines, fmt.Sprintf("so %s to %s", passedInWords(a.left), a.address))
	if edge, route := a.place.inspection(); edge != nil {
		lines = append(lines, fmt.Sprintf("%s, the table of %s, may send it through %s first", edge.ID, edge.Gateways[0], route.Target))
	}
	if j.total > 1 {
		lines = append(lines, fmt.Sprintf("%d of the %d interfaces that carry %s can be reached", j.count, j.total, j.group.ID))
	}
	return bounded(append(lines, j.others...))
}

// passedInWords says what gets through for certain, and from where.
func passedInWords(left []flow) string {
	certain := slices.DeleteFunc(slices.Clone(left), func(f flow) bool { return f.from.sure.Empty() })
	first := certain[0]
	var same []flow // what is let through from the same addresses, neighbours joined
	for _, f := range certain {
		if !f.from.sure.Equal(first.from.sure) {
			continue
		}
		if n := len(same); n > 0 && same[n-1].protocol == f.protocol && same[n-1].last+1 == f.first {
			same[n-1].last = f.last
			continue
		}
		same = append(same, f)
	}
	const most = 3
	var names []string
	for _, f := range same[:min(most, len(same))] {
		names = append(names, inWords(f.traffic()))
	}
	text := strings.Join(names, ", ")
	if more := len(same) - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("%s gets through from %s", text, addressesInWords(first.from.sure, first.family))
}

// Unknown tells what could not be read, for the interface that is nearest to
// being reached.
func (j *judgement) unknown() []string {
	a := j.best
	address := addressStep(j.network, a.some[0], a.standing, a.address)
	lines := []string{address.Detail}
	unread := address.unread
	if j.sources[a.family].sure.Empty() {
		lines = append(lines, fmt.Sprintf("the entries of %s, the source of the rule, are unknown", j.rule.Peer))
	}
	for _, s := range a.told() {
		switch {
		case s.unread != 0:
			unread |= s.unread
		case s.Decision == Undecided && !slices.Contains(lines, s.Detail): // both ways of an ACL say the same
			lines = append(lines, s.Detail)
		}
	}
	if unread != 0 {
		lines = append(lines, unreadInWords(unread))
	}
	if j.total > 1 {
		lines = append(lines, fmt.Sprintf("for %d of the %d interfaces that carry %s the verdict is unknown", j.count, j.total, j.group.ID))
	}
	return bounded(append(lines, j.others...))
}
