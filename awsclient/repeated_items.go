package awsclient

import (
	"reflect"

	"github.com/sgaudit/sgaudit/inventory"
)

// reportRepeated records items of the short lists that came twice with a
// different content: pages of a list that changes meanwhile may repeat an item,
// and only one of both would be kept. Groups and interfaces, of which there are
// many, are looked at while their pages are joined; launch templates and
// functions have one item for each of their versions.
func (r *reader) reportRepeated() {
	e := r.region
	compareRepeated(r, inventory.PartVPCs, e.VPCs, func(x *inventory.VPC) string { return x.ID })
	compareRepeated(r, inventory.PartSubnets, e.Subnets, func(x *inventory.Subnet) string { return x.ID })
	compareRepeated(r, inventory.PartRouteTables, e.RouteTables, func(x *inventory.RouteTable) string { return x.ID })
	compareRepeated(r, inventory.PartNetworkACLs, e.NetworkACLs, func(x *inventory.NetworkACL) string { return x.ID })
	compareRepeated(r, inventory.PartInternetGateways, e.InternetGateways, func(x *inventory.Gateway) string { return x.ID })
	compareRepeated(r, inventory.PartNATGateways, e.NATGateways, func(x *inventory.NATGateway) string { return x.ID })
	compareRepeated(r, inventory.PartFlowLogs, e.FlowLogs, func(x *inventory.FlowLog) string { return x.ID })
	compareRepeated(r, inventory.PartPeerings, e.Peerings, func(x *inventory.Peering) string { return x.ID })
	compareRepeated(r, inventory.PartPublicAccess, e.PublicAccess.Exclusions, func(x *inventory.PublicAccessExclusion) string { return x.ID })
	compareRepeated(r, inventory.PartEndpoints, e.Endpoints, func(x *inventory.Endpoint) string { return x.ID })
	compareRepeated(r, inventory.PartLoadBalancers, e.LoadBalancers, func(x *inventory.LoadBalancer) string { return x.Kind + " load balancer " + x.Name })
	compareRepeated(r, inventory.PartWebACLs, e.WebACLs, func(x *inventory.WebACL) string { return x.ARN })
	compareRepeated(r, inventory.PartRecorders, e.Recorders, func(x *inventory.Recorder) string { return "configuration recorder " + x.Name })
}

func compareRepeated[T any](r *reader, part inventory.Part, list []T, name func(*T) string) {
	first := make(map[string]*T, len(list))
	for i := range list {
		x := &list[i]
		id := name(x)
		if known := first[id]; known == nil {
			first[id] = x
		} else if !reflect.DeepEqual(known, x) {
			r.malformed(part, "%s came more than once, with different contents", id)
		}
	}
}
