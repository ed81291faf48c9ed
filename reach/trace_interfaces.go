package reach

import (
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/explain"
	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/reach/path"
)

// fromReferences follows what comes from the interfaces of the groups that rules
// reference.
func (t *tracer) fromReferences() {
	t.each(func(g *inventory.Group, r *inventory.Rule, _ inventory.Traffic) {
		if r.Peer.Group == nil {
			return
		}
		var others []*inventory.Interface
		for _, e := range t.n.Interfaces(r.Peer.Group.ID) {
			if e != t.to {
				others = append(others, e)
			}
		}
		if len(others) > 0 {
			t.fromInterfaces(others, &network.Permission{Group: g, Rule: r})
			return
		}
		w := Way{From: r.Peer.Group.ID, Verdict: path.NotReachable, Group: g.ID, Rule: r.String()}
		visible := t.n.index.Group(r.Peer.Group.ID) != nil || t.to.AcceptsNone()
		if !visible {
			w.Verdict = path.Unknown
		}
		w.Steps = []explain.Step{explain.NoMembers(r.Peer.Group.ID, visible)}
		t.add(w)
	})
}

// fromInterfaces follows what comes from other interfaces, by any rule or by one
// alone: between their private addresses, and where that is not reachable for certain
// by their public ones. Those with the same outcome share a way, with the steps of
// the first.
func (t *tracer) fromInterfaces(from []*inventory.Interface, only *network.Permission) {
	type key struct {
		verdict               path.Verdict
		object, kind, traffic string
		public                bool // by public addresses
	}
	found := map[key]int{}
	for _, e := range from {
		if e == t.to {
			continue
		}
		o, p := t.n.between(e, t.to, t.query.Traffic, only)
		w := Way{Verdict: o.Verdict, Traffic: explain.Flows(o.Left), Sources: 1, Steps: explain.Steps(&o), From: explain.Interface(e)}
		if p != nil && o.Verdict != path.NotReachable {
			w.Group, w.Rule = p.Group.ID, p.Rule.String()
		}
		if only != nil {
			w.Group, w.Rule = only.Group.ID, only.Rule.String()
			w.From, w.Senders = only.Rule.Peer.Group.ID, explain.Interface(e)
		}
		ways := []Way{w}
		if only == nil && o.Verdict != path.Reachable {
			ways = append(ways, t.byPublicAddress(e)...)
		}
		for i, w := range ways {
			last := w.Steps[len(w.Steps)-1]
			k := key{w.Verdict, last.Object, last.Kind, w.Traffic, i > 0}
			if at, ok := found[k]; ok {
				t.ways[at].Sources++
				continue
			}
			found[k] = len(t.ways)
			t.add(w)
		}
	}
	for _, i := range found {
		switch w := &t.ways[i]; {
		case w.Sources < 2:
		case only == nil:
			w.From = explain.Several(w.From, w.Sources)
		default:
			w.Senders = explain.Several(w.Senders, w.Sources)
		}
	}
}
