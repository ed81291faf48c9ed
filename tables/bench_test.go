package tables_test

import (
	"strconv"
	"testing"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/tables"
)

// BenchmarkRows shows what a row of each table costs where every group is open to
// the internet: it should stay the same at each size.
func BenchmarkRows(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} {
		inv := estates.Ordinary(estates.Scale{Regions: 1, Groups: n / 2, Interfaces: n, Rules: 4, Mistakes: n / 2})
		for k, name := range []string{"rules", "groups", "interfaces"} {
			b.Run(name+"/"+strconv.Itoa(n), func(b *testing.B) {
				rows := 0
				for b.Loop() {
					rows = 0
					for range tables.New(inv, &findings.Report{}, tables.Options{}).All()[k].Rows {
						rows++
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
			})
		}
	}
}
