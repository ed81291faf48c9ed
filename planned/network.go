package planned

import (
	"net/netip"

	"github.com/sgaudit/sgaudit/inventory"
)

// What AWS makes together with a VPC goes by the VPC's address and the attribute
// that holds its id.
const (
	defaultGroupOf = ".default_security_group_id"
	defaultTableOf = ".default_route_table_id"
	defaultACLOf   = ".default_network_acl_id"
)

// vpc is aws_vpc, with what AWS makes with it.
func (a *action) vpc(pass int) {
	switch {
	case pass == passMake && a.makes():
		a.makeVPC()
	case pass == passMake && a.updates():
		for _, key := range []string{"assign_generated_ipv6_cidr_block", "ipv6_cidr_block", "ipv6_ipam_pool_id"} {
			a.notApplied(key, addsRange)
		}
	case pass == passDelete && a.removes():
		id := a.oldID()
		a.in.VPCs = without(a.in.VPCs, func(v *inventory.VPC) bool { return v.ID == id })
		a.in.RouteTables = without(a.in.RouteTables, func(t *inventory.RouteTable) bool { return t.VPC == id && t.Main })
		a.in.NetworkACLs = without(a.in.NetworkACLs, func(n *inventory.NetworkACL) bool { return n.VPC == id && n.Default })
		a.in.Groups = without(a.in.Groups, func(g *inventory.Group) bool { return g.VPC == id && g.Default() })
	}
}

// makeVPC adds a VPC with its main route table, its default network ACL, which allows
// all, and its default group, which allows all from itself and all outbound (Amazon VPC
// user guide).
func (a *action) makeVPC() {
	v := inventory.VPC{ID: a.id, Owner: a.in.AccountID, Tags: a.after.tags()}
	table := inventory.RouteTable{ID: a.id + defaultTableOf, VPC: a.id, Main: true}
	acl := inventory.NetworkACL{ID: a.id + defaultACLOf, VPC: a.id, Owner: a.in.AccountID, Default: true, Entries: lastDenials()}
	group := inventory.Group{ID: a.id + defaultGroupOf, Name: "default", VPC: a.id, Owner: a.in.AccountID, Description: "default VPC security group"}
	group.Rules = []inventory.Rule{{Direction: inventory.Ingress, Traffic: inventory.All, Peer: inventory.Peer{Group: &inventory.GroupRef{ID: group.ID, Account: a.in.AccountID}}}}
	v.Prefixes = a.after.ranges("cidr_block", "ipv6_cidr_block")
	for _, p := range v.Prefixes {
		table.Routes = append(table.Routes, inventory.Route{Prefix: p, Target: "local"})
	}
	everywhere := []netip.Prefix{anyIPv4}
	if v6, _ := a.after.flag("assign_generated_ipv6_cidr_block"); v6 || len(v.Prefixes) > 1 {
		everywhere = append(everywhere, anyIPv6)
	}
	for i, p := range everywhere {
		group.Rules = append(group.Rules, inventory.Rule{Direction: inventory.Egress, Traffic: inventory.All, Peer: inventory.Peer{Prefix: p}})
		for _, d := range []inventory.Direction{inventory.Ingress, inventory.Egress} {
			acl.Entries = append(acl.Entries, inventory.ACLEntry{Direction: d, Number: 100 + i, Allow: true, Traffic: inventory.All, Prefix: p})
		}
	}
	a.in.VPCs = append(a.in.VPCs, v)
	a.in.RouteTables = append(a.in.RouteTables, table)
	a.in.NetworkACLs = append(a.in.NetworkACLs, acl)
	a.in.Groups = append(a.in.Groups, group)
}

var (
	anyIPv4 = netip.MustParsePrefix("0.0.0.0/0")
	anyIPv6 = netip.MustParsePrefix("::/0")
)

