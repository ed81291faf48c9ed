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

	for i := range partTable {
		if list := partTable[i].items; list != nil {
			list.normalize(r)
		}
	}
}

func (i *Interface) tidy() {
	i.Groups = sortStrings(i.Groups)
	sortBy(i.Addresses, func(a, b *Address) int {
		return cmp.Or(a.Private.Compare(b.Private), a.Public.Compare(b.Public))
	})
	i.Delegated = sortPrefixes(i.Delegated)
	sortTags(i.Tags)
}

func (l *PrefixList) tidy() { l.Entries = sortPrefixes(l.Entries) }

func (v *VPC) tidy() {
	v.Prefixes = sortPrefixes(v.Prefixes)
	sortTags(v.Tags)
}

func (s *Subnet) tidy() {
	sortBy(s.Prefixes, func(a, b *SubnetPrefix) int { return comparePrefixes(a.Prefix, b.Prefix) })
	sortTags(s.Tags)
}

func (t *RouteTable) tidy() {
	t.Subnets, t.Gateways = sortStrings(t.Subnets), sortStrings(t.Gateways)
	sortBy(t.Routes, func(a, b *Route) int {
		return cmp.Or(comparePrefixes(a.Prefix, b.Prefix), cmp.Compare(a.List, b.List), cmp.Compare(a.Target, b.Target))
	})
}

func (a *NetworkACL) tidy() {
	a.Subnets = sortStrings(a.Subnets)
	sortBy(a.Entries, func(x, y *ACLEntry) int {
		return cmp.Or(cmp.Compare(x.Direction, y.Direction), cmp.Compare(x.Number, y.Number), comparePrefixes(x.Prefix, y.Prefix))
	})
	sortTags(a.Tags)
}

func (g *Gateway) tidy() { g.VPCs = sortStrings(g.VPCs) }

func (p *Peering) tidy() {
	p.Requester.Prefixes, p.Accepter.Prefixes = sortPrefixes(p.Requester.Prefixes), sortPrefixes(p.Accepter.Prefixes)
}

func (t *LaunchTemplate) tidy() {
	t.Groups, t.GroupNames = sortStrings(t.Groups), sortStrings(t.GroupNames)
}

func (e *Endpoint) tidy() { e.Groups = sortStrings(e.Groups) }

func (l *LoadBalancer) tidy() { l.Groups = sortStrings(l.Groups) }

func (f *Function) tidy() { f.Groups, f.Subnets = sortStrings(f.Groups), sortStrings(f.Subnets) }

func (a *WebACL) tidy() { a.LoadBalancers = sortStrings(a.LoadBalancers) }

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
