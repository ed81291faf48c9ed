package inventory

import (
	"encoding/json"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

var addresses = cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{})

func rule(d Direction, traffic Traffic, peer Peer, description string, ids ...string) Rule {
	return Rule{Direction: d, Traffic: traffic, Peer: peer, Description: description, IDs: ids}
}

func prefix(s string) Peer { return PrefixPeer(netip.MustParsePrefix(s)) }

func TestPeerText(t *testing.T) {
	for want, p := range map[string]Peer{
		"10.0.0.0/8":    prefix("10.1.2.3/8"),
		"0.0.0.0/0":     prefix("1.0.0.0/0"),
		"192.0.2.0/24":  prefix("::ffff:192.0.2.7/120"),
		"2001:db8::/32": prefix("2001:db8::1/32"),
		"::/0":          prefix("::/0"),
		"sg-1":          {Group: &GroupRef{ID: "sg-1", Account: "111122223333"}},
		"pl-1":          {List: "pl-1"},
	} {
		if p.String() != want {
			t.Errorf("%+v is written %q, want %q", p, p, want)
		}
	}
	r := rule(Ingress, Ports(TCP, 22, 22), prefix("0.0.0.0/0"), "for now", "sgr-1")
	if got := r.String(); got != "in tcp/22 0.0.0.0/0" {
		t.Errorf("the rule is written %q", got)
	}
	r = rule(Egress, All, Peer{List: "pl-1"}, "")
	if got := r.String(); got != "out all pl-1" {
		t.Errorf("the rule is written %q", got)
	}
}

// However AWS splits rules into permissions, one text is one rule.
func TestRulesAreMerged(t *testing.T) {
	ssh, any4 := Ports(TCP, 22, 22), prefix("0.0.0.0/0")
	ref := func(account string) Peer { return Peer{Group: &GroupRef{ID: "sg-9", Account: account}} }
	g := Group{ID: "sg-1", Rules: []Rule{
		rule(Egress, All, any4, ""),
		rule(Ingress, ssh, ref(""), "", "sgr-5"),
		rule(Ingress, ssh, Peer{List: "pl-1"}, ""),
		rule(Ingress, ssh, prefix("::/0"), ""),
		rule(Ingress, ssh, any4, "", "sgr-3", "sgr-1"),
		rule(Ingress, ssh, prefix("9.0.0.0/8"), ""),
		rule(Ingress, ssh, any4, "second", "sgr-2", "sgr-1"),
		rule(Ingress, Ports(TCP, 3, 3), any4, ""),
		rule(Ingress, ssh, any4, "first"),
		rule(Ingress, ssh, ref("111122223333"), "by reference"),
		rule(Ingress, Ports(TCP, 22, 100), any4, ""),
		rule(Ingress, All, any4, ""),
		rule(Ingress, Ports(UDP, 22, 22), any4, ""),
	}}
	g.Rules[4].Tags = []Tag{{"b", "1"}, {"a", "1"}}
	g.Rules[6].Tags = []Tag{{"a", "1"}}
	g.normalize()
	var got []string
	for i := range g.Rules {
		got = append(got, g.Rules[i].String())
	}
	want := []string{
		"in all 0.0.0.0/0", "in tcp/3 0.0.0.0/0", "in tcp/22 0.0.0.0/0", "in tcp/22 9.0.0.0/8", "in tcp/22 ::/0",
		"in tcp/22 sg-9", "in tcp/22 pl-1", "in tcp/22-100 0.0.0.0/0", "in udp/22 0.0.0.0/0", "out all 0.0.0.0/0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("rules (-want +got):\n%s", diff)
	}
	merged := g.Rules[2]
	if !slices.Equal(merged.IDs, []string{"sgr-1", "sgr-2", "sgr-3"}) || merged.Description != "first" ||
		!slices.Equal(merged.Tags, []Tag{{"a", "1"}, {"b", "1"}}) {
		t.Errorf("the merged rule is %+v", merged)
	}
	if byRef := g.Rules[5]; byRef.Peer.Group.Account != "111122223333" || byRef.Description != "by reference" || !slices.Equal(byRef.IDs, []string{"sgr-5"}) {
		t.Errorf("the merged reference is %+v of %+v", byRef, byRef.Peer.Group)
	}
}

