package output_test

import (
	"io"
	"runtime/debug"
	"slices"
	"strconv"
	"syscall"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	_ "github.com/sgaudit/sgaudit/audit/checks"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/remedy"
	"github.com/sgaudit/sgaudit/tables"
)

// found returns a report of as many findings, with their fixes, and the tables
// of what was audited: four rules and two interfaces for each finding.
func found(n int) (*findings.Report, *tables.Tables) {
	inv := estates.Ordinary(estates.Scale{Regions: 1, Groups: n, Interfaces: 2 * n, Rules: 4, Mistakes: n})
	r := audit.Run(inv, audit.Options{Settings: audit.Defaults()})
	r.Findings = r.Findings[:n]
	remedy.Attach(inv, r.Report, r.Proposals, inventory.DefaultRulesPerGroup)
	r.Finish()
	settings := audit.Defaults()
	return r.Report, tables.New(inv, r.Report, tables.Options{Services: settings.Names})
}

// written are all formats, and the table as it is for each kind of terminal.
func written() map[string]func(io.Writer, *findings.Report, *tables.Tables) error {
	all := map[string]func(io.Writer, *findings.Report, *tables.Tables) error{}
	add := func(name string, f *output.Format, o output.Options) {
		all[name] = func(w io.Writer, r *findings.Report, t *tables.Tables) error {
			o.Tables = t
			return f.Write(w, r, o)
		}
	}
	for _, f := range output.Formats() {
		add(f.Name, f, output.Options{})
	}
	table, _ := output.Lookup("table")
	for _, width := range []int{60, 100, 200} {
		add("table-"+strconv.Itoa(width), table, output.Options{Width: width, Color: true})
	}
	return all
}

// BenchmarkWrite shows what a finding costs in each format: it should stay the
// same at each size. Processor time is that of all threads, whatever else the
// machine does.
func BenchmarkWrite(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} {
		r, listed := found(n)
		for name, write := range written() {
			b.Run(name+"/"+strconv.Itoa(n), func(b *testing.B) {
				b.ReportAllocs()
				before := processorTime(b)
				for b.Loop() {
					if err := write(io.Discard, r, listed); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/finding")
				b.ReportMetric(float64(processorTime(b)-before)/float64(b.N)/float64(n), "cpu-ns/finding")
			})
		}
	}
}

// processorTime is what the process has taken so far, in nanoseconds.
func processorTime(b *testing.B) int64 {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

// TestAllocations holds each format to its number of allocations for a
// finding, and to no more for each where there are four times as many. Those
// of the table are mostly the library's.
func TestAllocations(t *testing.T) {
	most := map[string]float64{"csv": 6, "json": 11, "ndjson": 12, "table": 220, "table-60": 24, "table-100": 24, "table-200": 24}
	small, smallTables := found(100)
	large, largeTables := found(400)
	for name, write := range written() {
		each := func(r *findings.Report, listed *tables.Tables) float64 {
			return testing.AllocsPerRun(2, func() {
				if err := write(io.Discard, r, listed); err != nil {
					t.Fatal(err)
				}
			}) / float64(len(r.Findings))
		}
		few, many := each(small, smallTables), each(large, largeTables)
		t.Logf("%s: %.1f allocations for a finding of 100, %.1f of 400", name, few, many)
		limit, known := most[name]
		if raced() {
			limit *= 2
		}
		if many > 1.2*few || known && many > limit {
			t.Errorf("%s: %.1f allocations for a finding, and %.1f where there are four times as many; want at most %v", name, few, many, limit)
		}
	}
}

// raced reports whether the race detector is on: pools then lose much of what
// they are given, and encoding/json keeps its memory in pools.
func raced() bool {
	info, _ := debug.ReadBuildInfo()
	return info != nil && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}
