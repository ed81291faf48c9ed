package explain

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/words"
)

// reason is why some interfaces cannot be reached.
type reason struct {
	network.Tally
	order int // of the step on the way
	text  string
}

// notReachable says what stops the internet, and how many interfaces that
// holds for, until every one of them is accounted for.
func (j *Judgement) notReachable() []string {
	var reasons []*reason
	for f := range cidr.Families {
		if j.Sources[f].None() {
			continue
		}
		for s := range network.MaybeAdvertised {
			if t := &j.Members.Unaddressed[f][s]; t.Count > 0 {
				reasons = append(reasons, &reason{Tally: *t, text: j.unaddressed(t, s, f)})
			}
		}
	}
	byText := map[string]*reason{}
	for i := range j.Judged {
		a := &j.Judged[i]
		last := a.Steps()[len(a.Steps())-1]
		r := byText[last.Detail]
		if r == nil {
			r = &reason{order: slices.Index(stepKinds, last.Kind), text: last.Detail}
			byText[last.Detail] = r
			reasons = append(reasons, r)
		}
		r.Merge(&a.Tally)
	}
	slices.SortStableFunc(reasons, func(a, b *reason) int { return cmp.Compare(a.order, b.order) })
	var lines []string
	for _, r := range reasons {
		if r.order > 0 {
			r.text += " (" + named(&r.Tally) + ")"
		}
		lines = append(lines, r.text)
	}
	if room := MaxEvidence - len(j.Others); len(lines) > room {
		rest := 0
		for _, r := range reasons[room-1:] {
			rest += r.Count
		}
		lines = append(lines[:room-1:room-1], fmt.Sprintf("and %d more reasons, which stop %s", len(reasons)-room+1, words.Count(rest, "interface")))
	}
	return append(lines, j.Others...)
}

// unaddressed says why the internet cannot send to interfaces of a scope.
func (j *Judgement) unaddressed(t *network.Tally, s network.AddressScope, f cidr.Family) string {
	switch {
	case t.Count == 1:
		return Interface(t.Some[0]) + " " + scope(s, f, false)
	case t.Count == j.Total:
		return fmt.Sprintf("all %d interfaces with %s %s", t.Count, j.Group.Named(), scope(s, f, true))
	}
	return fmt.Sprintf("%d of %d interfaces %s (%s)", t.Count, j.Total, scope(s, f, true), named(t))
}
