package planned

import "github.com/sgaudit/sgaudit/inventory"

// What a plan names by its id is looked up here. What is not found is noted: the plan then
// changes something that was not read, so that what comes of it is not known. Without an
// id, which is noted where it is read, nothing is looked up.

// unread notes something that the plan changes or names and that was not read. The list
// is how its kind is called, as "route tables".
func (a *action) unread(id, list string) {
	a.unknown("", "%s is not among the %s of %s that were read", id, list, a.region())
}

// wasRead returns what was found of an id, and notes where that is nothing.
func wasRead[T any](a *action, id, list string, found *T) *T {
	if found == nil && id != "" {
		a.unread(id, list)
	}
	return found
}

func (a *action) tableRead(id string) *inventory.RouteTable {
	return wasRead(a, id, "route tables", a.in.table(id))
}

func (a *action) aclRead(id string) *inventory.NetworkACL {
	return wasRead(a, id, "network ACLs", a.in.acl(id))
}

func (a *action) listRead(id string) *inventory.PrefixList {
	return wasRead(a, id, "prefix lists", a.in.list(id))
}

func (a *action) groupRead(id string) *inventory.Group {
	return wasRead(a, id, "groups", a.in.group(id))
}

func (a *action) gatewayRead(id string) *inventory.Gateway {
	return wasRead(a, id, "internet gateways", find(a.in.InternetGateways, id, func(g *inventory.Gateway) string { return g.ID }))
}

// subnetRead returns a subnet. One that is not there may belong to another account.
func (a *action) subnetRead(id string) *inventory.Subnet {
	s := a.in.subnet(id)
	if s == nil && id != "" {
		a.missing(id, "subnets")
	}
	return s
}

// vpcRead returns a VPC. One that is not there may belong to another account.
func (a *action) vpcRead(id string) *inventory.VPC {
	v := a.in.vpc(id)
	if v == nil && id != "" {
		a.missing(id, "VPCs")
	}
	return v
}