// Ids that were cut out of one array must not be written over.
func TestMergingLeavesNeighboursAlone(t *testing.T) {
	ids := []string{"sgr-1", "sgr-2", "sgr-3"}
	g := Group{Rules: []Rule{
		rule(Ingress, Ports(TCP, 22, 22), prefix("0.0.0.0/0"), "a", ids[:1]...),
		rule(Ingress, Ports(TCP, 22, 22), prefix("0.0.0.0/0"), "b", ids[2:]...),
		rule(Ingress, Ports(TCP, 23, 23), prefix("0.0.0.0/0"), "", ids[1:2]...),
	}}
	g.normalize()
	if got := g.Rules[1].IDs; !slices.Equal(got, []string{"sgr-2"}) {
		t.Errorf("the second rule has the ids %v", got)
	}
}

// drawRegion draws every kind of list, with ids from a small pool so that
// merging and de-duplication happen.
func drawRegion(t *rapid.T, name string) *Region {
	text := func(of string) string { return of + rapid.StringMatching("[1-4]").Draw(t, of) }
	texts := func(of string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom([]string{of + "1", of + "2", of + "3"}), 0, 3, rapid.ID).Draw(t, of)
	}
	drawPrefix := func() netip.Prefix {
		return netip.MustParsePrefix(rapid.SampledFrom([]string{"10.0.0.0/8", "10.0.0.0/16", "192.0.2.0/24", "2001:db8::/32", "::/0"}).Draw(t, "prefix"))
	}
	some := func(draw func()) {
		for range rapid.IntRange(0, 3).Draw(t, "how many") {
			draw()
		}
	}
	r := &Region{AccountID: "111122223333", Name: name, Asked: DepthServices.Parts(), Read: DepthServices.Parts() &^ PartStale}
	r.Gaps = []Gap{{Part: PartStale, Operation: "ec2:DescribeStaleSecurityGroups", Kind: Denied}, {Operation: "ec2:DescribeSubnets", Kind: Throttled}}
	for _, id := range texts("sg-") {
		g := Group{ID: id, Tags: []Tag{{"b", "1"}, {"a", "2"}}}
		some(func() {
			peer := Peer{Prefix: drawPrefix()}
			if rapid.Bool().Draw(t, "reference") {
				peer = Peer{Group: &GroupRef{ID: text("sg-"), Account: text("")}}
			}
			g.Rules = append(g.Rules, rule(Direction(rapid.IntRange(0, 1).Draw(t, "direction")), drawTraffic(t, "rule"), peer, text(""), texts("sgr-")...))
		})
		r.Groups = append(r.Groups, g)
	}
	for _, id := range texts("eni-") {
		i := Interface{ID: id, Groups: texts("sg-"), Tags: []Tag{{"b", "1"}, {"a", "2"}}}
		for _, a := range texts("10.0.0.") {
			i.Addresses = append(i.Addresses, Address{Private: netip.MustParseAddr(a)})
		}
		r.Interfaces = append(r.Interfaces, i)
	}
	for _, id := range texts("id-") {
		prefixes := rapid.SliceOfNDistinct(rapid.Custom(func(*rapid.T) netip.Prefix { return drawPrefix() }), 0, 3, rapid.ID).Draw(t, "prefixes")
		r.PrefixLists = append(r.PrefixLists, PrefixList{ID: id, Entries: prefixes})
		r.VPCs = append(r.VPCs, VPC{ID: id, Prefixes: slices.Clone(prefixes), Tags: []Tag{{"b", "1"}, {"a", "2"}}})
		subnet := Subnet{ID: id}
		table := RouteTable{ID: id, Subnets: texts("subnet-"), Gateways: texts("igw-"), Routes: []Route{{List: "pl-1", Target: "igw-1"}}}
		for k, p := range prefixes {
			subnet.Prefixes = append(subnet.Prefixes, SubnetPrefix{Prefix: p})
			table.Routes = append(table.Routes, Route{Prefix: p, Target: text("igw-"), Blackhole: k == 1})
		}
		r.Subnets, r.RouteTables = append(r.Subnets, subnet), append(r.RouteTables, table)
		r.NetworkACLs = append(r.NetworkACLs, NetworkACL{ID: id, Subnets: texts("subnet-"), Entries: []ACLEntry{
			{Direction: Egress, Number: 100, Prefix: netip.MustParsePrefix("0.0.0.0/0")},
			{Number: 32767, Prefix: netip.MustParsePrefix("::/0")},
			{Number: 32767, Prefix: netip.MustParsePrefix("0.0.0.0/0")},
			{Number: 9},
		}})
		r.InternetGateways = append(r.InternetGateways, Gateway{ID: id, VPCs: texts("vpc-")})
		r.EgressGateways = append(r.EgressGateways, Gateway{ID: id, VPCs: texts("vpc-")})
		r.NATGateways = append(r.NATGateways, NATGateway{ID: id})
		r.FlowLogs = append(r.FlowLogs, FlowLog{ID: id})
		r.Peerings = append(r.Peerings, Peering{ID: id, Requester: PeeringEnd{Prefixes: slices.Clone(prefixes)}})
		r.PublicAccess.Exclusions = append(r.PublicAccess.Exclusions, PublicAccessExclusion{ID: id})
		r.Associations = append(r.Associations, Association{Group: id, VPC: "vpc-1", State: "associated"}, Association{Group: id, VPC: "vpc-1", State: "disassociated"})
		r.Stale = append(r.Stale, StaleReference{Group: id, Traffic: All, Peer: GroupRef{ID: "sg-9"}})
		r.LaunchTemplates = append(r.LaunchTemplates, LaunchTemplate{ID: id, Groups: texts("sg-"), GroupNames: texts("name-")})
		r.Endpoints = append(r.Endpoints, Endpoint{ID: id, Groups: texts("sg-")})
		r.LoadBalancers = append(r.LoadBalancers, LoadBalancer{Name: id, Kind: "classic", Groups: texts("sg-")}, LoadBalancer{Name: id, Kind: "network"})
		r.Functions = append(r.Functions, Function{Name: id, Groups: texts("sg-"), Subnets: texts("subnet-")})
		r.Referrers = append(r.Referrers, Referrer{Service: "ecs", Kind: "service", Name: id, Groups: texts("sg-")}, Referrer{Service: "batch", Name: id})
	}
	return r
}

