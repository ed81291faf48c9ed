package reach

import (
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// tracer gathers the ways to one interface.
type tracer struct {
	n      *Region
	to     *inventory.Interface
	query  Query
	place  *place
	groups []*inventory.Group
	unseen []string
	ways   []Way
}

// each calls f for every ingress rule of the interface's groups that speaks of
// the traffic in question, with the part of it that the rule lets through.
func (t *tracer) each(f func(*inventory.Group, *inventory.Rule, inventory.Traffic)) {
	for _, g := range t.groups {
		for i := range g.Rules {
			r := &g.Rules[i]
			if r.Direction != inventory.Ingress {
				continue
			}
			if part, ok := meet(r.Traffic, t.query.Traffic); ok {
				f(g, r, part)
			}
		}
	}
}

// meet returns the traffic that both cover. Of ICMP, where one covers the
// other, it is the narrower one.
func meet(a, b inventory.Traffic) (inventory.Traffic, bool) {
	switch {
	case a.Covers(b):
		return b, true
	case b.Covers(a):
		return a, true
	case a.Protocol != b.Protocol || !a.HasPorts():
		return inventory.Traffic{}, false
	}
	both, ok := intervalOf(a).intersect(intervalOf(b))
	return inventory.Ports(a.Protocol, both.first, both.last), ok
}

// fromInternet follows what comes from internet addresses of one family.
func (t *tracer) fromInternet(f cidr.Family, from cidr.Set) {
	if from.Empty() {
		return
	}
	s, a := t.n.net().standing(t.to, f)
	if s < unsure {
		if s == noAddress && f == cidr.IPv6 && t.query.Everyone {
			return // most interfaces have no IPv6 address, and nobody asked
		}
		t.add(Way{From: addressesInWords(from, f), Verdict: NotReachable, Steps: []Step{notAddressedStep(t.to, s, f)}})
		return
	}
	address := addressStep(t.n.net(), t.to, s, a)
	t.byAddress(from, f, []Step{address}, t.place.fromInternet(nil))
}

// fromAddresses follows what comes from inside: the VPC's own addresses, and
// private ones that routes may lead back to.
func (t *tracer) fromAddresses(from cidr.Set) {
	var near cidr.Set
	if s := t.place.known; s != nil {
		for _, p := range s.Prefixes {
			near = near.Union(cidr.Of(p.Prefix))
		}
	}
	for f := range families {
		all := cidr.All4()
		if f == cidr.IPv6 {
			all = cidr.All6()
		}
		if !t.addressed(f) {
			continue
		}
		part := from.Intersect(all)
		first := len(t.ways)
		t.byAddress(part.Intersect(near), f, nil, nil)
		for i := range t.ways[first:] {
			t.ways[first+i].From += " (its own subnet)"
		}
		t.byAddress(part.Subtract(near), f, nil, []stage{backStage{t.place}, aclIn{t.place}, aclOut{t.place}})
	}
}

// addressed reports whether the interface has an address of the family.
func (t *tracer) addressed(f cidr.Family) bool {
	return slices.ContainsFunc(t.to.Addresses, func(a inventory.Address) bool { return a.Private.Is6() == (f == cidr.IPv6) })
}

// byAddress sends packets from addresses of one family through the stages and
// each rule that may allow them. Everyone's private addresses are told of only
// where a rule names them.
func (t *tracer) byAddress(from cidr.Set, f cidr.Family, before []Step, stages []stage) {
	if from.Empty() {
		return
	}
	if len(t.to.Groups) == 0 {
		if !t.query.Everyone || len(before) > 0 {
			t.add(t.way(ungroupedStage{t.to}, t.query.Traffic, exactly(from), f, before, stages))
		}
		return
	}
	named := false
	t.each(func(g *inventory.Group, r *inventory.Rule, traffic inventory.Traffic) {
		source := t.n.net().addressesOf(r.Peer)[f].intersect(exactly(from))
		if source.impossible() {
			return
		}
		named = true
		w := t.way(ruleStage{g, r}, traffic, source, f, before, stages)
		w.Group, w.Rule = g.ID, r.String()
		t.add(w)
	})
	if named || t.query.Everyone && len(before) == 0 {
		return
	}
	t.add(Way{From: addressesInWords(from, f), Verdict: t.undecided(), Steps: append(slices.Clip(before), noRuleStep(t.to, t.unseen, t.query.Traffic, addressesInWords(from, f)))})
}

// way sends packets through the stages and what stands for the groups, which
// come before the network ACL of the reply.
func (t *tracer) way(groups stage, traffic inventory.Traffic, source known, f cidr.Family, before []Step, stages []stage) Way {
	way := []stage{groups}
	if b := t.n.net().balancerOf(t.to); b != nil {
		way = append(way, listenerStage{b})
	}
	if i := slices.IndexFunc(stages, func(s stage) bool { _, out := s.(aclOut); return out }); i >= 0 {
		way = slices.Insert(slices.Clone(stages), i, way...)
	}
	if t.to.AcceptsNone() {
		way = []stage{inboundStage{t.to}}
	}
	o := follow(way, flowsOf(traffic, f, source))
	w := Way{
		From: addressesInWords(o.from, f), Verdict: o.verdict, Traffic: trafficInWords(o.left),
		Steps: append(slices.Clip(before), steps(&o)...),
	}
	if o.verdict == NotReachable {
		w.From = addressesInWords(source.possible, f)
	}
	if w.Verdict == Reachable && slices.ContainsFunc(before, func(s Step) bool { return s.Decision == Undecided }) {
		w.Verdict = Unknown
	}
	return w
}

// undecided is the verdict where no rule that was seen allows something.
func (t *tracer) undecided() Verdict {
	if len(t.unseen) > 0 && !t.to.AcceptsNone() {
		return Unknown
	}
	return NotReachable
}

func (t *tracer) add(w Way) {
	if w.Traffic == "" {
		w.Traffic = inWords(t.query.Traffic)
	}
	t.ways = append(t.ways, w)
}
