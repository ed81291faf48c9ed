package usage

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// Narrow is a set of rules that can take the place of one rule: together they allow
// everything that the rule was used for, less than the rule, and nothing that the rule
// does not allow. Attempts from the internet
// that got no answer do not count as use.
type Narrow struct {
	Rules   []inventory.Rule // sorted
	Cut     []Needed         // what the rule allowed and these do not, apart from LeftOut: empty
	LeftOut []Needed         // attempts that the rule allowed and these do not
}

// narrow proposes rules for the connections that a rule allowed, or nil where they
// would be no narrower or too many.
func (j *judge) narrow(s *site, r *Rule) *Narrow {
	n := &narrowing{judge: j, site: s, rule: r, most: j.options.MaxSources}
	var attempts []hit
	n.hits, attempts = withoutAttempts(slices.Concat(r.hits, r.maybe))
	n.needed = needed(n.hits)
	list := n.exact()
	if list == nil || len(list) > n.most {
		list = n.fewer()
	}
	if list == nil || len(list) > n.most {
		return nil
	}
	slices.SortFunc(list, func(a, b inventory.Rule) int { return inventory.CompareRules(&a, &b) })
	list = slices.CompactFunc(list, func(a, b inventory.Rule) bool { return inventory.CompareRules(&a, &b) == 0 })
	if !n.within(list) || !n.narrower(list) {
		return nil
	}
	found := &Narrow{Rules: list, Cut: needed(n.cut(list, n.hits)), LeftOut: needed(n.cut(list, attempts))}
	if len(found.Cut) > 0 {
		return nil
	}
	return found
}

// narrowing is the search for narrower rules in the place of one.
type narrowing struct {
	*judge
	site *site
	rule *Rule
	most int

	hits   []hit // all that no proposal may cut
	needed []Needed
	refs   map[netip.Addr][]string
	firsts map[netip.Addr]int64 // when each remote address was first seen; as far as asked
}

// rulesFor makes rules of one traffic for sources.
func (n *narrowing) rulesFor(t inventory.Traffic, peers []inventory.Peer) []inventory.Rule {
	var list []inventory.Rule
	for _, p := range peers {
		list = append(list, inventory.Rule{Direction: n.rule.Rule.Direction, Traffic: t, Peer: p, Description: n.rule.Rule.Description})
	}
	return list
}

// exact makes rules for each traffic with its own sources, joining ports that stand
// side by side and have the same sources.
func (n *narrowing) exact() []inventory.Rule {
	type part struct {
		traffic inventory.Traffic
		peers   []inventory.Peer
	}
	var parts []part
	for i := range n.needed {
		u := &n.needed[i]
		peers := n.peers(u.Remotes, n.most)
		if k := len(parts); k > 0 && joins(parts[k-1].traffic, u.Traffic) && samePeers(parts[k-1].peers, peers) {
			parts[k-1].traffic.Last = u.Traffic.Last
			continue
		}
		parts = append(parts, part{u.Traffic, peers})
		if len(parts) > n.most {
			return nil
		}
	}
	var list []inventory.Rule
	for _, p := range parts {
		list = append(list, n.rulesFor(p.traffic, p.peers)...)
	}
	return list
}

// joins reports whether two ranges of ports of one protocol stand side by side.
func joins(a, b inventory.Traffic) bool {
	return a.HasPorts() && a.Protocol == b.Protocol && b.First == a.Last+1
}

func samePeers(a, b []inventory.Peer) bool {
	return slices.EqualFunc(a, b, func(x, y inventory.Peer) bool { return x.String() == y.String() })
}

