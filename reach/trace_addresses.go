package reach

import (
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/explain"
	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/reach/path"
)

// tracer collects the ways to one interface.
type tracer struct {
	n      *Analyzer
	to     *inventory.Interface
	query  Query
	place  *network.Place
	groups []*inventory.Group
	unseen []string
	ways   []Way
}

// each calls f for every ingress rule of the interface's groups that allows some of
// the traffic in question, with that part of it.
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

// meet returns the traffic that both cover, and whether there is any. Of ICMP it is
// the narrower one, where one covers the other.
func meet(a, b inventory.Traffic) (inventory.Traffic, bool) {
	switch {
	case a.Covers(b):
		return b, true
	case b.Covers(a):
		return a, true
	case a.Protocol != b.Protocol || !a.HasPorts():
		return inventory.Traffic{}, false
	}
	both, ok := path.IntervalOf(a).Intersect(path.IntervalOf(b))
	return inventory.Ports(a.Protocol, both.First, both.Last), ok
}

// fromInternet follows what comes from internet addresses of one family.
func (t *tracer) fromInternet(f cidr.Family, from cidr.Set) {
	if from.Empty() {
		return
	}
	s, a := t.n.net().AddressScope(t.to, f)
	if s < network.MaybeAdvertised {
		if s == network.NoAddress && f == cidr.IPv6 && t.query.Everyone {
			return // most interfaces have no IPv6 address, and no one asked
		}
		t.add(Way{From: explain.Addresses(from, f), Verdict: path.NotReachable, Steps: []explain.Step{explain.NotAddressed(t.to, s, f)}})
		return
	}
	address := explain.AddressStep(t.n.net(), t.to, f, s, a)
	t.byAddress(from, f, []explain.Step{address}, t.place.FromInternet(nil))
}

// fromAddresses follows what comes from inside: the VPC's own addresses, and
// private ones that routes may lead back to.
func (t *tracer) fromAddresses(from cidr.Set) {
	var near cidr.Set
	if s := t.place.Record; s != nil {
		for _, p := range s.Prefixes {
			near = near.Union(cidr.Of(p.Prefix))
		}
	}
	for f := range cidr.Families {
		if !t.addressed(f) {
			continue
		}
		part := from.Intersect(cidr.All(f))
		first := len(t.ways)
		t.byAddress(part.Intersect(near), f, nil, nil)
		for i := range t.ways[first:] {
			t.ways[first+i].From = explain.OwnSubnet(t.ways[first+i].From)
		}
		stages := []path.Stage{network.PrivateRoute{Place: t.place}, network.ACLIn{Place: t.place}, network.ACLOut{Place: t.place}}
		far := part.Subtract(near)
		// Apart, because other routes lead to them: the steps of one do not hold for the other.
		t.byAddress(far.Intersect(t.place.Own), f, nil, stages)
		t.byAddress(far.Subtract(t.place.Own), f, nil, stages)
	}
}

// addressed reports whether the interface has an address of the family.
func (t *tracer) addressed(f cidr.Family) bool {
	for p := range t.to.Private() {
		if cidr.FamilyOf(p) == f {
			return true
		}
	}
	return false
}

// byAddress follows packets from addresses of one family through the stages and each
// rule that may allow them, after steps that were decided before. Where the query is
// about everyone, private addresses have a way only where a rule names them.
func (t *tracer) byAddress(from cidr.Set, f cidr.Family, before []explain.Step, stages []path.Stage) {
	if from.Empty() {
		return
	}
	if len(t.to.Groups) == 0 {
		if !t.query.Everyone || len(before) > 0 {
			t.add(t.way(network.NoGroup{Interface: t.to}, t.query.Traffic, path.Exactly(from), f, before, stages))
		}
		return
	}
	named := false
	t.each(func(g *inventory.Group, r *inventory.Rule, traffic inventory.Traffic) {
		source := t.n.net().Addresses(r.Peer)[f].Intersect(path.Exactly(from))
		if source.None() {
			return
		}
		named = true
		w := t.way(network.OneRule{Network: t.n.net(), Group: g, Rule: r}, traffic, source, f, before, stages)
		w.Group, w.Rule = g.ID, r.String()
		t.add(w)
	})
	if named || t.query.Everyone && len(before) == 0 {
		return
	}
	t.add(Way{From: explain.Addresses(from, f), Verdict: t.noRuleVerdict(), Steps: append(slices.Clip(before), explain.NoRule(t.n.net(), t.to, t.unseen, t.query.Traffic, explain.Addresses(from, f)))})
}

// way follows packets through the stages, with that of the groups before the network
// ACL of the reply.
func (t *tracer) way(groups path.Stage, traffic inventory.Traffic, source path.Addresses, f cidr.Family, before []explain.Step, stages []path.Stage) Way {
	way := []path.Stage{groups}
	if b := t.n.net().LoadBalancerOf(t.to); b != nil {
		way = append(way, network.Listeners{LoadBalancer: b})
	}
	if i := slices.IndexFunc(stages, func(s path.Stage) bool { _, out := s.(network.ACLOut); return out }); i >= 0 {
		way = slices.Insert(slices.Clone(stages), i, way...)
	}
	if t.to.AcceptsNone() {
		way = []path.Stage{network.AcceptsNone{To: t.to}}
	}
	o := path.Follow(way, path.Flows(traffic, f, source))
	w := Way{
		From: explain.Addresses(o.From, f), Verdict: o.Verdict, Traffic: explain.Flows(o.Left),
		Steps:  append(slices.Clip(before), explain.Steps(&o)...),
		passed: o.Left, all: traffic == inventory.All,
	}
	if o.Verdict == path.NotReachable {
		w.From = explain.Addresses(source.Possible, f)
	}
	if w.Verdict == path.Reachable && slices.ContainsFunc(before, func(s explain.Step) bool { return s.Decision == path.Undecided }) {
		w.Verdict = path.Unknown
	}
	return w
}

// noRuleVerdict is the verdict where no rule that was read allows the traffic.
func (t *tracer) noRuleVerdict() path.Verdict {
	if len(t.unseen) > 0 && !t.to.AcceptsNone() {
		return path.Unknown
	}
	return path.NotReachable
}

func (t *tracer) add(w Way) {
	if w.Traffic == "" {
		w.Traffic = explain.Traffic(t.query.Traffic)
	}
	t.ways = append(t.ways, w)
}
