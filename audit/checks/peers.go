package checks

import (
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
// those of the group's other rules that cover its traffic. It is not ok where
// one of them is a prefix list whose entries are unknown, which is recorded.
func openToAll(r *audit.Region, g *inventory.Group, rule *inventory.Rule) (public, ok bool) {
	if p := rule.Peer.Prefix; rule.Peer.List == "" && (!p.IsValid() || !cidr.HoldsInternet(p)) {
		return false, true
	}
	if toInternet(rule) {
		return true, true
	}
	var prefixes []netip.Prefix
	var own []bool
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
			own = append(own, other == rule)
		}
	}
	for i, public := range cidr.Public(prefixes) {
		if public && own[i] {
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

func balancer(e *inventory.Interface) bool { return strings.HasSuffix(e.Owner().Kind, "load-balancer") }