// fewer makes fewer rules: for each protocol one range from the lowest port to the
// highest, and blocks of sources.
func (n *narrowing) fewer() []inventory.Rule {
	var ranges []inventory.Traffic
	remotes := map[inventory.Protocol]map[netip.Prefix]bool{}
	for i := range n.needed {
		u := &n.needed[i]
		p := u.Traffic.Protocol
		if remotes[p] == nil {
			remotes[p] = map[netip.Prefix]bool{}
			ranges = append(ranges, u.Traffic)
		} else if at := &ranges[len(ranges)-1]; at.HasPorts() {
			at.Last = max(at.Last, u.Traffic.Last)
		}
		for _, remote := range u.Remotes {
			remotes[p][remote] = true
		}
	}
	if len(ranges) > n.most {
		return nil
	}
	each := n.most / len(ranges)
	var list []inventory.Rule
	for _, t := range ranges {
		list = append(list, n.rulesFor(t, n.peers(slices.SortedFunc(maps.Keys(remotes[t.Protocol]), comparePrefixes), each))...)
	}
	return list
}

// peers are sources that stand for remote addresses: groups for those of interfaces,
// blocks for other private addresses, and each address of the internet by itself. A rule
// that references a group, or a prefix list with entries that are not known, keeps its
// source, and so does one for more internet addresses than wanted. If private addresses are
// more than wanted, then they are joined to blocks, which hold no address of the internet
// and never reach beyond the rule's own source.
func (n *narrowing) peers(remotes []netip.Prefix, most int) []inventory.Peer {
	own := []inventory.Peer{n.rule.Rule.Peer}
	if own[0].Group != nil {
		return own
	}
	if own[0].List != "" {
		if list := n.site.index.PrefixList(own[0].List); list == nil || !list.Resolved {
			return own
		}
	}
	groups := map[string]bool{}
	var rest []netip.Prefix
	for _, p := range remotes {
		refs := n.references(p)
		for _, id := range refs {
			groups[id] = true
		}
		if len(refs) == 0 {
			rest = append(rest, p)
		}
	}
	vpc := n.rule.Group.VPC
	internet, private, addresses := n.site.apart(vpc, rest)
	if len(private) > 0 && len(groups) > 0 && len(groups)+addresses >= most {
		groups = nil // blocks alone are fewer
		internet, private, addresses = n.site.apart(vpc, remotes)
	}
	if addresses > most {
		return own // it serves the internet
	}
	blocks := fold(private, max(1, most-len(groups)-addresses))
	if len(groups)+addresses+len(blocks) > most && addresses > 0 {
		return own
	}
	var peers []inventory.Peer
	for id := range groups {
		peers = append(peers, inventory.Peer{Group: &inventory.GroupRef{ID: id, Account: n.site.region.AccountID}})
	}
	slices.SortFunc(peers, func(a, b inventory.Peer) int { return strings.Compare(a.String(), b.String()) })
	for _, p := range blocks {
		if !n.sourceHolds(p) || n.site.internet(vpc, p) {
			return own // a block of two entries of a prefix list holds what neither entry does, and one of 10.0.0.0/8 and 192.168.0.0/16 the internet
		}
	}
	for _, p := range slices.Concat(internet, blocks) {
		peers = append(peers, inventory.Peer{Prefix: p})
	}
	return peers
}

// sourceHolds reports whether the rule's own source, a block or a prefix list, holds every
// address of a block.
func (n *narrowing) sourceHolds(p netip.Prefix) bool {
	own := n.rule.Rule.Peer
	if own.List != "" {
		return cidr.Of(n.site.index.Entries(own.List)...).Covers(p)
	}
	return own.Prefix.IsValid() && cidr.Contains(own.Prefix, p)
}

// within reports whether rules allow nothing that the rule that they take the place of
// does not allow.
func (n *narrowing) within(list []inventory.Rule) bool {
	own := n.rule.Rule
	return !slices.ContainsFunc(list, func(r inventory.Rule) bool {
		switch {
		case !own.Traffic.Covers(r.Traffic):
			return true
		case r.Peer.String() == own.Peer.String():
			return false
		case r.Peer.Group != nil:
			return !n.membersWithin(r.Peer.Group.ID)
		}
		return !n.sourceHolds(r.Peer.Prefix)
	})
}

