package usage

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// share counts the rules that allow a row too.
func (r *Rule) share(others []*Rule) {
	if r.sharing == nil {
		r.sharing = map[*Rule]uint64{}
	}
	for _, o := range others {
		r.sharing[o]++
	}
}

// mostNamed is how many other rules are named.
const mostNamed = 3

// sharedWith names the rules that allow all that a rule allowed, each of them or together,
// and says which of them to keep.
func (r *Rule) sharedWith(x *inventory.Index) string {
	all := slices.SortedFunc(maps.Keys(r.sharing), compareRules)
	whole := slices.DeleteFunc(slices.Clone(all), func(o *Rule) bool { return r.sharing[o] < r.Shared })
	switch needed := slices.DeleteFunc(slices.Clone(whole), func(o *Rule) bool { return o.Exclusive == 0 }); {
	case len(needed) > 0:
		return r.names(x, needed) + allow(needed) + "all of its connections too, and others that no other rule allows"
	case len(whole) > 0:
		return r.names(x, whole) + allow(whole) + "all of its connections too: keep at least one of these rules"
	}
	return r.names(x, all) + " together allow all of its connections too: keep them, or this rule"
}

func allow(rules []*Rule) string { return one(rules, " allows ", " each allow ") }

func one(rules []*Rule, single, several string) string {
	if len(rules) == 1 {
		return single
	}
	return several
}

// names lists other rules as "rule tcp/22 from 10.0.0.0/8 (sgr-1) of group app (sg-2)".
func (r *Rule) names(x *inventory.Index, rules []*Rule) string {
	var list []string
	for _, o := range rules {
		text := o.Rule.Traffic.String() + way(o.Rule) + x.PeerNamed(o.Rule.Peer)
		if len(o.Rule.IDs) > 0 {
			text += " (" + strings.Join(o.Rule.IDs, ", ") + ")"
		}
		if o.Group != r.Group {
			text += " of " + o.Group.Named()
		}
		list = append(list, text)
	}
	return one(rules, "rule ", "rules ") + words.List(list, mostNamed)
}

// repeated says which of the narrower rules in the place of a rule another rule allows
// already, on every interface that the rule is for. They are proposed all the same: the
// other rule may be one that is removed.
func (j *judge) repeated(s *site, r *Rule, members []*inventory.Interface) (list []string) {
	for i := range r.Narrow.Rules {
		n := &r.Narrow.Rules[i]
		others := slices.DeleteFunc(slices.SortedFunc(maps.Keys(r.sharing), compareRules), func(o *Rule) bool {
			return !o.Rule.Traffic.Covers(n.Traffic) ||
				!(n.Peer.String() == o.Rule.Peer.String() || n.Peer.Prefix.IsValid() && j.peer(s, &inventory.Interface{VPC: r.Group.VPC}, &o.Rule.Peer, n.Peer.Prefix) == certain) ||
				slices.ContainsFunc(members, func(e *inventory.Interface) bool { return !slices.Contains(e.Groups, o.Group.ID) })
		})
		if len(others) > 0 {
			list = append(list, "narrower rule "+n.Traffic.String()+way(n)+s.index.PeerNamed(n.Peer)+" repeats what "+r.names(s.index, others)+allow(others)+"already: it can be left out as long as "+one(others, "that rule stays", "one of these rules stays"))
		}
	}
	return list
}

func compareRules(a, b *Rule) int { return cmp.Compare(a.String(), b.String()) }
