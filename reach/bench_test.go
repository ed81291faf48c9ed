package reach_test

import (
	"strconv"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

func estate(interfaces int) *inventory.Region {
	return estates.Ordinary(estates.Scale{Regions: 1, Groups: interfaces / 10, Interfaces: interfaces, Rules: 10, Mistakes: interfaces / 100}).Regions[0]
}

// judge asks for the verdict of every ingress rule, and counts them.
func judge(r *inventory.Region) (rules int) {
	n := reach.New(r)
	for i := range r.Groups {
		g := &r.Groups[i]
		for k := range g.Rules {
			if g.Rules[k].Direction == inventory.Ingress {
				n.Rule(g, &g.Rules[k])
				rules++
			}
		}
	}
	return rules
}

// index asks for the interfaces of a group, for which all have to be indexed.
func index(r *inventory.Region) int {
	reach.New(r).Interfaces(r.Groups[0].ID)
	return len(r.Interfaces)
}

// BenchmarkNew indexes the interfaces, BenchmarkRule judges as many rules:
// what one costs should stay the same at each size.
func BenchmarkNew(b *testing.B) { perItem(b, "interface", index) }

func BenchmarkRule(b *testing.B) { perItem(b, "rule", judge) }

func perItem(b *testing.B, item string, run func(*inventory.Region) (items int)) {
	for _, n := range []int{1000, 10000, 100000} {
		r := estate(n)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			items := 0
			for b.Loop() {
				items = run(r)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(items), "ns/"+item)
		})
	}
}

// TestAllocations holds the index to a few lists, whatever the number of
// interfaces, and a verdict to its sentences: no more for each where there are
// four times as many.
func TestAllocations(t *testing.T) {
	for _, p := range []struct {
		name string
		most float64 // allocations for an interface, or a rule
		run  func(*inventory.Region)
	}{
		{"index", 0.02, func(r *inventory.Region) { index(r) }},
		{"verdict", 20, func(r *inventory.Region) { judge(r) }},
	} {
		each := func(n int) float64 {
			r := estate(n)
			return testing.AllocsPerRun(2, func() { p.run(r) }) / float64(n)
		}
		few, many := each(1000), each(4000)
		t.Logf("%s: %.3f allocations for an item of 1,000, %.3f of 4,000", p.name, few, many)
		if many > p.most || many > 1.2*few {
			t.Errorf("%s: %.3f allocations for an item, and %.3f where there are four times as many; want at most %v", p.name, few, many, p.most)
		}
	}
}
