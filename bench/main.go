// Bench measures sgaudit end to end. It serves an ordinary estate of chosen
// size and latency from a second process, runs the real binary against it, and
// prints wall time, processor time and peak memory as ratios: to the longest
// chain of calls; to a bare loop over the SDK's own paginators, which keeps
// nothing, in a third process; and to an estate of a tenth of the size.
//
//	go run ./bench -regions 17 -groups 500 -interfaces 2000 -latency 100ms
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/sgaudit/sgaudit/fixtures"
)

// serveVariable carries the estate's scale to the second process.
const serveVariable = "SGAUDIT_BENCH_SERVE"

type served struct {
	Scale   fixtures.Scale
	Latency time.Duration
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	if url := os.Getenv(bareVariable); url != "" {
		return bare(context.Background(), url)
	}
	if file := os.Getenv(profileVariable); file != "" {
		return profiled(file)
	}
	if text := os.Getenv(serveVariable); text != "" {
		return serve(text)
	}
	var s served
	flag.IntVar(&s.Scale.Regions, "regions", 17, "regions")
	flag.IntVar(&s.Scale.Groups, "groups", 50, "security groups in each region")
	flag.IntVar(&s.Scale.Interfaces, "interfaces", 200, "network interfaces in each region")
	flag.IntVar(&s.Scale.Rules, "rules", 8, "rules in each group")
	flag.DurationVar(&s.Latency, "latency", 100*time.Millisecond, "time that the endpoint waits before each answer")
	depth := flag.String("depth", "groups", "how much to read: groups, network or services")
	runs := flag.Int("runs", 3, "runs, of which the fastest counts")
	binary := flag.String("binary", "", "sgaudit to measure (default: built from this tree)")
	sdk := flag.Bool("sdk-decoder", false, "let the SDK decode every answer: what sgaudit's own decoder is worth")
	flag.Parse()

	folder, err := os.MkdirTemp("", "sgaudit-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if *binary == "" {
		*binary = filepath.Join(folder, "sgaudit")
		build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", *binary, "github.com/sgaudit/sgaudit")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("building sgaudit: %w\n%s", err, out)
		}
	}
	m := &machine{binary: *binary, depth: *depth, runs: *runs}
	if *sdk {
		m.more = []string{"SGAUDIT_SDK_DECODER=1"}
	}
	whole, err := m.compare(s)
	if err != nil {
		return err
	}
	whole.print(s)
	tenth := s
	tenth.Scale.Groups, tenth.Scale.Interfaces = max(3, s.Scale.Groups/10), s.Scale.Interfaces/10
	if s.Scale.Interfaces < 10000 {
		return nil // too small for the start of a program not to count
	}
	tenth.Latency = 0
	s.Latency = 0
	small, err := m.compare(tenth)
	if err != nil {
		return err
	}
	if whole.latency > 0 {
		if whole, err = m.compare(s); err != nil {
			return err
		}
	}
	fmt.Printf("a tenth  cpu %v, memory %.0f MB: of the whole, each interface costs %.2f × the processor time and %.2f × the memory\n",
		small.own.cpu.Round(time.Millisecond), float64(small.own.memory)/1e6,
		whole.own.cpu.Seconds()/small.own.cpu.Seconds()/10, float64(whole.own.memory)/float64(small.own.memory)/10)
	return nil
}

// machine runs sgaudit and the bare loop.
type machine struct {
	binary, depth string
	runs          int
	more          []string // of the environment
}

// compared is sgaudit beside the bare loop, the fastest run of each.
type compared struct {
	own, bare measure
	latency   time.Duration
}

func (m *machine) compare(s served) (c compared, err error) {
	url, stop, err := start(s)
	if err != nil {
		return c, err
	}
	defer stop()
	c.latency = s.Latency
	self, err := os.Executable()
	if err != nil {
		return c, err
	}
	for i := range m.runs {
		own, err := timed(m.more, m.binary, "audit", "--quiet", "--endpoint-url", url, "--depth", m.depth, "--region-deadline", "1h", "-o", "json="+os.DevNull)
		if err != nil {
			return c, err
		}
		bare, err := timed([]string{bareVariable + "=" + url}, self)
		if err != nil {
			return c, err
		}
		if i == 0 || own.wall < c.own.wall {
			c.own = own
		}
		if i == 0 || bare.wall < c.bare.wall {
			c.bare = bare
		}
	}
	return c, nil
}

// serve is the second process: it prints its address and waits for its end.
func serve(text string) error {
	var s served
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return err
	}
	server, err := fixtures.Serve(fixtures.Ordinary(s.Scale), fixtures.ServeOptions{Cached: s.Scale.Regions*s.Scale.Interfaces <= 100000, Faults: []fixtures.Fault{{Latency: s.Latency}}})
	if err != nil {
		return err
	}
	fmt.Println(server.URL)
	_, _ = bufio.NewReader(os.Stdin).ReadByte() // returns when the parent goes
	return server.Close()
}

func start(s served) (url string, stop func(), err error) {
	text, err := json.Marshal(s)
	if err != nil {
		return "", nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	child := exec.Command(self)
	child.Env = append(os.Environ(), serveVariable+"="+string(text))
	child.Stderr = os.Stderr
	in, err := child.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	out, err := child.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := child.Start(); err != nil {
		return "", nil, err
	}
	stop = func() { in.Close(); _ = child.Wait() }
	url, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("the endpoint did not start: %w", err)
	}
	return strings.TrimSpace(url), stop, nil
}

type measure struct {
	wall, cpu time.Duration
	memory    int64 // peak resident, bytes
}

// timed runs a program once. Ratios want no other load beside it.
func timed(environment []string, program string, arguments ...string) (measure, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, arguments...)
	cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=bench", "AWS_SECRET_ACCESS_KEY=bench",
		"AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
	cmd.Env = append(cmd.Env, environment...)
	var errors strings.Builder
	cmd.Stderr = &errors
	begin := time.Now()
	if err := cmd.Run(); err != nil {
		return measure{}, fmt.Errorf("running %s: %w\n%s", program, err, errors.String())
	}
	m := measure{wall: time.Since(begin), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		m.memory = usage.Maxrss * 1024 // kilobytes on Linux
	}
	return m, nil
}

// print compares with the chain (identity, regions, then the longer of a
// region's two lists, page after page) and with the bare loop.
func (c compared) print(s served) {
	const page = 1000
	pages := max(1, (max(s.Scale.Groups, s.Scale.Interfaces)+page-1)/page)
	chain := time.Duration(2+pages) * s.Latency
	fmt.Printf("estate   %d regions × %d groups, %d interfaces, %d rules a group; %v a call\n",
		s.Scale.Regions, s.Scale.Groups, s.Scale.Interfaces, s.Scale.Rules, s.Latency)
	fmt.Printf("wall     %v", c.own.wall.Round(time.Millisecond))
	if chain > 0 {
		fmt.Printf(" = %.2f × the longest chain of calls (%v)", c.own.wall.Seconds()/chain.Seconds(), chain)
	}
	fmt.Printf("; the bare loop %v\n", c.bare.wall.Round(time.Millisecond))
	fmt.Printf("cpu      %v = %.2f × the bare loop (%v)\n", c.own.cpu.Round(time.Millisecond), c.own.cpu.Seconds()/c.bare.cpu.Seconds(), c.bare.cpu.Round(time.Millisecond))
	fmt.Printf("memory   %.0f MB; the bare loop, which keeps nothing, %.0f MB\n", float64(c.own.memory)/1e6, float64(c.bare.memory)/1e6)
}
