package findings_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/sgaudit/sgaudit/findings"
)

// scattered returns a report of as many findings, no two of them the same, and
// a function that puts them into no order.
func scattered(n int) (r *findings.Report, shuffle func()) {
	r = &findings.Report{}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		f := random(rng)
		f.GroupID, f.Status = "sg-"+strconv.Itoa(i/3), findings.Open
		f.ResourceID, f.ID = f.GroupID, strconv.Itoa(i)
		f.Rule = findings.NewRule(findings.RuleText{Direction: "ingress", Protocol: "tcp", Ports: "22", Source: "0.0.0.0/0"})
		r.Findings = append(r.Findings, f)
	}
	r.Finish()
	return r, func() {
		rng.Shuffle(n, func(i, j int) { r.Findings[i], r.Findings[j] = r.Findings[j], r.Findings[i] })
	}
}

// BenchmarkFinish sorts and counts: what a finding costs should stay nearly
// the same at sizes ten times as large each.
func BenchmarkFinish(b *testing.B) {
	for _, n := range []int{1000, 10000, 100000} {
		r, shuffle := scattered(n)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				shuffle()
				b.StartTimer()
				r.Finish()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/finding")
		})
	}
}

// BenchmarkCompareTo compares with a report of as many findings, none of which is
// there any more.
func BenchmarkCompareTo(b *testing.B) {
	for _, n := range []int{1000, 10000, 100000} {
		old, _ := scattered(n)
		r := &findings.Report{}
		for i := range n / 10 { // a place in ten has something that was not judged
			place := strconv.Itoa(i)
			r.Coverage = append(r.Coverage, findings.Coverage{AccountID: place, Region: "x", Status: "complete"})
			r.NotEvaluated = append(r.NotEvaluated, findings.NotEvaluated{Check: "a", AccountID: place, Region: "x"})
		}
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.CompareTo(old)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/finding")
		})
	}
}

// TestAllocations holds the end of a run to a few lists, however many the
// findings are.
func TestAllocations(t *testing.T) {
	for _, n := range []int{100, 10000} {
		r, shuffle := scattered(n)
		if got := testing.AllocsPerRun(2, func() { shuffle(); r.Finish() }); got > 4 {
			t.Errorf("%d findings cost %.0f allocations, want two lists", n, got)
		}
	}
}
