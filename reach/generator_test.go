package reach

import (
	"fmt"
	"math/rand/v2"
	"net/netip"

	"github.com/sgaudit/sgaudit/inventory"
)

// The universe: every part of the address space and of the ports that the
// generated estates can distinguish has a packet in it.
var (
	blocks4 = parse("0.0.0.0/0", "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "198.51.100.0/29",
		"198.51.100.0/30", "198.51.100.4/30", "198.51.100.2/31", "198.51.100.1/32", "198.51.100.6/32")
	blocks6 = parse("::/0", "::/0", "2000::/3", "fc00::/7", "2600:1f18:0:1::/64", "2a00::/126", "2a00::2/127", "2a00::1/128")
	senders = addresses("8.8.8.8", "200.0.0.1", "10.9.9.9", "198.51.100.0", "198.51.100.1", "198.51.100.2", "198.51.100.3",
		"198.51.100.4", "198.51.100.5", "198.51.100.6", "198.51.100.7",
		"2400::1", "fc00::9", "2600:1f18:0:1::9", "2a00::", "2a00::1", "2a00::2", "2a00::3")
	ends     = []int32{0, 22, 80, 1023, 1024, 40000, 65535}
	universe = packets()
)

func parse(texts ...string) (list []netip.Prefix) {
	for _, s := range texts {
		list = append(list, netip.MustParsePrefix(s))
	}
	return list
}

func addresses(texts ...string) (list []netip.Addr) {
	for _, s := range texts {
		list = append(list, netip.MustParseAddr(s))
	}
	return list
}

func packets() (list []single) {
	var traffics []inventory.Traffic
	for _, p := range []inventory.Protocol{inventory.TCP, inventory.UDP} {
		for _, port := range []int32{0, 1, 21, 22, 23, 79, 80, 81, 1022, 1023, 1024, 1025, 39999, 40000, 40001, 65534, 65535} {
			traffics = append(traffics, inventory.Ports(p, port, port))
		}
	}
	for _, p := range []inventory.Protocol{inventory.ICMP, inventory.ICMPv6} {
		for _, kind := range []int32{0, 7, 8, 9, 255} {
			for _, code := range []int32{0, 1, 2, 255} {
				traffics = append(traffics, inventory.Traffic{Protocol: p, First: kind, Last: code})
			}
		}
	}
	traffics = append(traffics, inventory.Traffic{Protocol: 47}, inventory.Traffic{Protocol: 50})
	for _, from := range senders {
		for _, t := range traffics {
			list = append(list, single{from, t})
		}
	}
	return list
}

// generator makes small estates out of everything that has fooled an auditor.
type generator struct{ *rand.Rand }

func pick[T any](g generator, list ...T) T { return list[g.IntN(len(list))] }

func (g generator) chance(percent int) bool { return g.IntN(100) < percent }

func (g generator) prefix() netip.Prefix {
	if g.chance(35) {
		return pick(g, blocks6...)
	}
	return pick(g, blocks4...)
}

func (g generator) traffic() inventory.Traffic {
	switch g.IntN(10) {
	case 0, 1, 2:
		return inventory.All
	case 3:
		return inventory.Traffic{Protocol: pick[inventory.Protocol](g, 47, 50)}
	case 4:
		t := inventory.Traffic{Protocol: pick(g, inventory.ICMP, inventory.ICMPv6), First: inventory.Any, Last: inventory.Any}
		if g.chance(60) {
			t.First = pick[int32](g, 0, 8, 255)
			if g.chance(60) {
				t.Last = pick[int32](g, 0, 1, 255)
			}
		}
		return t
	}
	a, b := pick(g, ends...), pick(g, ends...)
	return inventory.Ports(pick(g, inventory.TCP, inventory.TCP, inventory.UDP), min(a, b), max(a, b))
}

// balancers are what the interfaces of the load balancer are called, and one
// of a load balancer that is not listed, and one that was deleted.
var balancers = []string{"ELB net/queue/50dc6c49", "ELB net/gone/50dc6c49", "ELB net/queue/00000000"}

