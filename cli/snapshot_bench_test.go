package cli

import (
	"bytes"
	"io"
	"testing"

	"github.com/sgaudit/sgaudit/files"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/inventory"
)

// BenchmarkSnapshotFile saves 10,000 groups and 200,000 interfaces as the file
// is written, and reports its size.
func BenchmarkSnapshotFile(b *testing.B) {
	s := &inventory.Snapshot{Inventory: estates.Ordinary(estates.Scale{Regions: 1, Groups: 10000, Interfaces: 200000, Rules: 5})}
	for name, save := range map[string]func(io.Writer) error{
		"json": s.Save,
		"zst":  func(w io.Writer) error { return files.Compress(w, s.Save) },
	} {
		b.Run(name, func(b *testing.B) {
			var out bytes.Buffer
			for b.Loop() {
				out.Reset()
				if err := save(&out); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(out.Len())/1e6, "MB")
		})
	}
}
