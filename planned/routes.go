package planned

import (
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// targets are the attributes of a route that hold its target, and how its ids begin.
var targets = []struct{ key, prefix string }{
	{"gateway_id", ""}, // of an internet or a virtual private gateway, of a VPC endpoint, or "local"
	{"nat_gateway_id", "nat-"},
	{"network_interface_id", "eni-"},
	{"transit_gateway_id", "tgw-"},
	{"vpc_peering_connection_id", "pcx-"},
	{"egress_only_gateway_id", "eigw-"},
	{"vpc_endpoint_id", "vpce-"},
	{"carrier_gateway_id", "cagw-"},
	{"local_gateway_id", "lgw-"},
	{"core_network_arn", ""},
	{"instance_id", "i-"}, // of CloudFormation
}

// routeTable is aws_route_table with the routes in it.
func (a *action) routeTable(pass int) {
	switch pass {
	case passMake:
		a.propagates()
		if a.makes() {
			t := inventory.RouteTable{ID: a.id, VPC: a.vpcOf()}
			if v := a.in.vpc(t.VPC); v != nil {
				for _, p := range v.Prefixes {
					t.Routes = append(t.Routes, inventory.Route{Prefix: p, Target: "local"})
				}
			}
			a.in.RouteTables = append(a.in.RouteTables, t)
		}
	case passRevoke:
		if a.updates() {
			a.reroute(a.id, a.routes(a.before), nil)
		}
	case passAllow:
		if a.staying() {
			a.reroute(a.id, nil, a.routesAfter())
		}
	case passDelete:
		if a.removes() {
			a.in.RouteTables = without(a.in.RouteTables, func(t *inventory.RouteTable) bool { return t.ID == a.oldID() })
		}
	}
}

// propagates notes that the plan changes which virtual private gateways add routes to a table.
func (a *action) propagates() {
	if a.staying() {
		a.notApplied("propagating_vgws", propagates)
	}
}

// routesAfter returns the routes in a table afterwards. Those that the configuration
// does not give stay as they are.
func (a *action) routesAfter() []inventory.Route {
	if x, pending := a.after.pending("route"); pending {
		if x.computed && a.updates() {
			return a.routes(a.before)
		}
		if !x.computed {
			a.unknown("route", "routes of the table are known after apply")
		}
		return nil
	}
	return a.routes(a.after)
}

// defaultRouteTable is aws_default_route_table: it takes the main table of a VPC
// over, with the routes that are given and no others but the local ones.
func (a *action) defaultRouteTable(pass int) {
	if a.deleted() {
		return
	}
	id := a.id
	if !a.updates() {
		id = a.after.id("default_route_table_id", "rtb-")
	}
	if pass == passMake {
		a.propagates()
	}
	if pass != passRevoke && pass != passAllow {
		return
	}
	t := a.tableRead(id)
	switch {
	case t == nil:
	case pass == passRevoke && a.updates():
		a.reroute(id, a.routes(a.before), nil)
	case pass == passRevoke:
		t.Routes = without(t.Routes, func(r *inventory.Route) bool { return r.Target != "local" })
	case pass == passAllow:
		a.reroute(id, nil, a.routesAfter())
	}
}

// route is aws_route.
func (a *action) route(pass int) {
	if pass == passRevoke && a.existed() {
		if r, ok := a.routeIn(a.before, "destination_cidr_block", "destination_ipv6_cidr_block"); ok {
			a.reroute(a.before.id("route_table_id", "rtb-"), []inventory.Route{r}, nil)
		}
	}
	if pass == passAllow && a.staying() {
		if r, ok := a.routeIn(a.after, "destination_cidr_block", "destination_ipv6_cidr_block"); ok {
			a.reroute(a.after.id("route_table_id", "rtb-"), nil, []inventory.Route{r})
		}
	}
}

// routes reads the routes in a table.
func (a *action) routes(v values) (routes []inventory.Route) {
	blocks, known := v.blocks("route")
	if !known {
		a.unknown("route", "routes of the table are known after apply")
	}
	for _, b := range blocks {
		if r, ok := a.routeIn(b, "cidr_block", "ipv6_cidr_block"); ok {
			routes = append(routes, r)
		}
	}
	return routes
}

func (a *action) routeIn(v values, ipv4, ipv6 string) (r inventory.Route, ok bool) {
	for _, key := range []string{ipv4, ipv6} {
		if x, pending := v.pending(key); pending && !x.computed {
			a.unknown(v.name(key), "the destination of the route is known after apply")
			return r, false
		}
		if text := v.known(key); text != "" {
			if r.Prefix, ok = v.prefix(key, text); !ok {
				return r, false
			}
		}
	}
	for _, key := range []string{"destination_prefix_list_id"} {
		r.List = v.id(key, "pl-")
	}
	for _, t := range targets {
		switch x, pending := v.pending(t.key); {
		case pending && len(x.of) == 1:
			r.Target = x.of[0]
		case pending && !x.computed:
			a.unknown(v.name(t.key), "the target of the route is known after apply")
		case pending:
		case v.known(t.key) != "":
			r.Target = v.known(t.key)
		}
	}
	if inventory.IsID("i-", r.Target) {
		r.Target = a.interfaceOf(r.Target)
	}
	return r, r.Prefix.IsValid() || r.List != ""
}

// interfaceOf returns the interface that a route to an instance leads to, which has one
// alone: AWS refuses the route where it has several (EC2 API, CreateRoute).
func (a *action) interfaceOf(instance string) string {
	for i := range a.in.Interfaces {
		if a.in.Interfaces[i].Instance == instance {
			return a.in.Interfaces[i].ID
		}
	}
	a.unread(instance, "instances with an interface")
	return instance
}

// reroute takes routes out of a table, by their destination, and puts others in.
func (a *action) reroute(id string, out, in []inventory.Route) {
	if len(out)+len(in) == 0 {
		return
	}
	t := a.tableRead(id)
	if t == nil {
		return
	}
	for i := range in {
		a.listRead(in[i].List)
		if inventory.IsID("igw-", in[i].Target) {
			a.gatewayRead(in[i].Target)
		}
	}
	to := func(r *inventory.Route) func(inventory.Route) bool {
		return func(o inventory.Route) bool { return o.Prefix == r.Prefix && o.List == r.List }
	}
	t.Routes = without(t.Routes, func(r *inventory.Route) bool {
		return slices.ContainsFunc(out, to(r)) && r.Target != "local" || slices.ContainsFunc(in, to(r))
	})
	t.Routes = append(t.Routes, in...)
}

// tableAssociation is aws_route_table_association of a subnet; those of gateways are
// kept apart.
func (a *action) tableAssociation(pass int) {
	move := func(v values, to bool) {
		table := a.tableRead(v.id("route_table_id", "rtb-"))
		for _, side := range []struct {
			key, prefix string
			list        func(*inventory.RouteTable) *[]string
		}{
			{"subnet_id", "subnet-", func(t *inventory.RouteTable) *[]string { return &t.Subnets }},
			{"gateway_id", "", func(t *inventory.RouteTable) *[]string { return &t.Gateways }},
		} {
			id := v.id(side.key, side.prefix)
			if id == "" {
				continue
			}
			if side.prefix == "subnet-" {
				a.subnetRead(id)
			}
			for i := range a.in.RouteTables {
				list := side.list(&a.in.RouteTables[i])
				*list = without(*list, func(s *string) bool { return *s == id })
			}
			if to && table != nil {
				list := side.list(table)
				*list = append(*list, id)
			}
		}
	}
	if pass == passRevoke && a.existed() {
		move(a.before, false)
	}
	if pass == passAllow && a.staying() {
		move(a.after, true)
	}
}

// mainTable is aws_main_route_table_association. Where it is deleted, the table that was the
// main one before is that again (AWS provider, aws_main_route_table_association).
func (a *action) mainTable(pass int) {
	if pass == passRevoke && a.removes() {
		const original = "original_route_table_id"
		table := a.before.id(original, "rtb-")
		if table == "" {
			a.unknown(original, "the plan does not say which route table becomes the main one again")
		}
		a.makeMain(a.before.id("vpc_id", "vpc-"), table)
	}
	if pass == passAllow && a.staying() {
		a.makeMain(a.after.id("vpc_id", "vpc-"), a.after.id("route_table_id", "rtb-"))
	}
}

// makeMain makes a route table the main one of a VPC.
func (a *action) makeMain(vpc, table string) {
	if a.vpcRead(vpc) == nil || a.tableRead(table) == nil {
		return
	}
	for i := range a.in.RouteTables {
		if t := &a.in.RouteTables[i]; t.VPC == vpc {
			t.Main = t.ID == table
		}
	}
}
