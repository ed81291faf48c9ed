package audit_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	_ "github.com/sgaudit/sgaudit/audit/checks"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/inventory"
)

// firstEight are the checks that the catalogue began with.
var firstEight = []string{
	"all-traffic-open-to-internet", "admin-port-open-to-internet", "database-port-open-to-internet", "high-risk-port-open-to-internet",
	"unexpected-port-open-to-internet", "unused-group", "ip-source-should-be-group", "default-group-allows-traffic",
}

// BenchmarkCatalogue audits one estate with eight checks, and with all that
// are on by default: the many should cost less than twice the few.
func BenchmarkCatalogue(b *testing.B) {
	inv := estates.Ordinary(estates.Scale{Regions: 1, Groups: 2000, Interfaces: 20000, Rules: 10, Mistakes: 20})
	for name, only := range map[string][]string{"eight": firstEight, "all": nil} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				inv.Normalize()
				audit.Run(inv, audit.Options{Settings: audit.Defaults(), Only: only})
			}
		})
	}
}

// scales are estates of as many rules as interfaces: a well-kept one with one rule in
// a hundred a mistake, the same without any, and one in which most groups have
// something to find and everything else grows with them. The most that each may
// allocate is a tenth or more above what the race detector measures, which is a
// tenth above what ordinary builds allocate: the order of maps varies.
var scales = []struct {
	name string
	most float64 // allocations for a rule and an interface
	make func(n int) *inventory.Inventory
}{
	{"flawless", 0.5, func(n int) *inventory.Inventory { return ordinary(n, 0) }},
	{"ordinary", 1.8, func(n int) *inventory.Inventory { return ordinary(n, n/100) }},
	{"neglected", 31, neglected},
}

// BenchmarkChecks runs the checks alone. What a rule costs should stay the
// same at sizes ten times as large each.
func BenchmarkChecks(b *testing.B) {
	for _, e := range scales {
		for _, n := range []int{1000, 10000, 100000} {
			inv := e.make(n)
			b.Run(e.name+"/"+strconv.Itoa(n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					audit.Run(inv, audit.Options{Settings: audit.Defaults()})
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/rule")
			})
		}
	}
}

// TestAllocations holds the checks to a number of allocations for a rule, and
// to no more for each where there are four times as many.
func TestAllocations(t *testing.T) {
	for _, e := range scales {
		each := func(n int) float64 {
			inv := e.make(n)
			return testing.AllocsPerRun(2, func() { audit.Run(inv, audit.Options{Settings: audit.Defaults()}) }) / float64(n)
		}
		few, many := each(600), each(2400)
		t.Logf("%s: %.2f allocations for a rule of 600, %.2f of 2,400", e.name, few, many)
		if many > e.most || many > 1.2*few {
			t.Errorf("%s: %.2f allocations for a rule, and %.2f where there are four times as many; want at most %v", e.name, few, many, e.most)
		}
	}
}

func ordinary(n, mistakes int) *inventory.Inventory {
	return estates.Ordinary(estates.Scale{Regions: 1, Groups: n / 10, Interfaces: n, Rules: 10, Mistakes: mistakes})
}

