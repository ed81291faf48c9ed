package reach

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
)

// reason is why some interfaces cannot be reached.
type reason struct {
	tally
	order int // of the step on the way
	text  string
}

var stepOrder = map[string]int{
	StepAddress: 0, StepPublicAccess: 1, StepGateway: 2, StepRoute: 3, StepACLIn: 4, StepGroup: 5, StepListener: 6, StepACLOut: 7,
}

// notReachable tells what stops the internet, and how many interfaces that
// holds for, until every one of them is accounted for.
func (j *judgement) notReachable() []string {
	var reasons []*reason
	for f := range families {
		if j.sources[f].impossible() {
			continue
		}
		for s := range unsure {
			if t := &j.members.held[f][s]; t.count > 0 {
				reasons = append(reasons, &reason{tally: *t, text: j.hold(t, s, f)})
			}
		}
	}
	byText := map[string]*reason{}
	for i := range j.asked {
		a := &j.asked[i]
		last := a.told()[len(a.told())-1]
		r := byText[last.Detail]
		if r == nil {
			r = &reason{order: stepOrder[last.Kind], text: last.Detail}
			byText[last.Detail] = r
			reasons = append(reasons, r)
		}
		r.merge(&a.tally)
	}
	slices.SortStableFunc(reasons, func(a, b *reason) int { return cmp.Compare(a.order, b.order) })
	var lines []string
	for _, r := range reasons {
		if r.order > 0 {
			r.text += " (" + named(&r.tally) + ")"
		}
		lines = append(lines, r.text)
	}
	if room := MaxEvidence - len(j.others); len(lines) > room {
		rest := 0
		for _, r := range reasons[room-1:] {
			rest += r.count
		}
		lines = append(lines[:room-1:room-1], fmt.Sprintf("and %d further reasons, which stop %s", len(reasons)-room+1, interfacesInWords(rest)))
	}
	return append(lines, j.others...)
}

// hold tells of interfaces that their addresses keep from the internet.
func (j *judgement) hold(t *tally, s standing, f cidr.Family) string {
	switch {
	case t.count == 1:
		return called(t.some[0]) + " " + scopeInWords(s, f, false)
	case t.count == j.total:
		return fmt.Sprintf("all %d interfaces that carry %s %s", t.count, j.group.ID, scopeInWords(s, f, true))
	}
	return fmt.Sprintf("%d of %d interfaces %s (%s)", t.count, j.total, scopeInWords(s, f, true), named(t))
}
