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

	r.Groups = merged(r.Groups, (*Group).id, mergeGroups)
	for i := range r.Groups {
		r.Groups[i].normalize()
	}
	r.Interfaces = merged(r.Interfaces, (*Interface).id, mergeInterfaces)
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
	r.Listeners = unique(r.Listeners, func(l *Listener) string { return l.Kind + " " + l.Name + " " + l.Traffic.String() })
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
	r.Quotas = unique(r.Quotas, func(q *Quota) string { return q.Code })
}

func uniqueGateways(list []Gateway) []Gateway {
	list = unique(list, func(g *Gateway) string { return g.ID })
	for i := range list {
		list[i].VPCs = sortStrings(list[i].VPCs)
	}
	return list
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
