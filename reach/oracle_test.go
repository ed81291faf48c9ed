package reach

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// oracle decides over single packets by reading the inventory literally. What
// was not read it tries both ways: each unknown is one bit of a world, and a
// packet gets through for certain if it does in every world.
type oracle struct {
	r     *inventory.Region
	world uint
	bits  map[string]uint // which bit stands for which unknown
}

// guess returns the value of an unknown in this world.
func (o *oracle) guess(unknown string) bool {
	b, ok := o.bits[unknown]
	if !ok {
		b = uint(len(o.bits))
		o.bits[unknown] = b
	}
	return o.world>>b&1 == 1
}

// single is a packet: where it comes from and what is in it.
type single struct {
	from    netip.Addr
	traffic inventory.Traffic
}

// passes tries every world.
func (o *oracle) passes(one func() bool) (sure, possible bool) {
	o.bits = map[string]uint{}
	sure = true
	for o.world = 0; o.world < 1<<len(o.bits); o.world++ {
		if one() {
			possible = true
		} else {
			sure = false
		}
	}
	return sure, possible
}

// rule is the verdict on a rule, over every packet of the universe.
func (o *oracle) rule(g *inventory.Group, r *inventory.Rule) path.Verdict {
	read := o.r.Read.Has(inventory.PartInterfaces)
	attached := false
	for i := range o.r.Interfaces {
		attached = attached || slices.Contains(o.r.Interfaces[i].Groups, g.ID)
	}
	if read && !attached {
		return path.Unattached
	}
	verdict := path.NotReachable
	for _, p := range universe {
		if !isInternet(p.from) || !asks(r.Traffic, p.traffic) {
			continue
		}
		if !read {
			if _, possible := o.passes(func() bool { return o.permits(r, p) }); possible {
				return path.Unknown
			}
			continue
		}
		for i := range o.r.Interfaces {
			e := &o.r.Interfaces[i]
			if !slices.Contains(e.Groups, g.ID) {
				continue
			}
			sure, possible := o.passes(func() bool { return o.permits(r, p) && o.arrives(e, p) })
			if sure {
				return path.Reachable
			}
			if possible {
				verdict = path.Unknown
			}
		}
	}
	return verdict
}

// asks reports whether the rule is judged by such packets.
func asks(rule, packet inventory.Traffic) bool {
	if rule.Protocol == inventory.AllProtocols {
		return packet.HasPorts()
	}
	return rule.Covers(packet)
}

func isInternet(a netip.Addr) bool {
	if a.Is6() {
		return netip.MustParsePrefix("2000::/3").Contains(a)
	}
	for _, p := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3",
	} {
		if netip.MustParsePrefix(p).Contains(a) {
			return false
		}
	}
	return true
}

// permits reports whether the rule names the packet's source. A reference allows
// the private addresses of the interfaces to which the referenced group is attached,
// and no public ones (Amazon VPC user guide, security group rules).
func (o *oracle) permits(r *inventory.Rule, p single) bool {
	switch {
	case r.Peer.Group != nil:
		return false
	case r.Peer.List != "":
		entries, ok := o.list(r.Peer.List)
		if !ok {
			return o.guess("rule list")
		}
		return slices.ContainsFunc(entries, func(q netip.Prefix) bool { return q.Contains(p.from) })
	}
	return r.Peer.Prefix.Contains(p.from)
}

func (o *oracle) list(id string) ([]netip.Prefix, bool) {
	if o.r.Read.Has(inventory.PartPrefixLists) {
		for _, l := range o.r.PrefixLists {
			if l.ID == id && l.Resolved {
				return l.Entries, true
			}
		}
	}
	return nil, false
}

// inboundRefused: "NAT gateway ENIs themselves take no inbound", and the
// interfaces of Lambda are for what functions send (Amazon VPC user guide, NAT
// gateways; Lambda developer guide, configuration-vpc); a
// transit gateway is not a destination. It holds for whatever
// comes, from the internet or from inside.
func inboundRefused(e *inventory.Interface) bool {
	return e.Type == "nat_gateway" || e.Type == "lambda" || e.Type == "transit_gateway"
}

// listens: a load balancer "checks for connection requests from clients, using
// the protocol and port" of its listeners (Elastic Load Balancing user guide,
// how Elastic Load Balancing works): it answers nothing else of tcp and udp.
// Without the listeners it is taken to answer.
func (o *oracle) listens(e *inventory.Interface, t inventory.Traffic) bool {
	if e.Description != balancers[0] || !t.HasPorts() || !o.r.Read.Has(inventory.PartListeners) || !o.r.Read.Has(inventory.PartLoadBalancers) {
		return true
	}
	return slices.ContainsFunc(o.r.Listeners, func(l inventory.Listener) bool { return l.Traffic.Covers(t) })
}