// subnet is aws_subnet. It has the default network ACL of its VPC.
func (a *action) subnet(pass int) {
	if pass == passMake && a.staying() {
		a.assigns()
	}
	switch {
	case pass == passMake && a.updates():
		a.notApplied("ipv6_cidr_block", addsRange)
		a.startsPublic()
	case pass == passMake && a.makes():
		s := inventory.Subnet{ID: a.id, VPC: a.vpcOf(), Owner: a.in.AccountID, Zone: a.after.known("availability_zone"), Tags: a.after.tags()}
		for _, p := range a.after.ranges("cidr_block", "ipv6_cidr_block") {
			s.Prefixes = append(s.Prefixes, inventory.SubnetPrefix{Prefix: p})
		}
		a.in.Subnets = append(a.in.Subnets, s)
		a.toDefaultACL(&s)
	case pass == passDelete && a.removes():
		a.in.Subnets = without(a.in.Subnets, func(s *inventory.Subnet) bool { return s.ID == a.oldID() })
	}
}

// startsPublic notes that new interfaces in a subnet that exists get public addresses.
func (a *action) startsPublic() {
	const key = mapsPublic
	was, _ := a.before.flag(key)
	if is, _ := a.after.flag(key); !was && (is || a.pends(key)) {
		a.unknown(key, "what is started in the subnet later gets a public IPv4 address: what the internet can reach of it is not known")
	}
}

// internetGateway is aws_internet_gateway, which may name the VPC that it is attached to.
func (a *action) internetGateway(pass int) {
	switch pass {
	case passMake:
		if a.makes() {
			a.in.InternetGateways = append(a.in.InternetGateways, inventory.Gateway{ID: a.id})
		}
		if a.makes() || a.staying() && a.changed("vpc_id") {
			if _, pending := a.after.pending("vpc_id"); pending || a.after.all["vpc_id"] != nil {
				a.attachGateway(a.id, a.after.id("vpc_id", "vpc-"))
			} else if a.updates() {
				a.attachGateway(a.id, "")
			}
		}
	case passDelete:
		if a.removes() {
			a.in.InternetGateways = without(a.in.InternetGateways, func(g *inventory.Gateway) bool { return g.ID == a.oldID() })
		}
	}
}

// gatewayAttachment is aws_internet_gateway_attachment.
func (a *action) gatewayAttachment(pass int) {
	if pass == passMake && a.removes() {
		a.attachGateway(a.before.id("internet_gateway_id", "igw-"), "")
	}
	if pass == passAllow && a.staying() {
		a.attachGateway(a.after.id("internet_gateway_id", "igw-"), a.after.id("vpc_id", "vpc-"))
	}
}

func (a *action) attachGateway(id, vpc string) {
	g := a.gatewayRead(id)
	if g == nil {
		return
	}
	if g.VPCs = nil; vpc != "" {
		a.vpcRead(vpc)
		g.VPCs = []string{vpc}
	}
}

// natGateway is aws_nat_gateway. Its interface has no groups.
func (a *action) natGateway(pass int) {
	if pass == passDelete && a.removes() {
		a.in.NATGateways = without(a.in.NATGateways, func(n *inventory.NATGateway) bool { return n.ID == a.oldID() })
	}
	if pass == passAttach && a.makes() {
		n := inventory.NATGateway{ID: a.id, Subnet: a.after.id("subnet_id", "subnet-")}
		if s := a.subnetRead(n.Subnet); s != nil {
			n.VPC = s.VPC
			a.in.NATGateways = append(a.in.NATGateways, n)
		}
	}
}

// endpoint is aws_vpc_endpoint: of a gateway, or with interfaces that have groups.
func (a *action) endpoint(pass int) {
	a.anything(pass)
	if pass == passDelete && a.removes() {
		a.in.Endpoints = without(a.in.Endpoints, func(e *inventory.Endpoint) bool { return e.ID == a.oldID() })
	}
	if pass == passAttach && a.makes() && a.after.known("vpc_endpoint_type") != "Interface" {
		a.in.Endpoints = append(a.in.Endpoints, inventory.Endpoint{ID: a.id, VPC: a.vpcOf(), Service: a.after.known("service_name")})
	}
}

