package picture_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/picture"
)

// BenchmarkPicture makes the model, folded, and draws it in layers.
func BenchmarkPicture(b *testing.B) {
	for _, groups := range []int{10, 100, 1000, 10000} {
		inv := estates.Ordinary(estates.Scale{Regions: 1, Groups: groups, Interfaces: groups * 3})
		report := audit.Run(inv, audit.Options{Settings: audit.Defaults()}).Report
		b.Run(fmt.Sprintf("groups=%d", groups), func(b *testing.B) {
			b.ReportAllocs()
			size := 0
			for b.Loop() {
				svg, _ := picture.New(inv, report, picture.Options{}).Layers(false)
				size = len(svg)
			}
			b.ReportMetric(float64(size), "bytes/svg")
		})
	}
}

// BenchmarkUnfolded draws groups of which no two are alike.
func BenchmarkUnfolded(b *testing.B) {
	for _, groups := range []int{10, 100, 1000} {
		inv := estates.Ordinary(estates.Scale{Regions: 1, Groups: groups, Interfaces: groups * 3})
		report := audit.Run(inv, audit.Options{Settings: audit.Defaults()}).Report
		b.Run(fmt.Sprintf("groups=%d", groups), func(b *testing.B) {
			for b.Loop() {
				p := picture.New(inv, report, picture.Options{Unfolded: true})
				p.Layers(true)
				_ = p.JSON(io.Discard)
			}
		})
	}
}

// BenchmarkIrregular draws VPCs in which no two groups are alike.
func BenchmarkIrregular(b *testing.B) {
	for _, vpcs := range []int{1, 25} {
		inv := irregular(vpcs, 40, 1)
		report := audit.Run(inv, audit.Options{Settings: audit.Defaults()}).Report
		b.Run(fmt.Sprintf("groups=%d", vpcs*40), func(b *testing.B) {
			for b.Loop() {
				picture.New(inv, report, picture.Options{}).Layers(true)
			}
		})
	}
}