// arrives sends a packet to one of the interface's addresses, and its reply.
func (o *oracle) arrives(e *inventory.Interface, p single) bool {
	if inboundRefused(e) {
		return false
	}
	var subnet *inventory.Subnet
	vpc := e.VPC
	if o.r.Read.Has(inventory.PartSubnets) {
		for i := range o.r.Subnets {
			if o.r.Subnets[i].ID == e.Subnet {
				subnet = &o.r.Subnets[i]
				vpc = subnet.VPC
			}
		}
	}
	if !o.addressed(e, subnet, p.from.Is6()) {
		return false
	}
	if o.r.Read.Has(inventory.PartVPCs) {
		for _, v := range o.r.VPCs {
			if v.ID == vpc && slices.ContainsFunc(v.Prefixes, func(q netip.Prefix) bool { return q.Contains(p.from) }) {
				return false
			}
		}
	}
	return o.listens(e, p.traffic) && o.accessible(e.Subnet, vpc, subnet) && o.replied(e.Subnet, vpc, p.from) && o.filtered(e.Subnet, p)
}

// addressed: "a public address: Association.PublicIp on the ENI or on any
// PrivateIpAddresses[].Association; IPv6: an address in a subnet block that has
// Ipv6AddressAttribute=public", and "ENI DenyAllIgwTraffic is not true" (Amazon
// VPC user guide, internet gateways).
func (o *oracle) addressed(e *inventory.Interface, subnet *inventory.Subnet, six bool) bool {
	for _, a := range e.Addresses {
		if !six {
			if a.Public.IsValid() {
				return true
			}
			continue
		}
		if !a.Private.Is6() || !isInternet(a.Private) || e.DenyIGW {
			continue
		}
		if subnet == nil {
			if o.guess("subnet block") {
				return true
			}
			continue
		}
		for _, b := range subnet.Prefixes {
			if b.Prefix.Contains(a.Private) && !b.Private {
				return true
			}
		}
	}
	return false
}

// foreign reports whether a VPC's gateways may be hidden from this account.
func (o *oracle) foreign(vpc string) bool {
	if owner := o.ownerOf(vpc); owner != "" {
		return owner != o.r.AccountID
	}
	return !o.r.Read.Has(inventory.PartVPCs)
}

// ownerOf returns the account that owns a VPC, where that is known.
func (o *oracle) ownerOf(vpc string) string {
	for _, v := range o.r.VPCs {
		if v.ID == vpc && o.r.Read.Has(inventory.PartVPCs) {
			return v.Owner
		}
	}
	owner := "" // subnets name it too; the last of them is believed
	for _, s := range o.r.Subnets {
		if s.VPC == vpc && o.r.Read.Has(inventory.PartSubnets) {
			owner = s.Owner
		}
	}
	return owner
}

// accessible is VPC block public access.
func (o *oracle) accessible(id, vpc string, subnet *inventory.Subnet) bool {
	owner := o.ownerOf(vpc)
	if subnet != nil && subnet.Owner != "" {
		owner = subnet.Owner
	}
	if owner != "" && owner != o.r.AccountID || !o.r.Read.Has(inventory.PartPublicAccess) {
		return o.guess("public access")
	}
	on := o.r.PublicAccess.Mode != "off"
	if o.r.PublicAccess.State == "update-in-progress" {
		on = o.guess("the setting before or after its update")
	}
	if !on {
		return true
	}
	for _, x := range o.r.PublicAccess.Exclusions {
		if (x.Resource == id || x.Resource == vpc) && o.exempts(x) {
			return true
		}
	}
	return false
}

// exempts: "an exclusion with allow-bidirectional for the VPC or the subnet in
// state create-complete or update-complete" allows traffic from the internet (Amazon VPC
// user guide, VPC block public access basics). One that is made or taken away
// may be in force; one that is changed may have had another mode before.
func (o *oracle) exempts(x inventory.PublicAccessExclusion) bool {
	switch x.State {
	case "create-complete", "update-complete":
		return x.Mode == "allow-bidirectional"
	case "delete-complete", "disable-complete", "create-failed":
		return false
	case "create-in-progress", "delete-in-progress", "disable-in-progress":
		return x.Mode == "allow-bidirectional" && o.guess("exclusion "+x.ID)
	}
	return o.guess("exclusion " + x.ID)
}

// attached reports whether an internet gateway, any where id is empty, is
// attached to the VPC.
func (o *oracle) attached(id, vpc string) bool {
	if !o.r.Read.Has(inventory.PartInternetGateways) {
		return o.guess("gateway " + id)
	}
	for _, g := range o.r.InternetGateways {
		if (id == "" || g.ID == id) && slices.Contains(g.VPCs, vpc) {
			return true
		}
	}
	return o.foreign(vpc) && o.guess("gateway of another account "+id)
}

