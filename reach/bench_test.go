package reach_test

import (
	"testing"

	"github.com/sgaudit/sgaudit/fixtures"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

func large() *inventory.Region {
	return fixtures.Ordinary(fixtures.Scale{Regions: 1, Groups: 10000, Interfaces: 200000, Rules: 5, Mistakes: 3000}).Regions[0]
}

// BenchmarkNew indexes 200,000 interfaces.
func BenchmarkNew(b *testing.B) {
	r := large()
	b.ReportAllocs()
	for b.Loop() {
		reach.New(r)
	}
}

// BenchmarkRule judges every ingress rule of 10,000 groups.
func BenchmarkRule(b *testing.B) {
	r := large()
	rules := 0
	b.ReportAllocs()
	for b.Loop() {
		n := reach.New(r)
		rules = 0
		for i := range r.Groups {
			g := &r.Groups[i]
			for k := range g.Rules {
				if g.Rules[k].Direction == inventory.Ingress {
					n.Rule(g, &g.Rules[k])
					rules++
				}
			}
		}
	}
	b.ReportMetric(float64(rules), "rules")
}
