package reach

import (
	"fmt"

	"github.com/sgaudit/sgaudit/inventory"
)

// fromReferences follows what comes from the members of every group that a
// rule names.
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
			t.fromInterfaces(others, &permission{g, r})
			return
		}
		w := Way{From: r.Peer.Group.ID, Verdict: NotReachable, Group: g.ID, Rule: r.String()}
		visible := t.n.index.Group(r.Peer.Group.ID) != nil || t.to.AcceptsNone()
		if !visible {
			w.Verdict = Unknown
		}
		w.Steps = []Step{noMembersStep(r.Peer.Group.ID, visible)}
		t.add(w)
	})
}

// fromInterfaces follows what comes from other interfaces, by any rule or by
// one alone: between their private addresses, and where that is not certain by their
// public ones. Those with the same outcome share a way, which the first tells.
func (t *tracer) fromInterfaces(from []*inventory.Interface, only *permission) {
	type key struct {
		verdict               Verdict
		object, kind, traffic string
		public                bool // by public addresses
	}
	found := map[key]int{}
	for _, e := range from {
		if e == t.to {
			continue
		}
		o, p := t.n.between(e, t.to, t.query.Traffic, only)
		w := Way{Verdict: o.verdict, Traffic: trafficInWords(o.left), Sources: 1, Steps: steps(&o), From: called(e)}
		if p != nil && o.verdict != NotReachable {
			w.Group, w.Rule = p.group.ID, p.rule.String()
		}
		if only != nil {
			w.Group, w.Rule = only.group.ID, only.rule.String()
			w.From = only.rule.Peer.Group.ID
		}
		ways := []Way{w}
		if only == nil && o.verdict != Reachable {
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
		if w := &t.ways[i]; w.Sources > 1 && only == nil {
			w.From += fmt.Sprintf(" and %d more", w.Sources-1)
		}
	}
}
