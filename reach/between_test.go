package reach

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/explain"
	"github.com/sgaudit/sgaudit/reach/path"
)

// inside makes a small estate of two VPCs, maybe peered, in which all that
// may stand between two interfaces goes wrong now and then.
func (g generator) inside() *inventory.Region {
	parts := inventory.DepthNetwork.Parts()
	r := &inventory.Region{AccountID: self, Partition: "aws", Name: "eu-west-1", Read: parts, Asked: parts}
	r.Peerings = []inventory.Peering{{
		ID: "pcx-1", Status: pick(g, "active", "active", "active", "deleted"),
		Requester: inventory.PeeringEnd{VPC: "vpc-1"}, Accepter: inventory.PeeringEnd{VPC: "vpc-2"},
	}}
	r.PrefixLists = []inventory.PrefixList{{ID: "pl-1"}, {ID: "pl-2", Resolved: true, Entries: parse("10.1.0.0/16")}}
	blocks := parse("0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/24", "10.0.1.0/24", "10.1.0.0/24", "10.0.0.4/32", "10.1.0.6/32")
	for i, vpc := range []string{"vpc-1", "vpc-1", "vpc-2"} {
		id, acl := fmt.Sprintf("subnet-%d", i+1), inventory.NetworkACL{ID: fmt.Sprintf("acl-%d", i+1)}
		r.Subnets = append(r.Subnets, inventory.Subnet{ID: id, VPC: vpc, Owner: self})
		acl.Subnets = []string{id}
		for _, d := range []inventory.Direction{inventory.Ingress, inventory.Egress} {
			if g.chance(90) {
				acl.Entries = append(acl.Entries, inventory.ACLEntry{Direction: d, Number: 100, Allow: true, Traffic: inventory.All, Prefix: blocks[0]})
			}
			for n := range g.IntN(3) {
				acl.Entries = append(acl.Entries, inventory.ACLEntry{Direction: d, Number: pick(g, 80, 120) + n, Allow: g.chance(40), Traffic: g.traffic(), Prefix: pick(g, blocks...)})
			}
		}
		if !g.chance(4) {
			r.NetworkACLs = append(r.NetworkACLs, acl)
		}
	}
	for i, local := range parse("10.0.0.0/16", "10.1.0.0/16") {
		t := inventory.RouteTable{ID: fmt.Sprintf("rtb-%d", i+1), VPC: fmt.Sprintf("vpc-%d", i+1), Main: true, Routes: []inventory.Route{{Prefix: local, Target: "local"}}}
		other := parse("10.1.0.0/16", "10.0.0.0/16")[i]
		if g.chance(85) {
			t.Routes = append(t.Routes, inventory.Route{Prefix: other, Target: pick(g, "pcx-1", "pcx-1", "pcx-1", "tgw-1", pick(g, "tgw-1", core)), Blackhole: g.chance(5)})
		}
		r.RouteTables = append(r.RouteTables, t)
	}
	for i := range 3 {
		group := inventory.Group{ID: fmt.Sprintf("sg-%d", i+1), Owner: self}
		for range 2 + g.IntN(4) {
			rule := inventory.Rule{Direction: pick(g, inventory.Ingress, inventory.Egress), Traffic: g.traffic()}
			switch g.IntN(8) {
			case 0, 1, 2:
				rule.Peer = inventory.Peer{Group: &inventory.GroupRef{ID: pick(g, "sg-1", "sg-2", "sg-3")}}
			case 3:
				rule.Peer = inventory.Peer{List: pick(g, "pl-1", "pl-2")}
			default:
				rule.Peer = inventory.PrefixPeer(pick(g, blocks...))
			}
			group.Rules = append(group.Rules, rule)
		}
		r.Groups = append(r.Groups, group)
	}
	for i, subnet := range []string{"subnet-1", "subnet-1", "subnet-2", "subnet-3"} {
		e := inventory.Interface{ID: fmt.Sprintf("eni-%d", i+1), VPC: r.Subnets[max(0, i-1)].VPC, Subnet: subnet, Groups: []string{pick(g, "sg-1", "sg-2"), "sg-3"}}
		if g.chance(5) {
			e.Groups[0] = "sg-foreign"
		}
		at := []string{"10.0.0.4", "10.0.0.5", "10.0.1.4", "10.1.0.6"}[i]
		if g.chance(6) {
			e.Type = pick(g, "nat_gateway", "lambda", "lambda", "transit_gateway")
		}
		if i > 1 && len(r.LoadBalancers) == 0 && g.chance(10) {
			e.Type, e.Description = "network_load_balancer", balancers[g.IntN(3)]
			g.listeners(r, e.VPC)
		}
		if g.chance(4) {
			e.Groups = nil
		}
		e.Addresses = []inventory.Address{{Private: netip.MustParseAddr(at)}}
		r.Interfaces = append(r.Interfaces, e)
	}
	for _, p := range []inventory.Part{inventory.PartRouteTables, inventory.PartPeerings} {
		if g.chance(2) {
			r.Read &^= p
		}
	}
	inv := inventory.Inventory{Regions: []*inventory.Region{r}}
	inv.Normalize()
	return r
}