// replied reports whether the reply to an address leaves by an internet
// gateway: "an IGW attached to the VPC, and the subnet's route table (explicit
// association, else main table; skip associations that have GatewayId) has a
// route to igw-… in state active that covers the source. Longest prefix wins"
// (Amazon VPC user guide, internet gateways; route tables, route priority).
func (o *oracle) replied(subnet, vpc string, to netip.Addr) bool {
	if !o.attached("", vpc) {
		return false
	}
	if !o.r.Read.Has(inventory.PartRouteTables) || subnet == "" {
		return o.guess("routes")
	}
	var table *inventory.RouteTable
	for i := range o.r.RouteTables {
		if t := &o.r.RouteTables[i]; slices.Contains(t.Subnets, subnet) {
			table = t
		}
	}
	for i := range o.r.RouteTables {
		if t := &o.r.RouteTables[i]; table == nil && t.Main && t.VPC == vpc {
			table = t
		}
	}
	if table == nil {
		return o.guess("routes")
	}

	// Candidates by how well they match: the bits, then local, then written
	// by hand, then from a list.
	type match struct {
		score int
		route *inventory.Route
	}
	var best []match
	offer := func(p netip.Prefix, kind int, r *inventory.Route) {
		if !p.Contains(to) {
			return
		}
		score := p.Bits()*4 + kind
		if len(best) > 0 && score > best[0].score {
			best = nil
		}
		if len(best) == 0 || score == best[0].score {
			best = append(best, match{score, r})
		}
	}
	for i := range table.Routes {
		r := &table.Routes[i]
		switch {
		case r.List != "":
			entries, ok := o.list(r.List)
			if !ok && o.guess("route list "+r.List) {
				entries = []netip.Prefix{netip.PrefixFrom(to, to.BitLen())}
			}
			for _, p := range entries {
				offer(p, 1, r)
			}
		case r.Target == "local":
			if r.Prefix.Contains(to) {
				offer(r.Prefix, 3, r)
			}
		case strings.HasPrefix(r.Target, "vgw-"):
			offer(r.Prefix, 0, r)
		default:
			offer(r.Prefix, 2, r)
		}
	}
	leaves := func(r *inventory.Route) bool {
		switch {
		case r.Blackhole:
			return false
		case strings.HasPrefix(r.Target, "igw-"):
			return o.attached(r.Target, vpc)
		}
		return o.inspected(r.Target, vpc) && o.guess("appliance")
	}
	for i, m := range best { // of equal routes any may count
		if i == len(best)-1 || o.guess(fmt.Sprint("equal route ", i)) {
			return leaves(m.route)
		}
	}
	return false
}

// inspected reports whether a gateway hands what comes in to the target: "a route
// table associated with the IGW may send traffic through a firewall/GWLB endpoint
// first" (Amazon VPC user guide, middlebox routing).
func (o *oracle) inspected(target, vpc string) bool {
	for _, t := range o.r.RouteTables {
		for _, g := range t.Gateways {
			for _, r := range t.Routes {
				if t.VPC == vpc && r.Target == target && target != "local" && strings.HasPrefix(g, "igw-") && o.attached(g, vpc) {
					return true
				}
			}
		}
	}
	return false
}

// filtered sends the packet in and the reply out through the network ACL: "NACL
// inbound allows source/port, and NACL outbound allows the reply (TCP/UDP
// ephemeral 1024–65535)" (Amazon VPC user guide, network ACLs).
func (o *oracle) filtered(subnet string, p single) bool {
	var acl *inventory.NetworkACL
	if o.r.Read.Has(inventory.PartNetworkACLs) {
		for i := range o.r.NetworkACLs {
			if slices.Contains(o.r.NetworkACLs[i].Subnets, subnet) {
				acl = &o.r.NetworkACLs[i]
			}
		}
	}
	if acl == nil {
		return o.guess("acl")
	}
	if !verdictOf(acl, inventory.Ingress, p) {
		return false
	}
	for _, q := range universe {
		if q.from != p.from || q.traffic.Protocol != p.traffic.Protocol {
			continue
		}
		client := !q.traffic.HasPorts() || q.traffic.First >= 1024
		if client && verdictOf(acl, inventory.Egress, q) {
			return true
		}
	}
	return false
}

// verdictOf: "ascending rule number, first match decides, stateless" (Amazon VPC
// user guide, network ACL rules).
func verdictOf(acl *inventory.NetworkACL, d inventory.Direction, p single) bool {
	lowest, allow := 1<<30, false
	for _, e := range acl.Entries {
		if e.Direction == d && e.Number < lowest && e.Prefix.Contains(p.from) && e.Traffic.Covers(p.traffic) {
			lowest, allow = e.Number, e.Allow
		}
	}
	return allow
}