// copyOf returns a deep copy, so that a normalised inventory can be compared
// with what becomes of it.
func copyOf(t *rapid.T, inv *Inventory) *Inventory {
	data, err := json.Marshal(inv)
	if err != nil {
		t.Fatal(err)
	}
	c := new(Inventory)
	if err := json.Unmarshal(data, c); err != nil {
		t.Fatal(err)
	}
	return c
}

func shuffle[T any](t *rapid.T, list *[]T) {
	if len(*list) > 1 {
		*list = rapid.Permutation(*list).Draw(t, "order")
	}
}

// shuffleAll changes the order of everything that AWS may answer in another
// order, and repeats some of what overlapping pages may repeat.
func shuffleAll(t *rapid.T, inv *Inventory) {
	shuffle(t, &inv.Regions)
	for _, r := range inv.Regions {
		r.Groups, r.Interfaces = repeat(t, r.Groups), repeat(t, r.Interfaces)
		r.Gaps, r.Subnets = repeat(t, r.Gaps), repeat(t, r.Subnets)
		shuffle(t, &r.Gaps)
		shuffle(t, &r.Groups)
		for i := range r.Groups {
			shuffle(t, &r.Groups[i].Rules)
			shuffle(t, &r.Groups[i].Tags)
			for k := range r.Groups[i].Rules {
				shuffle(t, &r.Groups[i].Rules[k].IDs)
			}
		}
		shuffle(t, &r.Interfaces)
		for i := range r.Interfaces {
			shuffle(t, &r.Interfaces[i].Groups)
			shuffle(t, &r.Interfaces[i].Addresses)
		}
		shuffle(t, &r.PrefixLists)
		shuffle(t, &r.VPCs)
		for i := range r.VPCs {
			shuffle(t, &r.PrefixLists[i].Entries)
			shuffle(t, &r.VPCs[i].Prefixes)
			shuffle(t, &r.RouteTables[i].Routes)
			shuffle(t, &r.RouteTables[i].Subnets)
			shuffle(t, &r.NetworkACLs[i].Entries)
			shuffle(t, &r.Peerings[i].Requester.Prefixes)
			shuffle(t, &r.LaunchTemplates[i].Groups)
			shuffle(t, &r.InternetGateways[i].VPCs)
		}
		for i := range r.Subnets {
			shuffle(t, &r.Subnets[i].Prefixes)
		}
		shuffle(t, &r.Subnets)
		shuffle(t, &r.RouteTables)
		shuffle(t, &r.NetworkACLs)
		shuffle(t, &r.InternetGateways)
		shuffle(t, &r.EgressGateways)
		shuffle(t, &r.NATGateways)
		shuffle(t, &r.FlowLogs)
		shuffle(t, &r.Peerings)
		shuffle(t, &r.PublicAccess.Exclusions)
		shuffle(t, &r.Associations)
		shuffle(t, &r.Stale)
		shuffle(t, &r.LaunchTemplates)
		shuffle(t, &r.Endpoints)
		shuffle(t, &r.LoadBalancers)
		shuffle(t, &r.Functions)
		shuffle(t, &r.Referrers)
	}
}

