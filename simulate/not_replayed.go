package simulate

import (
	"reflect"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// notReplayed are the kinds of what differs between two states of an inventory and may
// cut connections of interfaces of the first one, beside rules, groups and the interfaces
// themselves.
func notReplayed(before, after *inventory.Inventory) (kinds []string) {
	for i, old := range before.Regions {
		if now := after.Regions[i]; old != now {
			o := newInhabited(old)
			for _, k := range []struct {
				name string
				cuts bool
			}{
				{"network ACLs", o.aclsCut(now)},
				{"route tables", o.routesDiffer(now)},
				{"internet gateways", o.gatewaysGo(old.InternetGateways, now.InternetGateways) || o.gatewaysGo(old.EgressGateways, now.EgressGateways)},
				{"NAT gateways", goes(old.NATGateways, now.NATGateways, func(a, b *inventory.NATGateway) bool { return a.ID == b.ID })},
				{"VPC peering connections", goes(old.Peerings, now.Peerings, func(a, b *inventory.Peering) bool { return a.ID == b.ID && a.Status == b.Status })},
				{"VPC block public access", !reflect.DeepEqual(old.PublicAccess, now.PublicAccess)},
				{"addresses of network interfaces", o.addressesGo(now)},
			} {
				if k.cuts && !slices.Contains(kinds, k.name) {
					kinds = append(kinds, k.name)
				}
			}
		}
	}
	return kinds
}

// goes reports whether something of a list is not in another one.
func goes[T any](old, now []T, same func(a, b *T) bool) bool {
	return slices.ContainsFunc(old, func(a T) bool {
		return !slices.ContainsFunc(now, func(b T) bool { return same(&a, &b) })
	})
}

// inhabited is a region with the VPCs and subnets that have interfaces.
type inhabited struct {
	*inventory.Region
	vpcs, subnets map[string]bool
}

func newInhabited(r *inventory.Region) *inhabited {
	o := &inhabited{r, map[string]bool{}, map[string]bool{}}
	for i := range r.Interfaces {
		o.vpcs[r.Interfaces[i].VPC], o.subnets[r.Interfaces[i].Subnet] = true, true
	}
	return o
}

func (o *inhabited) anyOf(subnets []string) bool {
	return slices.ContainsFunc(subnets, func(id string) bool { return o.subnets[id] })
}

// aclsCut reports whether a subnet with interfaces gets another network ACL, or one that
// lacks an entry that allows, or has a new one that denies.
func (o *inhabited) aclsCut(now *inventory.Region) bool {
	of := func(acls []inventory.NetworkACL, subnet string) *inventory.NetworkACL {
		if i := slices.IndexFunc(acls, func(a inventory.NetworkACL) bool { return slices.Contains(a.Subnets, subnet) }); i >= 0 {
			return &acls[i]
		}
		return &inventory.NetworkACL{}
	}
	lacks := func(list []inventory.ACLEntry, e inventory.ACLEntry) bool { return !slices.Contains(list, e) }
	for id := range o.subnets {
		a, b := of(o.NetworkACLs, id), of(now.NetworkACLs, id)
		if a.ID != b.ID ||
			slices.ContainsFunc(a.Entries, func(e inventory.ACLEntry) bool { return e.Allow && lacks(b.Entries, e) }) ||
			slices.ContainsFunc(b.Entries, func(e inventory.ACLEntry) bool { return !e.Allow && lacks(a.Entries, e) }) {
			return true
		}
	}
	return false
}

// routesDiffer reports whether a subnet with interfaces, or a gateway, gets other routes.
func (o *inhabited) routesDiffer(now *inventory.Region) bool {
	tables := map[string]*inventory.RouteTable{}
	for i := range now.RouteTables {
		tables[now.RouteTables[i].ID] = &now.RouteTables[i]
	}
	for i := range o.RouteTables {
		a := &o.RouteTables[i]
		b := tables[a.ID]
		delete(tables, a.ID)
		if (o.anyOf(a.Subnets) || a.Main && o.vpcs[a.VPC] || len(a.Gateways) > 0) && (b == nil || !reflect.DeepEqual(a, b)) {
			return true
		}
	}
	for _, b := range tables { // the new ones
		if o.anyOf(b.Subnets) || b.Main && o.vpcs[b.VPC] {
			return true
		}
	}
	return false
}

// gatewaysGo reports whether a VPC with interfaces loses a gateway.
func (o *inhabited) gatewaysGo(old, now []inventory.Gateway) bool {
	for i := range old {
		for _, vpc := range old[i].VPCs {
			if o.vpcs[vpc] && !slices.ContainsFunc(now, func(g inventory.Gateway) bool { return g.ID == old[i].ID && slices.Contains(g.VPCs, vpc) }) {
				return true
			}
		}
	}
	return false
}

// addressesGo reports whether an interface that stays loses an address.
func (o *inhabited) addressesGo(now *inventory.Region) bool {
	index := inventory.NewIndex(now)
	for i := range o.Interfaces {
		was := &o.Interfaces[i]
		is := index.Interface(was.ID)
		if is != nil && slices.ContainsFunc(was.Addresses, func(a inventory.Address) bool {
			return !slices.ContainsFunc(is.Addresses, func(b inventory.Address) bool {
				return a.Private == b.Private && (a.Public == b.Public || !a.Public.IsValid())
			})
		}) {
			return true
		}
	}
	return false
}
