package flows_test

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/flows"
)

// ordinaryLines returns records as a fleet of web servers has them: few ports, many
// clients, both directions of each connection.
func ordinaryLines(r *rand.Rand, n, interfaces, clients int) string {
	var b strings.Builder
	b.WriteString(header + "\n")
	for i := 0; i < n; i += 2 {
		e := r.IntN(interfaces)
		own, client := fmt.Sprintf("10.0.%d.%d", e/250, 1+e%250), fmt.Sprintf("10.1.%d.%d", r.IntN(clients)/250, r.IntN(250))
		port, from, start := []int{443, 443, 443, 5432, 22}[r.IntN(5)], 32768+r.IntN(28000), begin+i%2592000
		for _, d := range []string{"ingress", "egress"} {
			src, dst, sp, dp, flags := client, own, from, port, 3
			if d == "egress" {
				src, dst, sp, dp, flags = dst, src, dp, sp, 19
			}
			fmt.Fprintf(&b, "5 eni-%017x 123456789012 %s %s %d %d 6 %d %d %d %d ACCEPT %d OK %s %s %s\n", e, src, dst, sp, dp, 1+r.IntN(90), 40+r.IntN(50000), start, start+60, flags, d, src, dst)
		}
	}
	return b.String()
}

// BenchmarkRead reads a million records of a compressed file on one core. It reports
// records a second, and how many times as long it takes as gzip -dc | wc -l.
func BenchmarkRead(b *testing.B) {
	const n = 1_000_000
	folder := b.TempDir()
	path := write(b, folder, "x.log.gz", ordinaryLines(rand.New(rand.NewPCG(1, 1)), n, 500, 5000))
	began := time.Now()
	if err := exec.Command("sh", "-c", "gzip -dc "+path+" | wc -l").Run(); err != nil {
		b.Skip(err)
	}
	bare := time.Since(began)
	b.ResetTimer()
	for range b.N {
		if s := read(b, flows.Options{Workers: 1}, folder); s.Records != n {
			b.Fatalf("%d records, %v", s.Records, s.Notes)
		}
	}
	each := b.Elapsed() / time.Duration(b.N)
	b.ReportMetric(n/each.Seconds(), "records/s")
	b.ReportMetric(each.Seconds()/bare.Seconds(), "times-gzip")
}

// BenchmarkReadParquet reads the same million records as Parquet on one core.
func BenchmarkReadParquet(b *testing.B) {
	const n = 1_000_000
	folder := b.TempDir()
	writeBytes(b, folder, "x.log.parquet", asParquet(b, ordinaryLines(rand.New(rand.NewPCG(1, 1)), n, 500, 5000), true))
	b.ResetTimer()
	for range b.N {
		if s := read(b, flows.Options{Workers: 1}, folder); s.Records != n {
			b.Fatalf("%d records, %v", s.Records, s.Notes)
		}
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkMillionKeys measures the memory of a million distinct rows.
func BenchmarkMillionKeys(b *testing.B) {
	folder := b.TempDir()
	write(b, folder, "x.log.gz", ordinaryLines(rand.New(rand.NewPCG(1, 1)), 4_000_000, 2000, 50000))
	for range b.N {
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s := read(b, flows.Options{}, folder)
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
		b.ReportMetric(float64(s.Rows()), "rows")
		runtime.KeepAlive(s)
	}
}

// Reading records allocates nothing for each of them.
func TestNoAllocationForARecord(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, "x.log", ordinaryLines(rand.New(rand.NewPCG(1, 1)), 40000, 5, 20))
	few := testing.AllocsPerRun(3, func() { read(t, flows.Options{Workers: 1}, folder) })
	if few > 4000 {
		t.Errorf("40,000 records of 100 rows allocate %.0f times", few)
	}
}
