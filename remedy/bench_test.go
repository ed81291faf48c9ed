package remedy_test

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures"
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
