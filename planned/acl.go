package planned

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// lastEntry is the number of the final denials, which cannot be removed (Amazon VPC
// user guide, network ACLs).
const lastEntry = 32767

func lastDenials() (entries []inventory.ACLEntry) {
	for _, p := range []netip.Prefix{anyIPv4, anyIPv6} {
		for _, d := range []inventory.Direction{inventory.Ingress, inventory.Egress} {
			number := lastEntry
			if p == anyIPv6 {
				number++
			}
			entries = append(entries, inventory.ACLEntry{Direction: d, Number: number, Traffic: inventory.All, Prefix: p})
		}
	}
	return entries
}

// networkACL is aws_network_acl with the entries in it and its subnets.
func (a *action) networkACL(pass int) {
	switch pass {
	case passMake:
		if a.makes() {
			a.in.NetworkACLs = append(a.in.NetworkACLs, inventory.NetworkACL{ID: a.id, VPC: a.vpcOf(), Owner: a.in.AccountID, Entries: lastDenials(), Tags: a.after.tags()})
		}
	case passRevoke:
		if a.updates() {
			a.reenter(a.id, a.entriesOf(a.before), nil)
		}
	case passAllow:
		if a.staying() {
			a.reenter(a.id, nil, a.entriesOf(a.after))
		}
	case passAttach:
		a.aclSubnets(a.id)
	case passDelete:
		if a.removes() {
			a.in.NetworkACLs = without(a.in.NetworkACLs, func(n *inventory.NetworkACL) bool { return n.ID == a.oldID() })
		}
	}
}

// aclSubnets gives the subnets of a network ACL to it, and those that leave it to the
// default one of their VPC.
func (a *action) aclSubnets(id string) {
	var after []string
	if a.staying() {
		if x, pending := a.after.pending("subnet_ids"); pending && x.computed {
			return
		}
		after = a.after.ids("subnet_ids", "subnet-")
	}
	if a.existed() {
		for _, s := range a.before.ids("subnet_ids", "subnet-") {
			if n := a.subnetRead(s); n != nil && !slices.Contains(after, s) && a.inACL(s, a.before.known("id")) {
				a.toDefaultACL(n)
			}
		}
	}
	for _, s := range after {
		a.toACL(a.subnetRead(s), id)
	}
}

// defaultNetworkACL is aws_default_network_acl: it takes the default network ACL of a
// VPC over, with the entries that are given and no others. It gets the subnets that are
// given, and keeps its own (AWS provider, aws_default_network_acl).
func (a *action) defaultNetworkACL(pass int) {
	if a.deleted() {
		return
	}
	id := a.id
	if !a.updates() {
		id = a.after.id("default_network_acl_id", "acl-")
	}
	if pass == passMake || pass == passDelete {
		return
	}
	n := a.aclRead(id)
	switch {
	case n == nil:
	case pass == passAttach:
		was := a.before.ids("subnet_ids", "subnet-")
		for _, s := range a.after.ids("subnet_ids", "subnet-") {
			if !slices.Contains(was, s) {
				a.toACL(a.subnetRead(s), id)
			}
		}
	case pass == passRevoke && a.updates():
		a.reenter(id, a.entriesOf(a.before), nil)
	case pass == passRevoke:
		n.Entries = without(n.Entries, func(e *inventory.ACLEntry) bool { return e.Number < lastEntry })
	case pass == passAllow:
		a.reenter(id, nil, a.entriesOf(a.after))
	}
}

// aclRule is aws_network_acl_rule.
func (a *action) aclRule(pass int) {
	read := func(v values) []inventory.ACLEntry {
		direction := inventory.Ingress
		if out, _ := v.flag("egress"); out {
			direction = inventory.Egress
		}
		return a.entry(v, direction, "rule_number", "rule_action")
	}
	if pass == passRevoke && a.existed() {
		a.reenter(a.before.id("network_acl_id", "acl-"), read(a.before), nil)
	}
	if pass == passAllow && a.staying() {
		a.reenter(a.after.id("network_acl_id", "acl-"), nil, read(a.after))
	}
}

// aclAssociation is aws_network_acl_association.
func (a *action) aclAssociation(pass int) {
	if pass != passAttach {
		return
	}
	if a.existed() {
		if s := a.subnetRead(a.before.id("subnet_id", "subnet-")); s != nil && a.inACL(s.ID, a.before.id("network_acl_id", "acl-")) {
			a.toDefaultACL(s)
		}
	}
	if a.staying() {
		a.toACL(a.subnetRead(a.after.id("subnet_id", "subnet-")), a.after.id("network_acl_id", "acl-"))
	}
}

