package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/fixtures/estates"
)

// standard is an estate of docs/performance.md with its goals. Only the sides
// that the goals name are measured.
type standard struct {
	estate
	runs  int
	sides []side
	goals []goal
}

// goal is a promise about one number.
type goal struct {
	text     string
	measured func(whole, small result) (text string, met bool)
}

var standards = []standard{
	{
		estate{Scale: estates.Scale{Regions: 17, Groups: 500, Interfaces: 2000, Rules: 8}, Latency: 100 * time.Millisecond},
		6,
		[]side{own, decoder, bare},
		[]goal{
			wallOfChain("longest chain of calls", 1.25),
			cpuOfBare(own, "CPU", 0.15),
			cpuOfBare(decoder, "CPU with the SDK's decoder", 1.15),
		},
	},
	{
		estate{Scale: estates.Scale{Regions: 1, Groups: 10000, Interfaces: 50000, Rules: 8}, Latency: 300 * time.Millisecond},
		2,
		[]side{own},
		[]goal{wallOfChain("sequential chain of pages", 0.4)},
	},
	{
		estate{Scale: estates.Scale{Regions: 1, Groups: 100000, Interfaces: 1000000, Rules: 4}},
		3,
		[]side{own},
		[]goal{
			{"peak resident < 1 GB", func(whole, _ result) (string, bool) {
				m := whole.of[own].memory
				return megabytes(m), m < 1e9
			}},
			{"CPU of an interface ≤ 1.10 × that in a tenth of the estate", func(whole, small result) (string, bool) {
				cpu, _ := costs(whole, small)
				return fmt.Sprintf("%.2f ×: %s beside %s", cpu, short(whole.of[own].cpu), short(small.of[own].cpu)), cpu <= 1.10
			}},
		},
	},
}

func wallOfChain(chain string, limit float64) goal {
	return goal{fmt.Sprintf("wall ≤ %.2f × the %s", limit, chain), func(r, _ result) (string, bool) {
		return fmt.Sprintf("%.2f ×: %s for %d calls", r.ofChain(own), short(r.of[own].wall), r.chain()), r.ofChain(own) <= limit
	}}
}

func cpuOfBare(s side, name string, limit float64) goal {
	return goal{fmt.Sprintf("%s ≤ %.2f × the bare loop", name, limit), func(r, _ result) (string, bool) {
		return fmt.Sprintf("%.2f ×: %s beside %s", r.ofBare(s), short(r.of[s].cpu), short(r.of[bare].cpu)), r.ofBare(s) <= limit
	}}
}

// mostStart is the goal for the start of the program.
const mostStart = 30 * time.Millisecond

// standardTable measures the standard estates, the start of the program and
// its size.
func (b *bench) standardTable(w io.Writer) error {
	var rows []row
	for _, s := range standards {
		one := *b
		one.runs = s.runs
		whole, err := one.measure(s.served(), "", s.sides...)
		if err != nil {
			return err
		}
		var small result
		if s.interfaces() >= worthATenth {
			if whole, small, err = one.scaling(whole); err != nil {
				return err
			}
		}
		rows = append(rows, s.rows(whole, small)...)
	}
	start, err := b.coldStart()
	if err != nil {
		return err
	}
	file, err := os.Stat(b.binary)
	if err != nil {
		return err
	}
	rows = append(rows, start, row{"the stripped binary", "`scripts/build.sh`", "`scripts/size.sh`", thousands(int(file.Size())) + " bytes"})
	return table(w, rows)
}

// rows has one row for each goal, and one for the traffic.
func (s standard) rows(whole, small result) []row {
	var rows []row
	name, command := s.String(), "`"+s.command()+"`"
	add := func(goal, measured string) {
		rows = append(rows, row{name, command, goal, measured})
		name, command = "the same", ""
	}
	for _, g := range s.goals {
		text, met := g.measured(whole, small)
		add(g.text, text+", "+verdict(met))
	}
	var seen []string
	for _, side := range s.sides {
		if side != decoder { // which asks as sgaudit does
			m := whole.of[side]
			seen = append(seen, fmt.Sprintf("%v %s calls, %s", side, thousands(m.calls), megabytes(m.bytes)))
		}
	}
	add("calls and bytes", strings.Join(seen, "; "))
	return rows
}

func verdict(met bool) string {
	if met {
		return "met"
	}
	return "missed"
}

// command measures the estate alone.
func (s standard) command() string {
	text := "go run ./bench"
	flag := func(name string, value, usual any) {
		if value != usual {
			text += fmt.Sprintf(" -%s %v", name, value)
		}
	}
	flag("regions", s.Regions, usual.Regions)
	flag("groups", s.Groups, usual.Groups)
	flag("interfaces", s.Interfaces, usual.Interfaces)
	flag("rules", s.Rules, usual.Rules)
	flag("latency", s.Latency, usual.Latency)
	flag("runs", s.runs, usualRuns)
	return text
}

// coldStart measures the start of the program.
func (b *bench) coldStart() (row, error) {
	const runs = 20
	var walls []time.Duration
	for range runs {
		m, err := timed(nil, b.binary, "checks")
		if err != nil {
			return row{}, err
		}
		walls = append(walls, m.wall)
	}
	slices.Sort(walls)
	best, median := walls[0], walls[runs/2]
	return row{
		"the start of the program", "`sgaudit checks`", fmt.Sprintf("best and median of %d runs < %s", runs, short(mostStart)),
		fmt.Sprintf("%s and %s, %s", short(best), short(median), verdict(median < mostStart)),
	}, nil
}