const core = "arn:aws:networkmanager::111122223333:core-network/core-network-0a1b2c3d"

// between sends one packet from a to b, and its reply. "Stateful; replies pass
// regardless of the other direction" through groups; network ACLs are stateless
// and "do not see traffic inside one subnet" (Amazon VPC user guide, security
// groups; network ACLs).
func (o *oracle) between(a, b *inventory.Interface, t inventory.Traffic) bool {
	if a.Type == "transit_gateway" || a.Type == "nat_gateway" && a.VPC == b.VPC {
		return false // "NAT gateways translate for what is routed to them": they open nothing inside their VPC
	}
	return !inboundRefused(b) && o.listens(b, t) && o.grouped(a, b, inventory.Egress, t) && o.grouped(b, a, inventory.Ingress, t) &&
		(a.Subnet == b.Subnet ||
			o.acl(a, b, inventory.Egress, t, false) && o.acl(b, a, inventory.Ingress, t, false) &&
				o.acl(b, a, inventory.Egress, t, true) && o.acl(a, b, inventory.Ingress, t, true) &&
				o.routed(a, b) && o.routed(b, a))
}

// grouped asks the groups of one end. An interface without one: "NLB: may have
// groups only if one was given at creation; without any, all traffic is let
// through"; a NAT gateway "has no security group" (Elastic Load Balancing
// user guide, security groups for your Network Load Balancer; Amazon VPC user
// guide, NAT gateways). Any other must have one that is unknown.
func (o *oracle) grouped(at, other *inventory.Interface, d inventory.Direction, t inventory.Traffic) bool {
	if len(at.Groups) == 0 {
		return at.Type == "network_load_balancer" || at.Type == "nat_gateway" || o.guess("groups of "+at.ID)
	}
	for _, id := range at.Groups {
		k := slices.IndexFunc(o.r.Groups, func(g inventory.Group) bool { return g.ID == id })
		if k < 0 {
			if o.guess("group " + id + fmt.Sprint(d)) {
				return true
			}
			continue
		}
		for i := range o.r.Groups[k].Rules {
			r := &o.r.Groups[k].Rules[i]
			if r.Direction != d || !r.Traffic.Covers(t) {
				continue
			}
			if r.Peer.Group != nil {
				if slices.Contains(other.Groups, r.Peer.Group.ID) && (at.VPC == other.VPC || o.refers(at, other, d)) {
					return true
				}
			} else if o.permits(r, single{from: other.Addresses[0].Private}) {
				return true
			}
		}
	}
	return false
}