// repeat adds the first element once more, as a later page would.
func repeat[T any](t *rapid.T, list []T) []T {
	if len(list) == 0 || !rapid.Bool().Draw(t, "repeat") {
		return list
	}
	data, err := json.Marshal(list[0])
	if err != nil {
		t.Fatal(err)
	}
	var again T
	if err := json.Unmarshal(data, &again); err != nil {
		t.Fatal(err)
	}
	return append(list, again)
}

func TestNormalize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inv := &Inventory{Regions: []*Region{drawRegion(t, "us-east-1"), drawRegion(t, "eu-west-1")}}
		other := copyOf(t, inv)
		shuffleAll(t, other)
		inv.Normalize()
		other.Normalize()
		if diff := cmp.Diff(inv, other, addresses, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("the order of the answers shows (-one +other):\n%s", diff)
		}
		again := copyOf(t, inv)
		again.Normalize()
		if diff := cmp.Diff(inv, again, addresses, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("normalizing twice is not normalizing once (-once +twice):\n%s", diff)
		}
		if inv.Regions[0].Name != "eu-west-1" {
			t.Fatalf("regions stand in the order %s, %s", inv.Regions[0].Name, inv.Regions[1].Name)
		}
		for _, r := range inv.Regions {
			for i := range r.Groups {
				g := &r.Groups[i]
				if i > 0 && r.Groups[i-1].ID >= g.ID {
					t.Fatalf("group %s stands before %s", r.Groups[i-1].ID, g.ID)
				}
				for k := range g.Rules {
					if !slices.IsSorted(g.Rules[k].IDs) {
						t.Fatalf("rule ids %v are not sorted", g.Rules[k].IDs)
					}
					if k > 0 && CompareRules(&g.Rules[k-1], &g.Rules[k]) >= 0 {
						t.Fatalf("rule %v stands before %v", &g.Rules[k-1], &g.Rules[k])
					}
				}
			}
			for i := range r.NetworkACLs {
				if e := r.NetworkACLs[i].Entries; e[0].Number != 9 || !e[1].Prefix.Addr().Is4() || !e[2].Prefix.Addr().Is6() || e[3].Direction != Egress {
					t.Fatalf("ACL entries stand in the order %v", e)
				}
			}
		}
	})
}

// Rules compare equal exactly if their text is the same.
func TestCompareRulesIsTheText(t *testing.T) {
	draw := func(t *rapid.T) Rule {
		peer := Peer{Prefix: netip.MustParsePrefix(rapid.SampledFrom([]string{"10.0.0.0/8", "10.0.0.0/9", "::/0"}).Draw(t, "prefix"))}
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 1:
			peer = Peer{Group: &GroupRef{ID: rapid.StringMatching("sg-[12]").Draw(t, "group")}}
		case 2:
			peer = Peer{List: rapid.StringMatching("pl-[12]").Draw(t, "list")}
		}
		return rule(Direction(rapid.IntRange(0, 1).Draw(t, "direction")), drawTraffic(t, "rule"), peer, "")
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw(t), draw(t)
		if (CompareRules(&a, &b) == 0) != (a.String() == b.String()) {
			t.Fatalf("%v and %v compare as %d", &a, &b, CompareRules(&a, &b))
		}
		if CompareRules(&a, &b) != -CompareRules(&b, &a) {
			t.Fatalf("%v and %v compare the same way round twice", &a, &b)
		}
	})
}
