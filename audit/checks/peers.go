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
	"github.com/sgaudit/sgaudit/words"
)

// What several checks ask about the peers of rules, and which interfaces have
// their addresses.

// toInternet reports whether the peer alone is all of the internet.
func toInternet(rule *inventory.Rule) bool { return cidr.Whole(rule.Peer.Prefix) }

// openToAll reports whether the rule is open to the whole internet, merged with
// those of the group's other rules that cover its traffic (cidr.PublicAmong,
// by traffic). It is not ok where one of them is a prefix list with entries that
// are not known, which is recorded.
func openToAll(r *audit.Pass, g *inventory.Group, rule *inventory.Rule) (public, ok bool) {
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
				r.NotEvaluated("%s of %s: the entries of prefix list %s are unknown", rule, g.Named(), other.Peer.List)
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

// publicOnly reports whether the traffic is within the public ports.
func publicOnly(r *audit.Pass, t inventory.Traffic) bool {
	return slices.ContainsFunc(r.Settings.PublicPorts, func(p inventory.Traffic) bool { return p.Covers(t) })
}

// groupToName returns the first of the interface's groups, by id, that is not
// a default group. Where not all groups were read, it returns only groups that
// were: any other may be a default group.
func groupToName(r *audit.Pass, e *inventory.Interface) string {
	for _, id := range e.Groups {
		switch g := r.Group(id); {
		case g == nil && r.Read.Has(inventory.PartGroups), g != nil && !g.Default():
			return id
		}
	}
	return ""
}

// holders are the interfaces of a VPC with an address in a range that have a
// security group which a rule could reference.
type holders struct {
	list   []holder       // by the ids of the interfaces
	count  map[string]int // of them, by that group
	groups []string       // those groups, sorted
}

type holder struct {
	*inventory.Interface
	group string
}

// holdersOf returns a function that finds the holders in a range, once for all
// rules that name it.
func holdersOf(r *audit.Pass) func(vpc string, source netip.Prefix) *holders {
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

// message names the holders to which the group of the rule is not attached: a
// single one by name, several by their number and their groups. It is empty where
// there are none.
func (h *holders) message(r *audit.Pass, g *inventory.Group, rule *inventory.Rule) string {
	others, groups, more := h.others(r, g)
	switch {
	case others == 0:
		return ""
	case others == 1:
		for _, e := range h.list {
			if !e.HasGroup(g.ID) {
				return fmt.Sprintf("%s is allowed from %s, which is used by %s with security group %s", rule.Traffic, rule.Peer, e.Named(), r.GroupNamed(e.group))
			}
		}
	}
	noun := "security groups"
	if len(groups) == 1 {
		noun = "security group"
	}
	names := words.Series(r.GroupsNamed(groups))
	if more > 0 {
		names = fmt.Sprintf("%s and %d more", strings.Join(r.GroupsNamed(groups), ", "), more)
	}
	return fmt.Sprintf("%s is allowed from %s, which is used by %d network interfaces with %s %s", rule.Traffic, rule.Peer, others, noun, names)
}

// others counts the holders to which a group is not attached. It lists the first
// of their groups and counts the rest. It looks only at the interfaces of the
// group, since a range may have many more holders.
func (h *holders) others(r *audit.Pass, g *inventory.Group) (others int, groups []string, more int) {
	own := map[string]int{}
	others, more = len(h.list), len(h.groups)
	for _, e := range r.Reach.Interfaces(g.ID) {
		if k, inside := slices.BinarySearchFunc(h.list, e.ID, func(x holder, id string) int { return cmp.Compare(x.ID, id) }); inside {
			own[h.list[k].group]++
			others--
		}
	}
	for group, n := range own {
		if h.count[group] == n {
			more--
		}
	}
	most := mostNamed
	if more == mostNamed+1 { // its name is as short as the count
		most++
	}
	for _, group := range h.groups {
		if len(groups) < most && h.count[group] > own[group] {
			groups = append(groups, group)
			more--
		}
		if len(groups) == most {
			break
		}
	}
	return others, groups, more
}
