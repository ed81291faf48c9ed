package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/sgaudit/sgaudit/cli"
)

// side is one of the programs that are compared.
type side int

const (
	own     side = iota // sgaudit
	decoder             // sgaudit, with the SDK's decoder
	bare                // the bare loop
)

func (s side) String() string {
	return [...]string{"sgaudit", "with the SDK's decoder", "the bare loop"}[s]
}

// bench knows what to run.
type bench struct {
	binary, self string // sgaudit, and this program
	depth        string
	beside       string // another depth, which is compared with it
	runs         int
}

// measurement is of one program: the least times and the most of the rest.
type measurement struct {
	wall, cpu time.Duration
	memory    int64 // peak resident, bytes
	traffic
}

// with returns the less of both times, as noise only adds to them, and the more
// of all else.
func (m measurement) with(o measurement) measurement {
	return measurement{
		wall: min(m.wall, o.wall), cpu: min(m.cpu, o.cpu), memory: max(m.memory, o.memory),
		traffic: traffic{max(m.calls, o.calls), max(m.bytes, o.bytes)},
	}
}

// result is one estate, measured.
type result struct {
	estate
	of map[side]measurement
}

// measure serves the estate and lets the sides take turns. With the name of a
// file, sgaudit runs once more and leaves a profile there.
func (b *bench) measure(e estate, profile string, sides ...side) (result, error) {
	r := result{e, map[side]measurement{}}
	p, err := start(b.self, e)
	if err != nil {
		return r, err
	}
	defer p.stop()
	first := -1 // a warm-up, which does not count
	if !e.Cached {
		first = 0 // every answer is made anew: there is nothing to warm
	}
	for i := first; i < b.runs; i++ {
		for _, s := range sides {
			m, err := b.once(p, s)
			if err != nil {
				return r, err
			}
			if before, again := r.of[s]; again {
				m = m.with(before)
			}
			if i >= 0 {
				r.of[s] = m
			}
		}
	}
	if profile != "" {
		err = b.profile(p, profile)
	}
	return r, err
}

// once runs one side against the endpoint.
func (b *bench) once(p *server, s side) (measurement, error) {
	before, err := p.traffic()
	if err != nil {
		return measurement{}, err
	}
	var m measurement
	switch s {
	case own:
		m, err = timed(nil, b.binary, b.audit(p)...)
	case decoder:
		m, err = timed([]string{cli.DecoderVariable + "=1"}, b.binary, b.audit(p)...)
	case bare:
		m, err = timed([]string{bareVariable + "=" + p.url}, b.self)
	}
	if err != nil {
		return m, err
	}
	after, err := p.traffic()
	m.traffic = traffic{after.calls - before.calls, after.bytes - before.bytes}
	return m, err
}

// audit are the arguments of sgaudit. A slow endpoint is not a failure here. One
// without latency is there to measure the program, and not the pace at which it
// spares AWS.
func (b *bench) audit(p *server) []string {
	arguments := []string{"audit", "--quiet", "--endpoint-url", p.url, "--depth", b.depth, "--region-deadline", "1h", "-o", "json=" + os.DevNull}
	if p.latency == 0 {
		arguments = append(arguments, "--max-rps", "10000")
	}
	return arguments
}

// profile leaves a profile of the processor time of one run of sgaudit, by
// this program, in which it is linked too.
func (b *bench) profile(p *server, file string) error {
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	_, err = timed([]string{profileVariable + "=" + file}, b.self, b.audit(p)...)
	return err
}

// environment is that of every process: the machine's, without what would
// change how the SDK or sgaudit works (AWS_CA_BUNDLE alone makes every start
// parse certificates), and with made-up credentials.
func environment(machine []string, more ...string) []string {
	kept := slices.DeleteFunc(slices.Clone(machine), func(v string) bool {
		return strings.HasPrefix(v, "AWS_") || strings.HasPrefix(v, "SGAUDIT_")
	})
	kept = append(kept, "AWS_ACCESS_KEY_ID=bench", "AWS_SECRET_ACCESS_KEY=bench", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
	return append(kept, more...)
}

// timed runs a program once. With the error of one that failed it returns what was
// measured of it. Ratios want no other load beside it.
func timed(more []string, program string, arguments ...string) (measurement, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, arguments...)
	cmd.Env = environment(os.Environ(), more...)
	var errors strings.Builder
	cmd.Stderr = &errors
	begin := time.Now()
	err := cmd.Run()
	if cmd.ProcessState == nil {
		return measurement{}, fmt.Errorf("running %s: %w", program, err)
	}
	m := measurement{wall: time.Since(begin), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		m.memory = int64(usage.Maxrss)
		if runtime.GOOS != "darwin" { // which alone counts bytes
			m.memory *= 1024
		}
	}
	if err != nil {
		err = fmt.Errorf("running %s: %w\n%s", program, err, errors.String())
	}
	return m, err
}
