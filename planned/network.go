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
	switch {
	case pass == passMake && a.makes():
		s := inventory.Subnet{ID: a.id, VPC: a.vpcOf(), Owner: a.in.AccountID, Zone: a.after.known("availability_zone"), Tags: a.after.tags()}
		for _, p := range a.after.ranges("cidr_block", "ipv6_cidr_block") {
			s.Prefixes = append(s.Prefixes, inventory.SubnetPrefix{Prefix: p})
		}
		a.in.Subnets = append(a.in.Subnets, s)
		a.in.toACL(s.ID, a.in.defaultACL(s.VPC))
	case pass == passDelete && a.removes():
		a.in.Subnets = without(a.in.Subnets, func(s *inventory.Subnet) bool { return s.ID == a.oldID() })
	}
}

// internetGateway is aws_internet_gateway, which may name the VPC that it is attached to.
func (a *action) internetGateway(pass int) {
	switch pass {
	case passMake:
		if a.makes() {
			a.in.InternetGateways = append(a.in.InternetGateways, inventory.Gateway{ID: a.id})
		}
		if a.staying() {
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
	g := find(a.in.InternetGateways, id, func(g *inventory.Gateway) string { return g.ID })
	if g == nil {
		return
	}
	if g.VPCs = nil; vpc != "" {
		g.VPCs = []string{vpc}
	}
}

// prefixList is aws_ec2_managed_prefix_list with its entries.
func (a *action) prefixList(pass int) {
	switch {
	case pass == passMake && a.makes():
		a.in.PrefixLists = append(a.in.PrefixLists, inventory.PrefixList{ID: a.id, Name: a.after.known("name"), Owner: a.in.AccountID, Resolved: true})
	case pass == passRevoke && a.updates():
		a.entries(a.in.list(a.id), prefixesOf(a.before), prefixesOf(a.after))
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
			return a.in.list(v.id("prefix_list_id", "pl-")), []netip.Prefix{p}
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
	blocks, _ := v.blocks("entry")
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
		a.in.Associations = append(a.in.Associations, inventory.Association{Group: a.after.id("security_group_id", "sg-"), VPC: a.after.id("vpc_id", "vpc-"), VPCOwner: a.in.AccountID, State: "associated"})
	}
	if pass == passDelete && a.removes() {
		group, vpc := a.before.id("security_group_id", "sg-"), a.before.id("vpc_id", "vpc-")
		a.in.Associations = without(a.in.Associations, func(s *inventory.Association) bool { return s.Group == group && s.VPC == vpc })
	}
}
