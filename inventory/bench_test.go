package inventory_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/inventory"
)

// phases are the uses of an inventory that has as many rules as interfaces.
// What before does is not measured.
var phases = []struct {
	name    string
	most    float64 // allocations for an interface and its rule
	prepare func(testing.TB, *inventory.Inventory) (before, run func())
}{
	// The rules of a group that are in no order cost one, and there are ten to a group.
	{"normalize", 0.12, func(_ testing.TB, inv *inventory.Inventory) (before, run func()) {
		return func() { shuffle(inv) }, inv.Normalize
	}},
	{"normalize-sorted", 0.002, func(_ testing.TB, inv *inventory.Inventory) (before, run func()) {
		return func() {}, inv.Normalize
	}},
	{"save", 1.2, func(tb testing.TB, inv *inventory.Inventory) (before, run func()) {
		return func() {}, func() {
			if err := (&inventory.Snapshot{Inventory: inv}).Save(io.Discard); err != nil {
				tb.Fatal(err)
			}
		}
	}},
	{"load", 14, func(tb testing.TB, inv *inventory.Inventory) (before, run func()) {
		text := save(tb, inv)
		return func() {}, func() {
			if _, err := inventory.Load(bytes.NewReader(text)); err != nil {
				tb.Fatal(err)
			}
		}
	}},
}

func estate(interfaces int) *inventory.Inventory {
	return estates.Ordinary(estates.Scale{Regions: 1, Groups: interfaces / 10, Interfaces: interfaces, Rules: 10})
}

// shuffle puts the long lists into no order, as AWS may answer.
func shuffle(inv *inventory.Inventory) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, r := range inv.Regions {
		rng.Shuffle(len(r.Interfaces), func(i, j int) { r.Interfaces[i], r.Interfaces[j] = r.Interfaces[j], r.Interfaces[i] })
		rng.Shuffle(len(r.Groups), func(i, j int) { r.Groups[i], r.Groups[j] = r.Groups[j], r.Groups[i] })
		for i := range r.Groups {
			rules := r.Groups[i].Rules
			rng.Shuffle(len(rules), func(i, j int) { rules[i], rules[j] = rules[j], rules[i] })
		}
	}
}

// BenchmarkPhases shows what an interface costs at sizes ten times as large
// each: it should stay the same.
func BenchmarkPhases(b *testing.B) {
	for _, p := range phases {
		for _, n := range []int{1000, 10000, 100000} {
			before, run := p.prepare(b, estate(n))
			b.Run(p.name+"/"+strconv.Itoa(n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					b.StopTimer()
					before()
					b.StartTimer()
					run()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/interface")
			})
		}
	}
}

// TestAllocations holds each phase to its number of allocations for an
// interface, and to no more for each where there are four times as many.
func TestAllocations(t *testing.T) {
	for _, p := range phases {
		each := func(n int) float64 {
			before, run := p.prepare(t, estate(n))
			return testing.AllocsPerRun(2, func() { before(); run() }) / float64(n)
		}
		few, many := each(400), each(1600)
		t.Logf("%s: %.4f allocations for an interface of 400, %.4f of 1,600", p.name, few, many)
		if many > p.most || many > 1.2*few+0.001 {
			t.Errorf("%s: %.4f allocations for an interface, and %.4f where there are four times as many; want at most %v", p.name, few, many, p.most)
		}
	}
}