// neglected adds to each group of an ordinary estate rules by addresses, and
// to the estate what may hold groups beside interfaces.
func neglected(n int) *inventory.Inventory {
	inv := ordinary(n, n/100)
	r := inv.Regions[0]
	blocks := map[string]netip.Prefix{}
	for _, v := range r.VPCs {
		blocks[v.ID] = v.Prefixes[0]
	}
	for i := range r.Groups {
		g := &r.Groups[i]
		own := blocks[g.VPC]
		single := netip.PrefixFrom(own.Addr().Next(), 32)
		for k, p := range []netip.Prefix{own, single, netip.MustParsePrefix("10.0.0.0/8")} {
			port := int32(9000 + k)
			g.Rules = append(g.Rules, inventory.Rule{Traffic: inventory.Ports(inventory.TCP, port, port), Peer: inventory.PrefixPeer(p)})
		}
		if i%10 > 0 {
			continue
		}
		name := strconv.Itoa(i)
		r.Functions = append(r.Functions, inventory.Function{Name: "f" + name, ARN: "arn:f" + name, VPC: g.VPC, Groups: []string{g.ID}})
		r.LaunchTemplates = append(r.LaunchTemplates, inventory.LaunchTemplate{ID: "lt-" + name, GroupNames: []string{g.Name}})
		r.Endpoints = append(r.Endpoints, inventory.Endpoint{ID: "vpce-" + name, VPC: g.VPC, Groups: []string{g.ID}})
		r.Associations = append(r.Associations, inventory.Association{Group: g.ID, VPC: "vpc-other", VPCOwner: "999999999999", State: "associated"})
		r.Peerings = append(r.Peerings, inventory.Peering{
			ID: "pcx-" + name, Status: "active", Requester: inventory.PeeringEnd{Region: r.Name, VPC: g.VPC, Prefixes: []netip.Prefix{own}},
			Accepter: inventory.PeeringEnd{Region: r.Name, VPC: "vpc-other", Prefixes: []netip.Prefix{netip.MustParsePrefix("172.16.0.0/16")}},
		})
		for k := range 3 { // that are attached to nothing
			r.Groups = append(r.Groups, inventory.Group{ID: "sg-unused-" + name + "-" + strconv.Itoa(k), Name: "unused " + name, VPC: g.VPC, Rules: slices.Clone(g.Rules)})
		}
	}
	inv.Depth = inventory.DepthServices
	r.Read, r.Asked = inv.Depth.Parts(), inv.Depth.Parts()
	inv.Normalize()
	return inv
}

// BenchmarkAudit normalises and audits ordinary estates of growing size, their
// lists in no order, as AWS may answer; the last one has 50,000 rules and 200,000 interfaces. The time should grow with
// the size and no faster.
func BenchmarkAudit(b *testing.B) {
	for _, scale := range []estates.Scale{
		{Regions: 1, Groups: 500, Interfaces: 2000, Rules: 10, Mistakes: 10},
		{Regions: 1, Groups: 5000, Interfaces: 20000, Rules: 10, Mistakes: 10},
		{Regions: 10, Groups: 500, Interfaces: 20000, Rules: 10, Mistakes: 10},
	} {
		inv := estates.Ordinary(scale)
		name := fmt.Sprintf("%dx%d-rules-%dx%d-interfaces", scale.Regions, scale.Groups*scale.Rules, scale.Regions, scale.Interfaces)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			rng := rand.New(rand.NewPCG(1, 1))
			for b.Loop() {
				b.StopTimer()
				for _, r := range inv.Regions {
					rng.Shuffle(len(r.Groups), swapper(r.Groups))
					rng.Shuffle(len(r.Interfaces), swapper(r.Interfaces))
					for i := range r.Groups {
						rng.Shuffle(len(r.Groups[i].Rules), swapper(r.Groups[i].Rules))
					}
				}
				b.StartTimer()
				inv.Normalize()
				audit.Run(inv, audit.Options{Settings: audit.Defaults()})
			}
		})
	}
}

// TestAllocationsFollowFindings holds the audit to allocating for what it
// finds and for its indexes, never for each rule.
func TestAllocationsFollowFindings(t *testing.T) {
	count := func(rules int) float64 {
		inv := estates.Ordinary(estates.Scale{Regions: 1, Groups: 300, Interfaces: 600, Rules: rules, Mistakes: 3})
		return testing.AllocsPerRun(5, func() { audit.Run(inv, audit.Options{Settings: audit.Defaults()}) })
	}
	few, many := count(5), count(50)
	if more := many - few; more > 300*45/20 {
		t.Errorf("13,500 further rules cost %.0f allocations (%.0f with few, %.0f with many)", more, few, many)
	}
}
