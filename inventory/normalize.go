package inventory

import (
	"cmp"
	"net/netip"
	"slices"
)

// Normalize does what Inventory.Normalize does, for one region.
func (r *Region) Normalize() {
	sortBy(r.Gaps, func(a, b *Gap) int { return a.Compare(*b) })
	r.Gaps = slices.Compact(r.Gaps)

	r.Groups = unique(r.Groups, func(g *Group) string { return g.ID })
	for i := range r.Groups {
		r.Groups[i].normalize()
	}
	r.Interfaces = unique(r.Interfaces, func(i *Interface) string { return i.ID })
	for i := range r.Interfaces {
		e := &r.Interfaces[i]
		e.Groups = sortStrings(e.Groups)
		sortBy(e.Addresses, func(a, b *Address) int {
			return cmp.Or(a.Private.Compare(b.Private), a.Public.Compare(b.Public))
		})
		sortTags(e.Tags)
	}
	r.PrefixLists = unique(r.PrefixLists, func(p *PrefixList) string { return p.ID })
	for i := range r.PrefixLists {
		r.PrefixLists[i].Entries = sortPrefixes(r.PrefixLists[i].Entries)
	}
	r.VPCs = unique(r.VPCs, func(v *VPC) string { return v.ID })
	for i := range r.VPCs {
		r.VPCs[i].Prefixes = sortPrefixes(r.VPCs[i].Prefixes)
		sortTags(r.VPCs[i].Tags)
	}
	r.Subnets = unique(r.Subnets, func(s *Subnet) string { return s.ID })
	for i := range r.Subnets {
		s := &r.Subnets[i]
		sortBy(s.Prefixes, func(a, b *SubnetPrefix) int { return comparePrefixes(a.Prefix, b.Prefix) })
		sortTags(s.Tags)
	}
	r.RouteTables = unique(r.RouteTables, func(t *RouteTable) string { return t.ID })
	for i := range r.RouteTables {
		t := &r.RouteTables[i]
		t.Subnets, t.Gateways = sortStrings(t.Subnets), sortStrings(t.Gateways)
		sortBy(t.Routes, func(a, b *Route) int {
			return cmp.Or(comparePrefixes(a.Prefix, b.Prefix), cmp.Compare(a.List, b.List), cmp.Compare(a.Target, b.Target))
		})
	}
	r.NetworkACLs = unique(r.NetworkACLs, func(a *NetworkACL) string { return a.ID })
	for i := range r.NetworkACLs {
		a := &r.NetworkACLs[i]
		a.Subnets = sortStrings(a.Subnets)
		sortBy(a.Entries, func(x, y *ACLEntry) int {
			return cmp.Or(cmp.Compare(x.Direction, y.Direction), cmp.Compare(x.Number, y.Number), comparePrefixes(x.Prefix, y.Prefix))
		})
		sortTags(a.Tags)
	}
	r.InternetGateways = uniqueGateways(r.InternetGateways)
	r.EgressGateways = uniqueGateways(r.EgressGateways)
	r.NATGateways = unique(r.NATGateways, func(n *NATGateway) string { return n.ID })
	r.FlowLogs = unique(r.FlowLogs, func(l *FlowLog) string { return l.ID })
	r.Peerings = unique(r.Peerings, func(p *Peering) string { return p.ID })
	for i := range r.Peerings {
		p := &r.Peerings[i]
		p.Requester.Prefixes, p.Accepter.Prefixes = sortPrefixes(p.Requester.Prefixes), sortPrefixes(p.Accepter.Prefixes)
	}
	r.PublicAccess.Exclusions = unique(r.PublicAccess.Exclusions, func(e *PublicAccessExclusion) string { return e.ID })
	r.Associations = unique(r.Associations, func(a *Association) string { return a.Group + " " + a.VPC + " " + a.State })
	r.Stale = unique(r.Stale, func(s *StaleReference) string {
		return s.Group + " " + s.Direction.String() + " " + s.Traffic.String() + " " + s.Peer.ID
	})
	r.LaunchTemplates = unique(r.LaunchTemplates, func(t *LaunchTemplate) string { return t.ID })
	for i := range r.LaunchTemplates {
		t := &r.LaunchTemplates[i]
		t.Groups, t.GroupNames = sortStrings(t.Groups), sortStrings(t.GroupNames)
	}
	r.Endpoints = unique(r.Endpoints, func(e *Endpoint) string { return e.ID })
	for i := range r.Endpoints {
		r.Endpoints[i].Groups = sortStrings(r.Endpoints[i].Groups)
	}
	r.LoadBalancers = unique(r.LoadBalancers, func(l *LoadBalancer) string { return l.Kind + " " + l.Name })
	for i := range r.LoadBalancers {
		r.LoadBalancers[i].Groups = sortStrings(r.LoadBalancers[i].Groups)
	}
	r.Functions = unique(r.Functions, func(f *Function) string { return f.ARN + " " + f.Name })
	for i := range r.Functions {
		f := &r.Functions[i]
		f.Groups, f.Subnets = sortStrings(f.Groups), sortStrings(f.Subnets)
	}
	r.WebACLs = unique(r.WebACLs, func(a *WebACL) string { return a.ARN + " " + a.Name })
	for i := range r.WebACLs {
		r.WebACLs[i].LoadBalancers = sortStrings(r.WebACLs[i].LoadBalancers)
	}
	r.Recorders = unique(r.Recorders, func(c *Recorder) string { return c.Name })
}