// listeners gives the region the load balancer queue, read or not.
func (g generator) listeners(r *inventory.Region, vpc string) {
	r.LoadBalancers = []inventory.LoadBalancer{{Kind: "network", Name: "queue", VPC: vpc, ARN: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/queue/50dc6c49"}}
	for range g.IntN(4) {
		port := pick[int32](g, 0, 22, 22, 80, 1024, 65535)
		r.Listeners = append(r.Listeners, inventory.Listener{Kind: "network", Name: "queue", Traffic: inventory.Ports(pick(g, inventory.TCP, inventory.TCP, inventory.UDP), port, port)})
	}
	r.Read |= inventory.PartLoadBalancers | inventory.PartListeners
	if g.chance(15) {
		r.Read &^= pick(g, inventory.PartLoadBalancers, inventory.PartListeners)
	}
}

// vpcs is where the subnets of the generated estates are.
var vpcs = map[string]string{"subnet-1": "vpc-1", "subnet-2": "vpc-1", "subnet-3": "vpc-2"}

const self = "111122223333"

func (g generator) region() *inventory.Region {
	parts := inventory.DepthNetwork.Parts()
	r := &inventory.Region{AccountID: self, Partition: "aws", Name: "eu-west-1", Read: parts, Asked: parts}
	if g.chance(5) {
		r.Read = inventory.DepthGroups.Parts()
	}
	for _, p := range []inventory.Part{
		inventory.PartInterfaces, inventory.PartPrefixLists, inventory.PartVPCs, inventory.PartSubnets, inventory.PartRouteTables,
		inventory.PartNetworkACLs, inventory.PartInternetGateways, inventory.PartPublicAccess,
	} {
		if g.chance(2) {
			r.Read &^= p
		}
	}
	r.PublicAccess.Mode = pick(g, "off", "off", "off", "off", "off", "off", "off", "off", "block-bidirectional", "block-ingress")
	r.PublicAccess.State = pick(g, "update-complete", "default-state")
	if g.chance(8) {
		r.PublicAccess.State = "update-in-progress"
	}
	for i := range g.IntN(3) {
		r.PublicAccess.Exclusions = append(r.PublicAccess.Exclusions, inventory.PublicAccessExclusion{
			ID: fmt.Sprintf("vpcbpa-exclude-%d", i), Resource: pick(g, "vpc-1", "vpc-2", "subnet-1", "subnet-2", "subnet-3"),
			Mode: pick(g, "allow-bidirectional", "allow-bidirectional", "allow-egress"),
			State: pick(g, "create-complete", "update-complete", "delete-complete", "create-in-progress", "create-complete", "update-complete",
				pick(g, "update-in-progress", "delete-in-progress", "disable-in-progress", "disable-complete", "create-failed", "update-failed")),
		})
	}
	for i, block := range []string{"10.0.0.0/16", "10.1.0.0/16"} {
		v := inventory.VPC{ID: fmt.Sprintf("vpc-%d", i+1), Owner: self, Prefixes: parse(block)}
		if g.chance(10) {
			v.Owner = "999988887777"
		}
		if i == 0 {
			v.Prefixes = append(v.Prefixes, parse("2600:1f18:0:1::/64")...)
		}
		if g.chance(10) {
			v.Prefixes = append(v.Prefixes, parse("198.51.100.4/30")...)
		}
		r.VPCs = append(r.VPCs, v)
	}
	for i, vpc := range []string{"vpc-1", "vpc-1", "vpc-2"} {
		s := inventory.Subnet{ID: fmt.Sprintf("subnet-%d", i+1), VPC: vpc, Owner: self}
		if g.chance(4) {
			s.Owner = "999988887777"
		}
		s.Prefixes = append(s.Prefixes, inventory.SubnetPrefix{Prefix: parse("2600:1f18:0:1::/64")[0], Private: g.chance(25)})
		r.Subnets = append(r.Subnets, s)
	}
	for i := range 2 {
		igw := inventory.Gateway{ID: fmt.Sprintf("igw-%d", i+1)}
		if g.chance(85 - 35*i) {
			igw.VPCs = []string{fmt.Sprintf("vpc-%d", i+1)}
		}
		r.InternetGateways = append(r.InternetGateways, igw)
	}
	for i := range 3 {
		l := inventory.PrefixList{ID: fmt.Sprintf("pl-%d", i+1), Resolved: i > 0}
		for range g.IntN(3) {
			l.Entries = append(l.Entries, g.prefix())
		}
		r.PrefixLists = append(r.PrefixLists, l)
	}
	g.tables(r)
	g.acls(r)
	g.members(r)
	if g.chance(20) {
		subnet := pick(g, "subnet-1", "subnet-3")
		r.Interfaces = append(r.Interfaces, inventory.Interface{ID: "eni-ga", VPC: vpcs[subnet], Subnet: subnet, Type: "global_accelerator_managed"})
	}
	if g.chance(20) {
		subnet := pick(g, "subnet-1", "subnet-3")
		r.Interfaces = append(r.Interfaces, inventory.Interface{
			ID: "eni-lb", VPC: vpcs[subnet], Subnet: subnet, Groups: []string{"sg-2"}, Type: "network_load_balancer", Status: "in-use", Account: self, Description: balancers[g.IntN(3)],
			Addresses: []inventory.Address{{Private: netip.MustParseAddr("10.0.0.99"), Public: netip.MustParseAddr("203.0.113.99")}},
		})
		g.listeners(r, vpcs[subnet])
	}
	inv := inventory.Inventory{Regions: []*inventory.Region{r}}
	inv.Normalize()
	return r
}

func (g generator) tables(r *inventory.Region) {
	add := func(id, vpc string) *inventory.RouteTable {
		t := inventory.RouteTable{ID: id, VPC: vpc}
		for _, v := range r.VPCs {
			for _, p := range v.Prefixes {
				if v.ID == vpc && g.chance(90) {
					t.Routes = append(t.Routes, inventory.Route{Prefix: p, Target: "local"})
				}
			}
		}
		for range g.IntN(4) {
			route := inventory.Route{Target: pick(g, "igw-1", "igw-1", "igw-1", "igw-2", "nat-1", "eigw-1", "vgw-1", "tgw-1", "pcx-1", "vpce-1")}
			route.Blackhole = g.chance(10)
			if g.chance(15) {
				route.List = pick(g, "pl-1", "pl-2", "pl-2", "pl-3", "pl-gone")
			} else {
				route.Prefix = g.prefix()
			}
			t.Routes = append(t.Routes, route)
		}
		if g.chance(80) {
			t.Routes = append(t.Routes, inventory.Route{Prefix: blocks4[0], Target: "igw-1"}, inventory.Route{Prefix: blocks6[0], Target: pick(g, "igw-1", "igw-1", "eigw-1")})
		}
		r.RouteTables = append(r.RouteTables, t)
		return &r.RouteTables[len(r.RouteTables)-1]
	}
	add("rtb-1", "vpc-1").Main = g.chance(95)
	add("rtb-2", "vpc-2").Main = g.chance(95)
	if g.chance(60) {
		add("rtb-3", "vpc-1").Subnets = []string{"subnet-1"}
	}
	if g.chance(25) {
		edge := add("rtb-4", "vpc-1")
		edge.Gateways = []string{pick(g, "igw-1", "igw-1", "vgw-1")}
		edge.Routes = append(edge.Routes, inventory.Route{Prefix: parse("10.0.0.0/24")[0], Target: pick(g, "vpce-1", "eni-9")})
	}
}

func (g generator) acls(r *inventory.Region) {
	owners := [][]string{{"subnet-1"}, {"subnet-2"}, {"subnet-3"}}
	if g.chance(50) {
		owners = [][]string{{"subnet-1", "subnet-2"}, {"subnet-3"}}
	}
	for i, subnets := range owners {
		if g.chance(4) {
			continue
		}
		acl := inventory.NetworkACL{ID: fmt.Sprintf("acl-%d", i+1), Subnets: subnets}
		for _, d := range []inventory.Direction{inventory.Ingress, inventory.Egress} {
			if g.chance(80) {
				acl.Entries = append(acl.Entries,
					inventory.ACLEntry{Direction: d, Number: 100, Allow: true, Traffic: inventory.All, Prefix: blocks4[0]},
					inventory.ACLEntry{Direction: d, Number: 101, Allow: true, Traffic: inventory.All, Prefix: blocks6[0]})
			}
			for n := range g.IntN(3) {
				acl.Entries = append(acl.Entries, inventory.ACLEntry{
					Direction: d, Number: pick(g, 80, 90, 110, 120) + n, Allow: g.chance(50), Traffic: g.traffic(), Prefix: g.prefix(),
				})
			}
			acl.Entries = append(acl.Entries,
				inventory.ACLEntry{Direction: d, Number: 32767, Traffic: inventory.All, Prefix: blocks4[0]},
				inventory.ACLEntry{Direction: d, Number: 32768, Traffic: inventory.All, Prefix: blocks6[0]})
		}
		g.Shuffle(len(acl.Entries), func(i, j int) { acl.Entries[i], acl.Entries[j] = acl.Entries[j], acl.Entries[i] })
		r.NetworkACLs = append(r.NetworkACLs, acl)
	}
}

func (g generator) members(r *inventory.Region) {
	for i := range 2 {
		group := inventory.Group{ID: fmt.Sprintf("sg-%d", i+1), VPC: "vpc-1", Owner: self}
		for range 1 + g.IntN(5) {
			rule := inventory.Rule{Traffic: g.traffic()}
			switch g.IntN(8) {
			case 0:
				rule.Peer = inventory.Peer{Group: &inventory.GroupRef{ID: "sg-2"}}
			case 1: // never a list that a route has too, if it is unresolved: worlds know them apart
				rule.Peer = inventory.Peer{List: pick(g, "pl-2", "pl-3", "pl-lost")}
			default:
				rule.Peer = inventory.PrefixPeer(g.prefix())
			}
			group.Rules = append(group.Rules, rule)
		}
		r.Groups = append(r.Groups, group)
	}
	for i := range g.IntN(5) {
		e := inventory.Interface{
			ID: fmt.Sprintf("eni-%d", i+1), VPC: "vpc-1", Status: "in-use", Account: self, Groups: []string{"sg-1"},
			Type: "interface",
		}
		if g.chance(10) {
			e.Type = pick(g, "nat_gateway", "lambda")
		}
		e.Subnet = pick(g, "subnet-1", "subnet-2", "subnet-3", "subnet-1", "subnet-2", "subnet-1", "subnet-2", "subnet-3", "subnet-9", "")
		if e.Subnet == "subnet-3" {
			e.VPC = "vpc-2"
		}
		if g.chance(60) {
			e.Groups = append(e.Groups, "sg-2")
		}
		e.Addresses = append(e.Addresses, inventory.Address{Private: netip.AddrFrom4([4]byte{10, 0, 0, byte(i + 4)})})
		if g.chance(75) { // on the first address or on a second one
			e.Addresses = append(e.Addresses, inventory.Address{Private: netip.AddrFrom4([4]byte{10, 0, 1, byte(i)})})
			e.Addresses[g.IntN(2)].Public = netip.AddrFrom4([4]byte{203, 0, 113, byte(i)})
		}
		if g.chance(50) {
			e.Addresses = append(e.Addresses, inventory.Address{Private: netip.MustParseAddr(pick(g, "2600:1f18:0:1::5", "2600:1f18:0:1::5", "2600:1f18:0:2::5", "fd00::5"))})
		}
		e.DenyIGW = g.chance(8)
		r.Interfaces = append(r.Interfaces, e)
	}
}
