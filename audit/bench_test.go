package audit_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	_ "github.com/sgaudit/sgaudit/audit/checks"
	"github.com/sgaudit/sgaudit/fixtures"
)

// firstEight are the checks that the catalogue began with.
var firstEight = []string{
	"all-traffic-open-to-internet", "admin-port-open-to-internet", "database-port-open-to-internet", "high-risk-port-open-to-internet",
	"unexpected-port-open-to-internet", "unused-group", "ip-source-should-be-group", "default-group-allows-traffic",
}

// BenchmarkCatalogue audits one estate with eight checks, and with all that
// are on by default: the many should cost less than twice the few.
func BenchmarkCatalogue(b *testing.B) {
	inv := fixtures.Ordinary(fixtures.Scale{Regions: 1, Groups: 2000, Interfaces: 20000, Rules: 10, Mistakes: 20})
	for name, only := range map[string][]string{"eight": firstEight, "all": nil} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				inv.Normalize()
				audit.Run(inv, audit.Options{Settings: audit.Defaults(), Only: only})
			}
		})
	}
}

// BenchmarkAudit normalises and audits ordinary estates of growing size, their
// lists in no order, as AWS may answer; the last one has 50,000 rules and 200,000 interfaces. The time should grow with
// the size and no faster.
func BenchmarkAudit(b *testing.B) {
	for _, scale := range []fixtures.Scale{
		{Regions: 1, Groups: 500, Interfaces: 2000, Rules: 10, Mistakes: 10},
		{Regions: 1, Groups: 5000, Interfaces: 20000, Rules: 10, Mistakes: 10},
		{Regions: 10, Groups: 500, Interfaces: 20000, Rules: 10, Mistakes: 10},
	} {
		inv := fixtures.Ordinary(scale)
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
		inv := fixtures.Ordinary(fixtures.Scale{Regions: 1, Groups: 300, Interfaces: 600, Rules: rules, Mistakes: 3})
		return testing.AllocsPerRun(5, func() { audit.Run(inv, audit.Options{Settings: audit.Defaults()}) })
	}
	few, many := count(5), count(50)
	if more := many - few; more > 300*45/20 {
		t.Errorf("13,500 further rules cost %.0f allocations (%.0f with few, %.0f with many)", more, few, many)
	}
}
