package remedy_test

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/fixtures"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/remedy"
)

// BenchmarkSolve finds the groups for address rules: single addresses, ranges
// of 16 and of 256, a third each.
func BenchmarkSolve(b *testing.B) {
	for _, size := range []struct{ rules, interfaces int }{{1000, 20000}, {10000, 20000}, {1000, 200000}, {10000, 200000}} {
		b.Run(fmt.Sprintf("%d-rules-%d-interfaces", size.rules, size.interfaces), func(b *testing.B) {
			inv := fixtures.Ordinary(fixtures.Scale{Regions: 1, Groups: size.interfaces / 20, Interfaces: size.interfaces, Rules: 3})
			r := inv.Regions[0]
			var vpcs []string
			var sources []netip.Prefix
			for i := range size.rules {
				e := &r.Interfaces[i*7919%len(r.Interfaces)]
				p, err := e.Addresses[0].Private.Prefix([]int{32, 28, 24}[i%3])
				if err != nil {
					b.Fatal(err)
				}
				vpcs, sources = append(vpcs, e.VPC), append(sources, p)
			}
			none := 0
			for b.Loop() {
				s := remedy.NewSolver(r, reach.New(r))
				none = 0
				for i, p := range sources {
					if len(s.Replace(vpcs[i], p).Reasons) > 0 {
						none++
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size.rules), "ns/rule")
			b.ReportMetric(float64(none), "without")
			if none > size.rules/2 {
				b.Fatalf("%d of %d rules have no replacement", none, size.rules)
			}
		})
	}
}

// BenchmarkAttach writes the fixes of as many findings about address rules,
// proofs included.
func BenchmarkAttach(b *testing.B) {
	for _, count := range []int{250, 1000, 4000} {
		b.Run(fmt.Sprintf("%d-findings", count), func(b *testing.B) {
			inv := fixtures.Ordinary(fixtures.Scale{Regions: 1, Groups: 6000, Interfaces: 60000, Rules: 3})
			r := inv.Regions[0]
			vpcs := map[string]*inventory.Group{}
			for i := range r.Groups {
				vpcs[r.Groups[i].ID] = &r.Groups[i]
			}
			for i := range count {
				e := &r.Interfaces[i*7919%len(r.Interfaces)]
				g := vpcs[e.Groups[0]]
				p, err := e.Addresses[0].Private.Prefix(28)
				if err != nil {
					b.Fatal(err)
				}
				g.Rules = append(g.Rules, inventory.Rule{Traffic: inventory.Ports(inventory.TCP, 6000, 6000), Peer: inventory.PrefixPeer(p), IDs: []string{fixtures.RuleID(r.Name, g.ID, p.String())}})
			}
			inv.Normalize()
			report := audit.Run(inv, audit.Options{Settings: audit.Defaults(), Only: []string{"ip-source-should-be-group"}})
			fixed := 0
			for b.Loop() {
				fixed = 0
				for i := range report.Findings {
					f := &report.Findings[i]
					f.Fix.Commands, f.Fix.Undo, f.Fix.Proof, f.Fix.Notes = nil, nil, nil, nil
				}
				remedy.Attach(inv, report)
				for i := range report.Findings {
					if len(report.Findings[i].Fix.Commands) > 0 {
						fixed++
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(max(1, fixed)), "ns/finding")
			b.ReportMetric(float64(fixed), "fixed")
		})
	}
}
