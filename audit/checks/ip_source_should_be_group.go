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
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// Inside a VPC, rules name security groups and not the addresses of their members.
var _ = audit.Declare(audit.Check{
	Title:      "Rule names addresses where it should reference a security group",
	Severity:   findings.Medium,
	References: []string{"NIST 800-53 r5 AC-4", "NIST 800-53 r5 CM-7"},
	Needs:      inventory.PartInterfaces,
	Run: func(r *audit.Region) {
		public := publicHolders(r)
		found := map[inRange]*holders{}
		for i := range r.Groups {
			g := &r.Groups[i]
			for j := range g.Rules {
				rule := &g.Rules[j]
				if e := public[rule.Peer.Prefix.Addr()]; e != nil && rule.Direction == inventory.Ingress && rule.Peer.Prefix.IsSingleIP() && !e.Carries(g.ID) {
					r.Report(ownPublic(r, g, rule, e))
				}
				if rule.Direction != inventory.Ingress || !rule.Peer.Prefix.IsValid() || !cidr.Private(rule.Peer.Prefix) {
					continue
				}
				key := inRange{g.VPC, rule.Peer.Prefix}
				if found[key] == nil {
					found[key] = holdersOf(r, key)
				}
				if message := found[key].message(r, g, rule); message != "" {
					o := r.Observe(g, rule)
					o.Message = message
					o.Fix = fmt.Sprintf("Allow %s from the groups of those that need it, then revoke %s.", rule.Traffic, rule.Peer)
					o.Reference = true
					r.Report(o)
				}
			}
		}
	},
})

// maxNamed bounds the interfaces that one message names; the rest is counted.
const maxNamed = 200

// inRange is what rules of the same VPC from the same source share.
type inRange struct {
	vpc    string
	source netip.Prefix
}

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

func holdersOf(r *audit.Region, key inRange) *holders {
	h := &holders{count: map[string]int{}}
	for _, i := range r.InterfacesInside(key.vpc, key.source) {
		e := &r.Interfaces[i]
		if group := groupToName(r, e); group != "" {
			h.list = append(h.list, holder{e, group})
			h.count[group]++
		}
	}
	h.groups = slices.Sorted(maps.Keys(h.count))
	return h
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

// publicHolders returns the interfaces that carry a group of their own to name
// and hold one of the public IPv4 addresses that rules name.
func publicHolders(r *audit.Region) map[netip.Addr]*inventory.Interface {
	found := map[netip.Addr]*inventory.Interface{}
	r.EachRule(inventory.Ingress, func(_ *inventory.Group, rule *inventory.Rule) {
		if rule.Peer.Prefix.IsSingleIP() {
			found[rule.Peer.Prefix.Addr()] = nil
		}
	})
	for i := range r.Interfaces {
		e := &r.Interfaces[i]
		for _, a := range e.Addresses {
			if !a.Public.IsValid() {
				continue
			}
			if _, named := found[a.Public]; named && groupToName(r, e) != "" {
				found[a.Public] = e
			}
		}
	}
	return found
}

// ownPublic observes a rule that names the public address of one of the
// account's own interfaces. Nothing can be proposed outright: a reference
// stands for private addresses, and which one is used is up to the client.
func ownPublic(r *audit.Region, g *inventory.Group, rule *inventory.Rule, e *inventory.Interface) audit.Observation {
	o := r.Observe(g, rule)
	o.Severity = findings.Low
	group := groupToName(r, e)
	o.Message = fmt.Sprintf("%s is allowed from %s, the public address of %s (%s)", rule.Traffic, rule.Peer, e.ID, group)
	o.Fix = fmt.Sprintf("Let %s connect by its private address, allow %s from %s, then revoke %s: a reference does not match what comes by a public address.", e.ID, rule.Traffic, group, rule.Peer)
	o.Advice = true
	return o
}