// refers reports whether a reference to a group of another VPC matches.
// "Inbound references: same VPC, peered VPC, or VPC on the same transit
// gateway. Outbound references: same VPC or peering only – not over TGW.
// Peering must be active" (Amazon VPC peering guide, referencing security
// groups). "TGW referencing must be on for both the TGW and the attachment
// (default disabled)", which no part holds (Amazon VPC user guide, transit
// gateway attachments to a VPC).
func (o *oracle) refers(at, other *inventory.Interface, d inventory.Direction) bool {
	from, to := other, at
	if d == inventory.Egress {
		from, to = at, other
	}
	target := ""
	if o.r.Read.Has(inventory.PartRouteTables) {
		for i := range o.r.RouteTables {
			for _, r := range o.r.RouteTables[i].Routes {
				if o.r.RouteTables[i].VPC == from.VPC && r.Prefix.Contains(to.Addresses[0].Private) {
					target = r.Target
				}
			}
		}
	} else if o.guess("the route of the packet leads to a transit gateway") {
		target = "tgw-1"
	}
	if target == "tgw-1" || target == core {
		return d == inventory.Ingress && o.guess("references over the transit gateway")
	}
	return o.peered()
}

func (o *oracle) peered() bool {
	if !o.r.Read.Has(inventory.PartPeerings) {
		return o.guess("the peering is active")
	}
	return o.r.Peerings[0].Status == "active"
}

func (o *oracle) acl(at, other *inventory.Interface, d inventory.Direction, t inventory.Traffic, reply bool) bool {
	for i := range o.r.NetworkACLs {
		if acl := &o.r.NetworkACLs[i]; slices.Contains(acl.Subnets, at.Subnet) {
			if !reply {
				return verdictOf(acl, d, single{other.Addresses[0].Private, t})
			}
			for _, p := range universe {
				client := p.traffic.Protocol == t.Protocol && (!t.HasPorts() || p.traffic.First >= 1024)
				if client && verdictOf(acl, d, single{other.Addresses[0].Private, p.traffic}) {
					return true
				}
			}
			return false
		}
	}
	return o.guess("acl of " + at.Subnet)
}

// routed: a VPC's own block is local, and a peering connection passes traffic
// while it is active (Amazon VPC user guide, route tables; VPC peering guide).
// Where a transit gateway sends it, its own route tables decide, which are not part of the inventory.
func (o *oracle) routed(at, other *inventory.Interface) bool {
	if !o.r.Read.Has(inventory.PartRouteTables) {
		return o.guess("routes of " + at.Subnet)
	}
	for i := range o.r.RouteTables {
		if t := &o.r.RouteTables[i]; t.VPC == at.VPC {
			for _, r := range t.Routes {
				if r.Prefix.Contains(other.Addresses[0].Private) {
					switch {
					case r.Blackhole:
						return false
					case r.Target == "local":
						return true
					case r.Target == "pcx-1":
						return o.peered()
					}
					return o.guess("tgw from " + at.VPC)
				}
			}
		}
	}
	return false
}

// TestBetween compares the verdict on every pair and traffic of thousands of
// small estates with an oracle that sends single packets.
func TestBetween(t *testing.T) {
	const estates = 3000
	count := map[path.Verdict]int{}
	for seed := range uint64(estates) {
		g := generator{rand.New(rand.NewPCG(seed, 5))}
		r := g.inside()
		n := New(r)
		o := &oracle{r: r}
		asked := g.traffic()
		for i := range r.Interfaces {
			for k := range r.Interfaces {
				if i == k {
					continue
				}
				a, b := &r.Interfaces[i], &r.Interfaces[k]
				want := path.NotReachable
				for _, p := range universe {
					if p.from != senders[0] || !asks(asked, p.traffic) {
						continue
					}
					sure, possible := o.passes(func() bool { return o.between(a, b, p.traffic) })
					if sure {
						want = path.Reachable
						break
					}
					if possible {
						want = path.Unknown
					}
				}
				got, steps := n.Between(a, b, asked)
				if short := n.Verdict(a, b, asked); short != got {
					t.Fatalf("seed %d: %s without its steps is %s", seed, got, short)
				}
				if got != want {
					t.Fatalf("seed %d: %s from %s to %s is %s, want %s: %+v", seed, asked, a.ID, b.ID, got, want, steps)
				}
				if blocked := slices.ContainsFunc(steps, func(s explain.Step) bool { return s.Decision == path.Blocked }); blocked != (want == path.NotReachable) {
					t.Fatalf("seed %d: %s, and the steps tell %+v", seed, want, steps)
				}
				count[got]++
			}
		}
	}
	for _, v := range []path.Verdict{path.Reachable, path.NotReachable, path.Unknown} {
		if count[v] < estates/20 {
			t.Errorf("only %d verdicts are %s", count[v], v)
		}
	}
}