// defaultACL returns the id of the default network ACL of a VPC.
func (c *copied) defaultACL(vpc string) string {
	for i := range c.NetworkACLs {
		if n := &c.NetworkACLs[i]; n.VPC == vpc && n.Default {
			return n.ID
		}
	}
	return ""
}

// inACL reports whether a subnet still has a network ACL: another resource of the plan may
// have given it to another one.
func (a *action) inACL(subnet, acl string) bool {
	n := a.aclRead(acl)
	return n != nil && slices.Contains(n.Subnets, subnet)
}

// toACL gives a subnet to a network ACL, and takes it from all others. Where the network
// ACL was not read, the subnet keeps the one that it has.
func (a *action) toACL(subnet *inventory.Subnet, id string) {
	acl := a.aclRead(id)
	if acl == nil || subnet == nil {
		return
	}
	for i := range a.in.NetworkACLs {
		n := &a.in.NetworkACLs[i]
		n.Subnets = without(n.Subnets, func(s *string) bool { return *s == subnet.ID })
	}
	acl.Subnets = append(acl.Subnets, subnet.ID)
}

// toDefaultACL gives a subnet to the default network ACL of its VPC.
func (a *action) toDefaultACL(subnet *inventory.Subnet) {
	id := a.in.defaultACL(subnet.VPC)
	if id == "" && a.in.vpc(subnet.VPC) != nil {
		a.unread("the default network ACL of "+subnet.VPC, "network ACLs")
	}
	a.toACL(subnet, id)
}

func (a *action) entriesOf(v values) (entries []inventory.ACLEntry) {
	for _, side := range []struct {
		key       string
		direction inventory.Direction
	}{{"ingress", inventory.Ingress}, {"egress", inventory.Egress}} {
		from := v
		if x, pending := v.pending(side.key); pending && x.computed && a.updates() {
			from = a.before
		}
		blocks, known := from.blocks(side.key)
		if !known {
			a.unknown(side.key, "entries of the network ACL are known after apply")
		}
		for _, b := range blocks {
			entries = append(entries, a.entry(b, side.direction, "rule_no", "action")...)
		}
	}
	return entries
}

func (a *action) entry(v values, direction inventory.Direction, number, allow string) []inventory.ACLEntry {
	for _, key := range []string{number, allow} {
		if x, pending := v.pending(key); pending && !x.computed {
			a.unknown(v.name(key), "the entry of the network ACL is known after apply")
			return nil
		}
	}
	n := v.number(number)
	if n == nil || *n < 1 || *n >= lastEntry {
		v.bad(number, "a rule number from 1 to 32766", v.all[number])
		return nil
	}
	from, to := "from_port", "to_port"
	if p, err := inventory.ParseProtocol(v.known("protocol")); err == nil && (p == inventory.ICMP || p == inventory.ICMPv6) {
		from, to = "icmp_type", "icmp_code"
	}
	traffic, ok := v.traffic("protocol", from, to)
	if !ok {
		return nil
	}
	e := inventory.ACLEntry{Direction: direction, Number: int(*n), Traffic: traffic}
	switch text := v.known(allow); text {
	case "allow", "ALLOW":
		e.Allow = true
	case "deny", "DENY":
	default:
		v.bad(allow, "allow or deny", text)
		return nil
	}
	for _, key := range []string{"cidr_block", "ipv6_cidr_block"} {
		if x, pending := v.pending(key); pending && !x.computed {
			a.unknown(v.name(key), "the addresses of entry %d are known after apply", e.Number)
			return nil
		}
		if text := v.known(key); text != "" {
			if e.Prefix, ok = v.prefix(key, text); !ok {
				return nil
			}
		}
	}
	if !e.Prefix.IsValid() {
		v.bad("cidr_block", "an address range", fmt.Sprint(v.all["cidr_block"]))
		return nil
	}
	return []inventory.ACLEntry{e}
}

// reenter takes entries out of a network ACL, by direction and number, and puts others in.
func (a *action) reenter(id string, out, in []inventory.ACLEntry) {
	if len(out)+len(in) == 0 {
		return
	}
	n := a.aclRead(id)
	if n == nil {
		return
	}
	is := func(e *inventory.ACLEntry) func(inventory.ACLEntry) bool {
		return func(o inventory.ACLEntry) bool { return o.Direction == e.Direction && o.Number == e.Number }
	}
	n.Entries = without(n.Entries, func(e *inventory.ACLEntry) bool {
		return slices.ContainsFunc(out, is(e)) || slices.ContainsFunc(in, is(e))
	})
	n.Entries = append(n.Entries, in...)
}
