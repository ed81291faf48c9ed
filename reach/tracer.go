package reach

import (
	"fmt"
	"slices"
	"strings"

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
	s, a := t.n.standing(t.to, f)
	if s < unsure {
		if s == noAddress && f == cidr.IPv6 && t.query.Everyone {
			return // most interfaces have no IPv6 address, and nobody asked
		}
		detail := called(t.to) + " " + s.words(f, [2]string{"holds", "takes"}, false)
		t.add(Way{From: addressesInWords(from, f), Verdict: NotReachable, Steps: []Step{{Kind: StepAddress, Verdict: Blocked, Object: t.to.ID, Detail: detail}}})
		return
	}
	address := t.n.addressStep(t.to, s, a)
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
		source := t.n.addressesOf(r.Peer)[f].intersect(exactly(from))
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
	t.add(Way{From: addressesInWords(from, f), Verdict: t.undecided(), Steps: append(slices.Clip(before), t.noRule(addressesInWords(from, f)))})
}

// way sends packets through the stages and what stands for the groups, which
// come before the network ACL of the reply.
func (t *tracer) way(groups stage, traffic inventory.Traffic, source known, f cidr.Family, before []Step, stages []stage) Way {
	way := []stage{groups}
	if b := t.n.balancerOf(t.to); b != nil {
		way = append(way, listenerStage{b})
	}
	if i := slices.IndexFunc(stages, func(s stage) bool { _, out := s.(aclOut); return out }); i >= 0 {
		way = slices.Insert(slices.Clone(stages), i, way...)
	}
	if AcceptsNone(t.to) {
		way = []stage{inboundStage{t.to}}
	}
	o := follow(way, flowsOf(traffic, f, source))
	w := Way{
		From: addressesInWords(o.from, f), Verdict: o.verdict, Traffic: trafficInWords(o.left),
		Steps: append(slices.Clip(before), o.steps...),
	}
	if o.verdict == NotReachable {
		w.From = addressesInWords(source.possible, f)
	}
	if w.Verdict == Reachable && slices.ContainsFunc(before, func(s Step) bool { return s.Verdict == Unknown }) {
		w.Verdict = Unknown
	}
	return w
}

// undecided is the verdict where no rule that was seen allows something.
func (t *tracer) undecided() Verdict {
	if len(t.unseen) > 0 && !AcceptsNone(t.to) {
		return Unknown
	}
	return NotReachable
}

func (t *tracer) noRule(from string) Step {
	step := Step{Kind: StepGroup, Verdict: Blocked, Object: strings.Join(t.to.Groups, ", ")}
	switch {
	case AcceptsNone(t.to):
		return inboundStage{t.to}.describe(packet{}, Blocked)
	case len(t.unseen) > 0:
		step.Verdict = Unknown
		step.Detail = fmt.Sprintf("the rules of %s are not visible to this account", strings.Join(t.unseen, ", "))
	default:
		step.Detail = fmt.Sprintf("no ingress rule of %s allows %s from %s", step.Object, inWords(t.query.Traffic), from)
	}
	return step
}

func (t *tracer) add(w Way) {
	if w.Traffic == "" {
		w.Traffic = inWords(t.query.Traffic)
	}
	t.ways = append(t.ways, w)
}

// addressesOf returns all addresses that the peer stands for, by family,
// private ones included.
func (n *Region) addressesOf(p inventory.Peer) (s peerSources) {
	list := n.net().list(p.List)
	for f, all := range [families]cidr.Set{cidr.All4(), cidr.All6()} {
		switch {
		case p.Group != nil:
		case p.List == "":
			s[f] = exactly(cidr.Of(p.Prefix).Intersect(all))
		case list == nil || !list.Resolved:
			s[f].possible = all
		default:
			s[f] = exactly(cidr.Of(list.Entries...).Intersect(all))
		}
	}
	return s
}

// ruleStage tells of the rule that the packets were asked by: what it does not
// let through is no part of the flows.
type ruleStage struct {
	group *inventory.Group
	rule  *inventory.Rule
}

func (s ruleStage) narrow(flows []flow) []flow { return flows }

func (s ruleStage) describe(_ packet, verdict Verdict) Step {
	return Step{Kind: StepGroup, Verdict: verdict, Object: s.group.ID, Detail: fmt.Sprintf("%s allows %s from %s", s.group.ID, inWords(s.rule.Traffic), s.rule.Peer)}
}

// trafficInWords joins what got through.
func trafficInWords(flows []flow) string {
	var joined []flow
	for _, f := range flows {
		if k := len(joined); k > 0 && joined[k-1].protocol == f.protocol && joined[k-1].last+1 >= f.first {
			joined[k-1].last = max(joined[k-1].last, f.last)
			continue
		}
		joined = append(joined, f)
	}
	var names []string
	for _, f := range joined {
		if name := inWords(f.traffic()); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}