// TestTraceMatchesRule holds the ways from the internet to the verdicts on
// rules taken alone.
func TestTraceMatchesRule(t *testing.T) {
	for seed := range uint64(1500) {
		r := generator{rand.New(rand.NewPCG(seed, 6))}.region()
		if !r.Read.Has(inventory.PartInterfaces) {
			continue
		}
		n := New(r)
		worst := map[string]path.Verdict{} // by group and rule
		for i := range r.Interfaces {
			a := n.Trace(&r.Interfaces[i], Query{Traffic: inventory.All, Everyone: true})
			for _, w := range a.Ways {
				if internet := w.Steps[0].Kind == explain.StepAddress; internet && w.Verdict.Compare(worst[w.Group+" "+w.Rule]) > 0 {
					worst[w.Group+" "+w.Rule] = w.Verdict
				}
				if len(w.Steps) == 0 || w.From == "" || w.Traffic == "" {
					t.Fatalf("seed %d: a way without words: %+v", seed, w)
				}
			}
		}
		for i := range r.Groups {
			for k := range r.Groups[i].Rules {
				rule := &r.Groups[i].Rules[k]
				if rule.Direction == inventory.Egress || rule.Peer.Group != nil || !rule.Traffic.HasPorts() {
					continue
				}
				want := n.Rule(&r.Groups[i], rule).Verdict
				got := worst[r.Groups[i].ID+" "+rule.String()]
				if got == "" {
					got = path.NotReachable
				}
				if want != path.Unattached && got != want {
					t.Fatalf("seed %d: %s %s: ways are %s, the rule is %s", seed, r.Groups[i].ID, rule, got, want)
				}
			}
		}
	}
}

// TestTraceTells reads the ways of one estate.
func TestTraceTells(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(1, 7))}
	r := g.inside()
	r.Groups = []inventory.Group{{ID: "sg-1", Rules: []inventory.Rule{
		{Traffic: inventory.Ports(inventory.TCP, 5432, 5432), Peer: inventory.Peer{Group: &inventory.GroupRef{ID: "sg-2"}}},
	}}}
	for i := range r.Interfaces {
		r.Interfaces[i].Groups, r.Interfaces[i].Type = []string{"sg-1"}, "interface"
	}
	a := New(r).Trace(&r.Interfaces[0], Query{Traffic: inventory.Ports(inventory.TCP, 22, 22), Interfaces: []*inventory.Interface{&r.Interfaces[1], &r.Interfaces[2]}})
	if len(a.Ways) != 1 || a.Verdict != path.NotReachable || a.Ways[0].Sources != 2 || !strings.Contains(a.Ways[0].Steps[0].Detail, "no outbound rule of sg-1 allows tcp/22") {
		t.Errorf("%+v", a)
	}
	if a := New(r).Trace(&r.Interfaces[0], Query{Traffic: inventory.All, Everyone: true}); len(a.Ways) == 0 {
		t.Error("a rule that names a group nobody carries is not told of")
	}
}