// prefixList is aws_ec2_managed_prefix_list with its entries.
func (a *action) prefixList(pass int) {
	switch {
	case pass == passMake && a.makes():
		a.in.PrefixLists = append(a.in.PrefixLists, inventory.PrefixList{ID: a.id, Name: a.after.known("name"), Owner: a.in.AccountID, Resolved: true})
	case pass == passRevoke && a.updates():
		a.entries(a.listRead(a.id), prefixesOf(a.before), prefixesOf(a.after))
	case pass == passAllow && a.staying():
		if x, pending := a.after.pending("entry"); pending && !x.computed {
			a.unknown("entry", "the entries of the prefix list are known after apply")
			if l := a.in.list(a.id); l != nil {
				l.Resolved = false
			}
			return
		}
		a.entries(a.in.list(a.id), nil, prefixesOf(a.after))
	case pass == passAttach && a.makes(): // where all entries have been put in
		// A dynamic block of which nothing is known looks in the plan like no block at all.
		if _, pending := a.after.pending("entry"); pending {
			if l := a.in.list(a.id); l != nil && l.Resolved && len(l.Entries) == 0 {
				l.Resolved = false
				a.unknown("entry", "the plan does not say which entries the prefix list has")
			}
		}
	case pass == passDelete && a.removes():
		a.in.PrefixLists = without(a.in.PrefixLists, func(l *inventory.PrefixList) bool { return l.ID == a.oldID() })
	}
}

// prefixListEntry is aws_ec2_managed_prefix_list_entry.
func (a *action) prefixListEntry(pass int) {
	one := func(v values) (*inventory.PrefixList, []netip.Prefix) {
		if p, ok := v.prefix("cidr", v.known("cidr")); ok {
			return a.listRead(v.id("prefix_list_id", "pl-")), []netip.Prefix{p}
		}
		return nil, nil
	}
	if pass == passRevoke && a.existed() {
		l, p := one(a.before)
		a.entries(l, p, nil)
	}
	if pass == passAllow && a.staying() {
		if _, pending := a.after.pending("cidr"); pending {
			a.unknown("cidr", "the entry of the prefix list is known after apply")
			return
		}
		l, p := one(a.after)
		a.entries(l, nil, p)
	}
}

// entries takes entries out of a prefix list, and puts others in.
func (a *action) entries(l *inventory.PrefixList, out, in []netip.Prefix) {
	if l == nil {
		return
	}
	has := func(list []netip.Prefix, p netip.Prefix) bool {
		return find(list, p.String(), func(q *netip.Prefix) string { return q.String() }) != nil
	}
	l.Entries = without(l.Entries, func(p *netip.Prefix) bool { return has(out, *p) && !has(in, *p) })
	for _, p := range in {
		if !has(l.Entries, p) {
			l.Entries = append(l.Entries, p)
		}
	}
}

func prefixesOf(v values) (prefixes []netip.Prefix) {
	blocks, known := v.blocks("entry")
	if !known {
		v.of.unknown("entry", "entries of the prefix list are known after apply")
	}
	for _, b := range blocks {
		if _, pending := b.pending("cidr"); pending {
			v.of.unknown(b.name("cidr"), "the entry of the prefix list is known after apply")
			continue
		}
		if p, ok := b.prefix("cidr", b.known("cidr")); ok {
			prefixes = append(prefixes, p)
		}
	}
	return prefixes
}

// association is aws_vpc_security_group_vpc_association.
func (a *action) association(pass int) {
	if pass == passMake && a.makes() {
		group, vpc := a.after.id("security_group_id", "sg-"), a.after.id("vpc_id", "vpc-")
		a.groupRead(group)
		a.vpcRead(vpc)
		if group != "" && vpc != "" {
			a.in.Associations = append(a.in.Associations, inventory.Association{Group: group, VPC: vpc, VPCOwner: a.in.AccountID, State: "associated"})
		}
	}
	if pass == passDelete && a.removes() {
		group, vpc := a.before.id("security_group_id", "sg-"), a.before.id("vpc_id", "vpc-")
		a.in.Associations = without(a.in.Associations, func(s *inventory.Association) bool { return s.Group == group && s.VPC == vpc })
	}
}
