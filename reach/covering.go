package reach

import (
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// Covering returns those of other rules, of the same direction, that together
// allow all that the rule allows, sorted, or nothing where they do not. Ports
// are judged one range after the other, addresses by their union; a prefix
// list or a group is covered by the same list or group only.
func Covering(rule *inventory.Rule, others []*inventory.Rule) []*inventory.Rule {
	var same []*inventory.Rule
	cuts := []int32{rule.Traffic.First}
	for _, other := range others {
		if !mayCover(rule, other) {
			continue
		}
		same = append(same, other)
		if other.Traffic.HasPorts() {
			cuts = append(cuts, max(other.Traffic.First, rule.Traffic.First), other.Traffic.Last+1)
		}
	}
	slices.Sort(cuts)
	var used []*inventory.Rule
	for _, at := range slices.Compact(cuts) {
		if rule.Traffic.HasPorts() && at > rule.Traffic.Last {
			break
		}
		piece := rule.Traffic
		if piece.HasPorts() {
			piece = inventory.Ports(piece.Protocol, at, at)
		}
		var prefixes []netip.Prefix
		var here []*inventory.Rule
		for _, other := range same {
			if other.Traffic.Covers(piece) {
				here = append(here, other)
				prefixes = append(prefixes, other.Peer.Prefix)
			}
		}
		if len(here) == 0 || rule.Peer.Prefix.IsValid() && !cidr.Covered(rule.Peer.Prefix, prefixes) {
			return nil
		}
		used = append(used, here...)
	}
	slices.SortFunc(used, inventory.CompareRules)
	return slices.Compact(used)
}

// mayCover reports whether the other rule can allow a part of what the rule
// allows.
func mayCover(rule, other *inventory.Rule) bool {
	if rule.Peer.Prefix.IsValid() {
		if !other.Peer.Prefix.IsValid() || !other.Peer.Prefix.Overlaps(rule.Peer.Prefix) {
			return false
		}
	} else if rule.Peer.String() != other.Peer.String() {
		return false
	}
	return rule.Traffic.HasPorts() || other.Traffic.Covers(rule.Traffic)
}
