package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// worthATenth is the number of interfaces in all from which a tenth is
// measured unasked. Below, the start of the program is a good part of what the
// tenth costs, and would flatter the whole.
const worthATenth = 100000

// scaling measures sgaudit on the estate of a result and on a tenth of it, both
// without latency.
func (b *bench) scaling(r result) (whole, small result, err error) {
	if r.Latency > 0 {
		e := r.estate
		e.Latency = 0
		if r, err = b.measure(e, "", own); err != nil {
			return r, small, err
		}
	}
	small, err = b.measure(r.tenth(), "", own)
	return r, small, err
}

// costs returns what an interface costs in the whole beside a tenth of it.
func costs(whole, small result) (cpu, memory float64) {
	share := float64(small.interfaces()) / float64(whole.interfaces())
	w, s := whole.of[own], small.of[own]
	return w.cpu.Seconds() / s.cpu.Seconds() * share, float64(w.memory) / float64(s.memory) * share
}

func scalingText(whole, small result) string {
	cpu, memory := costs(whole, small)
	w, s := whole.of[own], small.of[own]
	return fmt.Sprintf("without latency, cpu %s and memory %s; the whole %s and %s: an interface costs %.2f × the processor time and %.2f × the memory",
		short(s.cpu), megabytes(s.memory), short(w.cpu), megabytes(w.memory), cpu, memory)
}

// ofChain is the wall time as a multiple of the longest chain of calls.
func (r result) ofChain(s side) float64 {
	return r.of[s].wall.Seconds() / (time.Duration(r.chain()) * r.Latency).Seconds()
}

// ofBare is the processor time as a multiple of the bare loop's.
func (r result) ofBare(s side) float64 {
	return r.of[s].cpu.Seconds() / r.of[bare].cpu.Seconds()
}

// print writes the estate, what was measured, and the ratios.
func (r result) print(w io.Writer, depth string, runs int) error {
	t := &strings.Builder{}
	fmt.Fprintf(t, "%v, depth %s, runs: %d\n\n", r.estate, depth, runs)
	line := func(cells ...any) { fmt.Fprintf(t, "%-22v %10v %10v %9v %7v %9v\n", cells...) }
	line("", "wall", "cpu", "memory", "calls", "bytes")
	for _, s := range []side{own, decoder, bare} {
		if m, measured := r.of[s]; measured {
			line(s, short(m.wall), short(m.cpu), megabytes(m.memory), thousands(m.calls), megabytes(m.bytes))
		}
	}
	o, b := r.of[own], r.of[bare]
	fmt.Fprintf(t, "\nwall     %.2f × the bare loop", o.wall.Seconds()/b.wall.Seconds())
	if r.Latency > 0 {
		fmt.Fprintf(t, "; %.2f × the longest chain, %d calls in %s", r.ofChain(own), r.chain(), short(time.Duration(r.chain())*r.Latency))
	}
	fmt.Fprintf(t, "\ncpu      %.2f × the bare loop", r.ofBare(own))
	if _, measured := r.of[decoder]; measured {
		fmt.Fprintf(t, "; with the SDK's decoder %.2f ×", r.ofBare(decoder))
	}
	fmt.Fprintf(t, "\ntraffic  %.2f × the calls and %.2f × the bytes of the bare loop\n", float64(o.calls)/float64(b.calls), float64(o.bytes)/float64(b.bytes))
	_, err := io.WriteString(w, t.String())
	return err
}

func (e estate) String() string {
	latency := "no latency"
	if e.Latency > 0 {
		latency = fmt.Sprintf("%d ms a call", e.Latency.Milliseconds())
	}
	regions := "1 region"
	if e.Regions != 1 {
		regions = thousands(e.Regions) + " regions"
	}
	return fmt.Sprintf("%s of %s groups and %s interfaces, %d rules a group, %s", regions, thousands(e.Groups), thousands(e.Interfaces), e.Rules, latency)
}

// row is one line of the table in docs/performance.md.
type row struct{ estate, command, goal, measured string }

// table writes rows in Markdown.
func table(w io.Writer, rows []row) error {
	text := &strings.Builder{}
	text.WriteString("| estate | command | goal | measured |\n| --- | --- | --- | --- |\n")
	for _, r := range rows {
		fmt.Fprintf(text, "| %s | %s | %s | %s |\n", r.estate, r.command, r.goal, r.measured)
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// short is a time in milliseconds, or in seconds if it is ten or more.
func short(d time.Duration) string {
	if d >= 10*time.Second {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return thousands(int(d.Round(time.Millisecond).Milliseconds())) + " ms"
}

func megabytes(n int64) string {
	if n < 10e6 {
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return thousands(int((n+5e5)/1e6)) + " MB"
}

func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// printBeside measures the other depth on the same estate, and prints what it adds to
// what was measured.
func (b *bench) printBeside(w io.Writer, whole result) error {
	other := *b
	other.depth = b.beside
	r, err := other.measure(whole.estate, "", own)
	if err != nil {
		return err
	}
	less, more := whole.of[own], r.of[own]
	_, err = fmt.Fprintf(w, "beside   depth %s: %s calls and %s more than depth %s; %.2f × the calls and %.2f × the wall time are added\n",
		other.depth, thousands(more.calls-less.calls), short(more.wall-less.wall), b.depth,
		float64(more.calls-less.calls)/float64(less.calls), (more.wall-less.wall).Seconds()/less.wall.Seconds())
	return err
}
