package checks

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// What several checks ask about the peers of rules, and who stands behind them.

// toInternet reports whether the peer alone is all of the internet.
func toInternet(rule *inventory.Rule) bool { return cidr.Whole(rule.Peer.Prefix) }

// openToAll reports whether the rule's peer is from the internet, merged with
// those of the group's other rules that cover its traffic (cidr.PublicAmong,
// by traffic). It is not ok where one of them is a prefix list whose entries
// are unknown, which is recorded.
func openToAll(r *audit.Region, g *inventory.Group, rule *inventory.Rule) (public, ok bool) {
	if p := rule.Peer.Prefix; rule.Peer.List == "" && (!p.IsValid() || !cidr.HoldsInternet(p)) {
		return false, true
	}
	if toInternet(rule) {
		return true, true
	}
	var prefixes []netip.Prefix
	var rules []*inventory.Rule // one for each prefix
	for i := range g.Rules {
		other := &g.Rules[i]
		if other.Direction != rule.Direction || !other.Traffic.Covers(rule.Traffic) {
			continue
		}
		list := []netip.Prefix{other.Peer.Prefix}
		if other.Peer.List != "" {
			l := r.PrefixList(other.Peer.List)
			if l == nil || !l.Resolved {
				r.NotEvaluated("%s of %s: the entries of prefix list %s are unknown", rule, g.ID, other.Peer.List)
				return false, false
			}
			list = l.Entries
		} else if !other.Peer.Prefix.IsValid() {
			continue
		}
		for _, p := range list {
			prefixes = append(prefixes, p)
			rules = append(rules, other)
		}
	}
	if cidr.Public(prefixes) == nil {
		return false, true
	}
	kinds := make([]int, len(rules)) // position of the first rule with the same traffic
	for i, other := range rules {
		for rules[kinds[i]].Traffic != other.Traffic {
			kinds[i]++
		}
	}
	for i, public := range cidr.PublicAmong(prefixes, kinds) {
		if public && rules[i] == rule {
			return true, true
		}
	}
	return false, true
}

// publicOnly reports whether the traffic lies in the public ports.
func publicOnly(r *audit.Region, t inventory.Traffic) bool {
	return slices.ContainsFunc(r.Settings.PublicPorts, func(p inventory.Traffic) bool { return p.Covers(t) })
}

// groupToName returns the first of the interface's groups, by id, that is not
// a default group.
func groupToName(r *audit.Region, e *inventory.Interface) string {
	for _, id := range e.Groups {
		if g := r.Group(id); g == nil || !g.Default() {
			return id
		}
	}
	return ""
}

// maxNamed bounds the interfaces that one message names; the rest is counted.
const maxNamed = 200

// holders are the interfaces of a VPC with an address in a range that carry a
// group of their own to name.
type holders struct {
	list   []holder       // by the ids of the interfaces
	count  map[string]int // of them, by the group to name
	groups []string       // those groups, sorted
}

type holder struct {
	*inventory.Interface
	group string
}

// holdersOf returns a function that finds the holders in a range, once for all
// rules that name it.
func holdersOf(r *audit.Region) func(vpc string, source netip.Prefix) *holders {
	type key struct {
		vpc    string
		source netip.Prefix
	}
	found := map[key]*holders{}
	return func(vpc string, source netip.Prefix) *holders {
		if h := found[key{vpc, source}]; h != nil {
			return h
		}
		h := &holders{count: map[string]int{}}
		for _, i := range r.InterfacesInside(vpc, source) {
			e := &r.Interfaces[i]
			if group := groupToName(r, e); group != "" {
				h.list = append(h.list, holder{e, group})
				h.count[group]++
			}
		}
		h.groups = slices.Sorted(maps.Keys(h.count))
		found[key{vpc, source}] = h
		return h
	}
}

// message names those that do not carry the group, and the groups of all of
// them where they are more than are named. It is empty where there are none.
func (h *holders) message(r *audit.Region, g *inventory.Group, rule *inventory.Rule) string {
	var text strings.Builder
	named := 0
	for _, e := range h.list {
		switch {
		case e.Carries(g.ID):
			continue
		case named == maxNamed:
			more, groups := h.rest(r, g)
			fmt.Fprintf(&text, " and %d more interfaces; their groups: ", more)
			for k, group := range groups {
				if k > 0 {
					text.WriteString(", ")
				}
				text.WriteString(group)
			}
			return text.String()
		case named > 0:
			text.WriteString(", ")
		default:
			h.grow(&text)
			fmt.Fprintf(&text, "%s is allowed from %s, which is held by ", rule.Traffic, rule.Peer)
		}
		named++
		text.WriteString(e.ID)
		text.WriteString(" (")
		text.WriteString(e.group)
		text.WriteString(")")
	}
	return text.String()
}

// grow makes room for a message, whose size is nearly known: messages about
// wide ranges are the most of the memory of an audit.
func (h *holders) grow(text *strings.Builder) {
	const group = len("sg-0123456789abcdef0, ")
	const both = len("eni-0123456789abcdef0 (), ") + group
	room := 100 + min(len(h.list), maxNamed)*both
	if len(h.list) > maxNamed {
		room += len(h.groups) * group
	}
	text.Grow(room)
}

// rest counts those that are not named, and lists the groups of all. It looks
// at what carries the group alone, since a range may have many more holders.
func (h *holders) rest(r *audit.Region, g *inventory.Group) (more int, groups []string) {
	own := map[string]int{}
	more = len(h.list) - maxNamed
	for _, e := range r.Reach.Interfaces(g.ID) {
		if k, inside := slices.BinarySearchFunc(h.list, e.ID, func(x holder, id string) int { return cmp.Compare(x.ID, id) }); inside {
			own[h.list[k].group]++
			more--
		}
	}
	groups = make([]string, 0, len(h.groups))
	for _, group := range h.groups {
		if h.count[group] > own[group] {
			groups = append(groups, group)
		}
	}
	return more, groups
}
