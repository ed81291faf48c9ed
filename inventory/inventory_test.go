package inventory

import (
	"net/netip"
	"slices"
	"testing"
)

func TestStatus(t *testing.T) {
	groups := []Group{{ID: "sg-1"}}
	basic := DepthGroups.Parts()
	denied := []Gap{{Part: PartInterfaces, Operation: "ec2:DescribeNetworkInterfaces", Kind: Denied}}
	for _, c := range []struct {
		name   string
		region Region
		want   string
	}{
		{"everything", Region{Asked: basic, Read: basic, Groups: groups}, "complete"},
		{"everything, and there is nothing", Region{Asked: basic, Read: basic}, "complete"},
		{"more than was asked for", Region{Asked: basic, Read: DepthNetwork.Parts()}, "complete"},
		{"a part is missing", Region{Asked: basic, Read: PartGroups, Groups: groups, Gaps: denied}, "partial"},
		{"a part is missing and no gap says so", Region{Asked: basic, Read: PartGroups, Groups: groups}, "partial"},
		{"a gap in what was read", Region{Asked: basic, Read: basic, Gaps: denied}, "partial"},
		{"groups broke off", Region{Asked: basic, Read: PartInterfaces, Groups: groups, Gaps: denied}, "partial"},
		{"no groups", Region{Asked: basic, Read: PartInterfaces, Gaps: denied}, "failed"},
		{"nothing", Region{Asked: basic, Gaps: denied}, "failed"},
		{"never begun", Region{}, "failed"},
		{"left out", Region{Skipped: true}, "skipped"},
		{"left out although it would fail", Region{Skipped: true, Asked: basic, Gaps: denied}, "skipped"},
	} {
		if got := c.region.Status(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestComplete(t *testing.T) {
	complete := &Region{Asked: PartGroups, Read: PartGroups}
	for _, c := range []struct {
		name    string
		regions []*Region
		want    bool
	}{
		{"no region", nil, false},
		{"all complete", []*Region{complete, complete}, true},
		{"one left out", []*Region{complete, {Skipped: true}}, true},
		{"one failed", []*Region{complete, {Asked: PartGroups}}, false},
		{"one partial", []*Region{{Asked: PartGroups | PartVPCs, Read: PartGroups}, complete}, false},
	} {
		if got := (&Inventory{Regions: c.regions}).Complete(); got != c.want {
			t.Errorf("%s: complete is %v", c.name, got)
		}
	}
}

func TestParts(t *testing.T) {
	every := DepthServices.Parts()
	seen := map[string]bool{}
	var joined Parts
	for _, p := range every.Each() {
		if name := p.String(); name == "" || seen[name] {
			t.Errorf("part %b is called %q", p, name)
		} else {
			seen[name] = true
		}
		joined |= p
	}
	if joined != every || len(every.Each()) != len(partTable)-1 { // egress-only internet gateways are not read
		t.Errorf("the single parts of %b are %v", every, every.Each())
	}
	if got := (PartInterfaces | PartGroups).String(); got != "security groups, network interfaces" {
		t.Errorf("two parts are called %q", got)
	}
	for _, d := range []struct{ less, more Depth }{{DepthGroups, DepthNetwork}, {DepthNetwork, DepthServices}} {
		if !d.more.Parts().Has(d.less.Parts()) || d.less.Parts().Has(d.more.Parts()) {
			t.Errorf("depth %s does not read more than %s", d.more, d.less)
		}
	}
	if DepthGroups.Parts() != PartGroups|PartInterfaces {
		t.Errorf("depth groups reads %s", DepthGroups.Parts())
	}
	if DepthNetwork.Parts()&(PartLoadBalancers|PartFunctions) != 0 {
		t.Error("depth network asks services other than EC2")
	}
}

func TestGroup(t *testing.T) {
	g := Group{ID: "sg-1", Name: "default", Owner: "111122223333", Tags: []Tag{{"env", ""}}}
	if !g.Default() || (&Group{Name: "Default"}).Default() {
		t.Error("default groups are told by their name alone")
	}
	if got := g.ARN("aws-cn", "cn-north-1"); got != "arn:aws-cn:ec2:cn-north-1:111122223333:security-group/sg-1" {
		t.Errorf("the ARN is %s", got)
	}
	if v, ok := TagValue(g.Tags, "env"); v != "" || !ok {
		t.Error("an empty tag is not there")
	}
	if _, ok := TagValue(g.Tags, "Env"); ok {
		t.Error("tag keys are told apart by case")
	}
}

func TestInterfaceAddresses(t *testing.T) {
	address := netip.MustParseAddr
	i := Interface{Groups: []string{"sg-1", "sg-2"}, Addresses: []Address{
		{Private: address("10.0.0.1")},
		{Private: address("10.0.0.2"), Public: address("198.51.100.7")},
		{Private: address("10.0.0.3"), Public: address("198.51.100.3")},
		{Private: address("2001:db8::1")},
	}}
	if got := i.PublicIPv4(); !slices.Equal(got, []netip.Addr{address("198.51.100.7"), address("198.51.100.3")}) {
		t.Errorf("public addresses: %v", got)
	}
	if got := i.IPv6(); !slices.Equal(got, []netip.Addr{address("2001:db8::1")}) {
		t.Errorf("IPv6 addresses: %v", got)
	}
	if !i.HasGroup("sg-2") || i.HasGroup("sg-3") {
		t.Error("the groups of the interface are mistaken")
	}
}
