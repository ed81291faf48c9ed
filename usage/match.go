package usage

import (
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/inventory"
)

// match is whether a rule lets something in.
type match uint8

const (
	no match = iota
	possible
	certain
)

// site is one region of the inventory with what is looked up in it.
type site struct {
	region    *inventory.Region
	index     *inventory.Index
	addresses map[string][]netip.Prefix         // of the members of a group: see members; as far as asked
	inUse     map[string]*byPlace[int64]        // by VPC: see taken; as far as asked
	balanced  map[string]bool                   // by group: a network load balancer has it; as far as asked
	peered    map[[2]string]bool                // VPCs, in order, that an active peering connection joins
	blocks    map[string]cidr.Set               // by VPC: its blocks, and those of its peers; as far as asked
	rules     map[string][]*Rule                // by group
	foreign   map[string][]*inventory.Interface // by group: see shareInterfaces
}

func newSite(r *inventory.Region) *site {
	s := &site{region: r, index: inventory.NewIndex(r), addresses: map[string][]netip.Prefix{}, inUse: map[string]*byPlace[int64]{}, balanced: map[string]bool{}, peered: map[[2]string]bool{}, blocks: map[string]cidr.Set{}, rules: map[string][]*Rule{}, foreign: map[string][]*inventory.Interface{}}
	for i := range r.Peerings {
		if p := &r.Peerings[i]; p.Status == "active" {
			s.peered[vpcPair(p.Requester.VPC, p.Accepter.VPC)] = true
		}
	}
	return s
}

func vpcPair(a, b string) [2]string { return [2]string{min(a, b), max(a, b)} }

// members returns the private addresses of the interfaces with a group, and the prefixes
// that are delegated to them, sorted, none inside another. A reference to a group stands
// for these (Amazon EC2 user guide, security group rules).
func (s *site) members(group string) []netip.Prefix {
	list, done := s.addresses[group]
	if !done {
		for _, e := range s.interfaces(group) {
			list = slices.AppendSeq(list, e.Private())
		}
		slices.SortFunc(list, comparePrefixes)
		kept := list[:0]
		for _, p := range list {
			if n := len(kept); n == 0 || !kept[n-1].Overlaps(p) {
				kept = append(kept, p)
			}
		}
		list = kept
		s.addresses[group] = list
	}
	return list
}

// holds reports whether a block has an address in common with those that members returned.
func holds(list []netip.Prefix, block netip.Prefix) bool {
	i, _ := slices.BinarySearchFunc(list, block.Addr(), func(p netip.Prefix, a netip.Addr) int { return p.Addr().Compare(a) })
	return i < len(list) && block.Overlaps(list[i]) || i > 0 && block.Overlaps(list[i-1])
}

// traffic matches the traffic of a rule with that of a flow, which may be of several
// ports.
func matchTraffic(rule, flow inventory.Traffic) match {
	switch {
	case rule.Covers(flow):
		return certain
	case rule.Overlaps(flow):
		return possible
	}
	return no
}

// matchPrefix matches a prefix with a remote address, or a block of them.
func matchPrefix(p, remote netip.Prefix) match {
	switch {
	case cidr.Contains(p, remote):
		return certain
	case p.Overlaps(remote):
		return possible
	}
	return no
}

// peer matches the peer of a rule of a VPC with a remote address. The network
// interface e has the rule's group.
func (j *judge) peer(s *site, e *inventory.Interface, p *inventory.Peer, remote netip.Prefix) match {
	switch {
	case p.Group != nil:
		return j.reference(s, e, p.Group.ID, remote)
	case p.List != "":
		list := s.index.PrefixList(p.List)
		if list == nil || !list.Resolved {
			return possible
		}
		best := no
		for _, entry := range list.Entries {
			best = max(best, matchPrefix(entry, remote))
		}
		return best
	}
	return matchPrefix(p.Prefix, remote)
}

// reference matches a reference to a group.
//
// A target of a network load balancer that keeps the client's address sees that
// address, and a rule that references the group of the load balancer matches it
// (Elastic Load Balancing user guide, security groups for network load balancers).
func (j *judge) reference(s *site, e *inventory.Interface, group string, remote netip.Prefix) match {
	home := j.homes[group]
	if home == nil {
		if mayBeOfVPC(remote) {
			return possible // its members are not known
		}
		return no
	}
	switch {
	case holds(home.members(group), remote):
		if !remote.IsSingleIP() || !j.joined(s, e, home, group) {
			return possible
		}
		return certain
	case home.hasNetworkLoadBalancer(group):
		return possible
	}
	return no
}

// joined reports whether references from an interface to a group work: both are in one
// VPC, or in two that are peered.
func (j *judge) joined(s *site, e *inventory.Interface, home *site, group string) bool {
	g := home.index.Group(group)
	if g == nil || g.VPC == "" || e.VPC == "" || g.VPC == e.VPC {
		return true
	}
	return s.peered[vpcPair(g.VPC, e.VPC)]
}

func (s *site) hasNetworkLoadBalancer(group string) bool {
	found, done := s.balanced[group]
	if !done {
		for _, e := range s.interfaces(group) {
			found = found || e.Type == "network_load_balancer" || e.Owner().Kind == "network-load-balancer"
		}
		s.balanced[group] = found
	}
	return found
}

// match matches a rule with a flow on an interface that has the rule's group.
func (j *judge) match(s *site, e *inventory.Interface, r *inventory.Rule, f *flows.Flow) match {
	if r.Direction != f.Direction {
		return no
	}
	t := matchTraffic(r.Traffic, f.Traffic())
	if t == no {
		return no
	}
	return min(t, j.peer(s, e, &r.Peer, f.Remote))
}