func uniqueGateways(list []Gateway) []Gateway {
	list = unique(list, func(g *Gateway) string { return g.ID })
	for i := range list {
		list[i].VPCs = sortStrings(list[i].VPCs)
	}
	return list
}

// unique sorts by key and keeps the first of each key, in the given order.
func unique[T any](list []T, key func(*T) string) []T {
	sortBy(list, func(a, b *T) int { return cmp.Compare(key(a), key(b)) })
	for i := 1; i < len(list); i++ {
		if key(&list[i]) == key(&list[i-1]) {
			return compact(list, i, key)
		}
	}
	return list
}

// compact drops what has the key of the one before it, from the given position
// on. It compares in place: slices.CompactFunc hands each item over by value.
func compact[T any](list []T, from int, key func(*T) string) []T {
	kept := from
	for i := from; i < len(list); i++ {
		if key(&list[i]) != key(&list[kept-1]) {
			list[kept] = list[i]
			kept++
		}
	}
	clear(list[kept:])
	return list[:kept]
}

// sortBy sorts stably, and costs nothing where the list is sorted already. It
// sorts positions: a sort of its own for each type would add half a megabyte
// to the program.
func sortBy[T any](list []T, compare func(a, b *T) int) {
	sorted := true
	for i := 1; i < len(list) && sorted; i++ {
		sorted = compare(&list[i-1], &list[i]) <= 0
	}
	if sorted {
		return
	}
	places := make([]int, len(list)) // where what belongs here is now
	for i := range places {
		places[i] = i
	}
	// No two places are the same, so that the faster sort is a stable one too.
	slices.SortFunc(places, func(i, j int) int {
		if c := compare(&list[i], &list[j]); c != 0 {
			return c
		}
		return i - j
	})
	// Each cycle of the permutation moves in place: lists are the most of the
	// memory of a run, and a copy would be as much again.
	for begin := range places {
		if places[begin] == begin {
			continue
		}
		held, at := list[begin], begin
		for places[at] != begin {
			from := places[at]
			list[at], places[at] = list[from], at
			at = from
		}
		list[at], places[at] = held, at
	}
}

func sortStrings(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

func sortPrefixes(list []netip.Prefix) []netip.Prefix {
	sortBy(list, func(a, b *netip.Prefix) int { return comparePrefixes(*a, *b) })
	return slices.Compact(list)
}

func comparePrefixes(a, b netip.Prefix) int {
	return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
}
