package reach

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// maxEvidence bounds the lines of an Exposure.
const maxEvidence = 12

// bounded cuts evidence to its bound and says how much is missing.
func bounded(lines []string) []string {
	if len(lines) <= maxEvidence {
		return lines
	}
	cut := slices.Clip(lines[:maxEvidence-1])
	return append(cut, fmt.Sprintf("and %d further observations", len(lines)-len(cut)))
}

// reachable tells the way of one packet, and how many interfaces it can go to.
func (c *considered) reachable() []string {
	a := c.best[Reachable]
	first := a.some[0]
	lines := []string{c.n.addressStep(first, a.standing, a.address).Detail}
	told := false
	for _, s := range a.steps {
		if !told && (s.Kind == StepListener || s.Kind == StepACLOut) { // the rule stands between the way in and the way out
			lines, told = append(lines, c.permission()), true
		}
		lines = append(lines, s.Detail)
	}
	lines = append(lines, fmt.Sprintf("so %s to %s", a.passed(), a.address))
	lines = append(lines, c.inspection(a.place)...)
	if c.total > 1 {
		lines = append(lines, fmt.Sprintf("%d of the %d interfaces that carry %s can be reached", c.distinct(Reachable), c.total, c.group.ID))
	}
	return bounded(append(lines, c.n.otherWays(c.group)...))
}

// passed says what gets through for certain, and from where.
func (o *outcome) passed() string {
	certain := slices.DeleteFunc(slices.Clone(o.left), func(f flow) bool { return f.from.sure.Empty() })
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

func (c *considered) permission() string {
	return fmt.Sprintf("%s allows %s from %s", c.group.ID, inWords(c.rule.Traffic), c.rule.Peer)
}

// distinct counts the interfaces with some candidate of the verdict. Those
// that are candidates in both families are counted once, but that can be told
// only by looking at them, which one family spares.
func (c *considered) distinct(verdict Verdict) int {
	var with [families]bool
	for i := range c.asked {
		if c.asked[i].verdict == verdict {
			with[c.asked[i].family] = true
		}
	}
	if !with[cidr.IPv4] || !with[cidr.IPv6] {
		return c.count[verdict]
	}
	type key struct {
		place  *place
		family cidr.Family
		stands standing
		by     *balancer
	}
	hit := map[key]bool{}
	for i := range c.asked {
		a := &c.asked[i]
		hit[key{a.place, a.family, a.standing, a.candidate.balancer}] = a.verdict == verdict
	}
	count := 0
	for _, e := range c.n.Interfaces(c.group.ID) {
		for f := range families {
			s, _ := c.n.standing(e, f)
			if s >= unsure && hit[key{c.n.place(placeKey{e.VPC, e.Subnet}), f, s, c.n.balancerOf(e)}] {
				count++
				break
			}
		}
	}
	return count
}

// unknown tells what could not be read, for the interface that is nearest to
// being reached.
func (c *considered) unknown() []string {
	a := c.best[Unknown]
	first := a.some[0]
	address := c.n.addressStep(first, a.standing, a.address)
	lines := []string{address.Detail}
	unread := address.unread
	if k := c.n.sourcesOf(c.rule.Peer)[a.family]; k.sure.Empty() {
		lines = append(lines, fmt.Sprintf("the entries of %s, the source of the rule, are unknown", c.rule.Peer))
	}
	for _, s := range a.steps {
		switch {
		case s.unread != 0:
			unread |= s.unread
		case s.Verdict == Unknown && !slices.Contains(lines, s.Detail): // both ways of an ACL say the same
			lines = append(lines, s.Detail)
		}
	}
	if unread != 0 {
		lines = append(lines, unreadInWords(unread))
	}
	if c.total > 1 {
		lines = append(lines, fmt.Sprintf("for %d of the %d interfaces that carry %s the verdict is unknown", c.distinct(Unknown), c.total, c.group.ID))
	}
	return bounded(append(lines, c.n.otherWays(c.group)...))
}

// unreadInWords tells which parts would have decided.
func unreadInWords(parts inventory.Parts) string {
	text := parts.String()
	if i := strings.LastIndex(text, ", "); i >= 0 {
		text = text[:i] + " and " + text[i+2:]
		return text + " were not read"
	}
	if parts == inventory.PartPublicAccess {
		return text + " was not read"
	}
	return text + " were not read"
}

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
func (c *considered) notReachable() []string {
	var reasons []*reason
	sources := c.n.sourcesOf(c.rule.Peer)
	for f := range families {
		if sources[f].impossible() {
			continue
		}
		for s := range unsure {
			if t := &c.profile.held[f][s]; t.count > 0 {
				reasons = append(reasons, &reason{tally: *t, text: c.hold(t, s, f)})
			}
		}
	}
	byText := map[string]*reason{}
	for i := range c.asked {
		a := &c.asked[i]
		last := a.steps[len(a.steps)-1]
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
	other := c.n.otherWays(c.group)
	if room := maxEvidence - len(other); len(lines) > room {
		rest := 0
		for _, r := range reasons[room-1:] {
			rest += r.count
		}
		lines = append(lines[:room-1:room-1], fmt.Sprintf("and %d further reasons, which stop %s", len(reasons)-room+1, interfacesInWords(rest)))
	}
	return append(lines, other...)
}

// hold tells of interfaces that their addresses keep from the internet.
func (c *considered) hold(t *tally, s standing, f cidr.Family) string {
	switch {
	case t.count == 1:
		return called(t.some[0]) + " " + s.words(f, [2]string{"holds", "takes"}, false)
	case t.count == c.total:
		return fmt.Sprintf("all %d interfaces that carry %s %s", t.count, c.group.ID, s.words(f, [2]string{"hold", "take"}, true))
	}
	return fmt.Sprintf("%d of %d interfaces %s (%s)", t.count, c.total, s.words(f, [2]string{"hold", "take"}, true), named(t))
}

// named lists the first interfaces of a tally and counts the rest.
func named(t *tally) string {
	var ids []string
	for _, e := range t.some[:min(t.count, len(t.some))] {
		ids = append(ids, e.ID)
	}
	text := strings.Join(ids, ", ")
	if more := t.count - len(ids); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func interfacesInWords(n int) string {
	if n == 1 {
		return "1 interface"
	}
	return fmt.Sprintf("%d interfaces", n)
}

// addressesInWords names a set of one family, in at most three prefixes.
func addressesInWords(s cidr.Set, f cidr.Family) string {
	if s.Whole(f) {
		return "the internet (" + f.String() + ")"
	}
	const most = 3
	prefixes := s.Prefixes()
	var names []string
	for _, p := range prefixes[:min(most, len(prefixes))] {
		if p.IsSingleIP() {
			names = append(names, p.Addr().String())
		} else {
			names = append(names, p.String())
		}
	}
	text := strings.Join(names, ", ")
	if more := len(prefixes) - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more prefixes", more)
	}
	return text
}