// membersWithin reports whether the rule's own source holds every address that a
// reference to a group stands for. It does not hold those of the clients of a network
// load balancer, which a reference to its group stands for too.
func (n *narrowing) membersWithin(group string) bool {
	return !n.site.hasNetworkLoadBalancer(group) && !slices.ContainsFunc(n.membersOf(group), func(p netip.Prefix) bool { return !n.sourceHolds(p) })
}

// references returns the groups that stand for an address with certainty, or nothing. The
// rule's own source holds all addresses of their members: a reference to a group with
// another member would give that one access. An address that another interface had then
// is not that of the group.
func (n *narrowing) references(p netip.Prefix) []string {
	if n.options.References == nil || !p.IsSingleIP() {
		return nil
	}
	if found, done := n.refs[p.Addr()]; done {
		return found
	}
	var found, groups []string
	if !n.newer(p.Addr()) {
		groups = n.options.References(n.site.region, n.rule.Group.VPC, p.Addr())
	}
	for _, id := range groups {
		g := n.site.index.Group(id)
		if g == nil || g.VPC != n.rule.Group.VPC || !holds(n.membersOf(id), p) || !n.membersWithin(id) {
			found = nil
			break
		}
		found = append(found, id)
	}
	if n.refs == nil {
		n.refs = map[netip.Addr][]string{}
	}
	n.refs[p.Addr()] = found
	return found
}

// fold joins blocks until there are at most so many of each family: always the two
// neighbours that have the longest prefix in common.
func fold(list []netip.Prefix, most int) []netip.Prefix {
	list = cidr.Of(list...).Prefixes()
	slices.SortFunc(list, comparePrefixes)
	for len(list) > most {
		best, bits := -1, -1
		for i := 1; i < len(list); i++ {
			if b := common(list[i-1], list[i]); b > bits {
				best, bits = i, b
			}
		}
		if best < 0 {
			return list // one of each family is left
		}
		list[best-1] = netip.PrefixFrom(list[best].Addr(), bits).Masked()
		list = slices.Delete(list, best, best+1)
	}
	return list
}

// common is the length of the longest prefix that holds both, or -1 for two families.
func common(a, b netip.Prefix) int {
	if a.Addr().BitLen() != b.Addr().BitLen() {
		return -1
	}
	bits := min(a.Bits(), b.Bits())
	for !netip.PrefixFrom(a.Addr(), bits).Masked().Contains(b.Addr()) {
		bits--
	}
	return bits
}

// narrower reports whether rules allow less than the rule that they take the place of.
func (n *narrowing) narrower(list []inventory.Rule) bool {
	own := n.rule.Rule
	if len(list) == 0 {
		return false
	}
	if slices.ContainsFunc(list, func(r inventory.Rule) bool { return r.Traffic == own.Traffic && r.Peer.String() == own.Peer.String() }) {
		return false
	}
	var sources []netip.Prefix
	for i := range list {
		r := &list[i]
		if r.Traffic != own.Traffic {
			return true
		}
		if r.Peer.Group == nil {
			sources = append(sources, r.Peer.Prefix)
			continue
		}
		sources = append(sources, n.membersOf(r.Peer.Group.ID)...)
	}
	if own.Peer.List != "" {
		all := cidr.Of(n.site.index.Entries(own.Peer.List)...)
		return !cidr.Of(sources...).Includes(all)
	}
	return !cidr.Of(sources...).Covers(own.Peer.Prefix)
}

// cut returns what of the hits other rules would not allow.
func (n *narrowing) cut(list []inventory.Rule, hits []hit) []hit {
	var cut []hit
	for i := range hits {
		h := &hits[i]
		if !slices.ContainsFunc(list, func(r inventory.Rule) bool {
			if !r.Traffic.Covers(h.traffic) {
				return false
			}
			if r.Peer.String() == n.rule.Rule.Peer.String() {
				return true
			}
			return n.peer(n.site, h.at.e, &r.Peer, h.remote) == certain
		}) {
			cut = append(cut, *h)
		}
	}
	return cut
}
