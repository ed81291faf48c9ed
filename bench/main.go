// Bench measures sgaudit end to end: it serves an ordinary estate of chosen
// size and latency from a second process, runs the real binary against it,
// and prints wall time, processor time and peak memory beside the shortest
// time that the chain of calls allows.
//
//	go run ./bench -regions 17 -groups 50 -interfaces 200 -latency 100ms
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
	url, stop, err := start(s)
	if err != nil {
		return err
	}
	defer stop()
	var best measure
	for i := range *runs {
		m, err := audit(*binary, url, *depth)
		if err != nil {
			return err
		}
		if i == 0 || m.wall < best.wall {
			best = m
		}
	}
	best.print(s)
	return nil
}

// serve is the second process: it prints its address and waits for its end.
func serve(text string) error {
	var s served
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return err
	}
	server, err := fixtures.Serve(fixtures.Ordinary(s.Scale), fixtures.ServeOptions{Faults: []fixtures.Fault{{Latency: s.Latency}}})
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

// audit runs the binary once. Ratios against the wire want no other load.
func audit(binary, url, depth string) (measure, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, "audit", "--quiet", "--endpoint-url", url, "--depth", depth, "-o", "json="+os.DevNull)
	cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=bench", "AWS_SECRET_ACCESS_KEY=bench",
		"AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
	var errors strings.Builder
	cmd.Stderr = &errors
	begin := time.Now()
	if err := cmd.Run(); err != nil {
		return measure{}, fmt.Errorf("running sgaudit: %w\n%s", err, errors.String())
	}
	m := measure{wall: time.Since(begin), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		m.memory = usage.Maxrss * 1024 // kilobytes on Linux
	}
	return m, nil
}

// print compares with the chain: identity, regions, then the longer of a
// region's two lists, page after page.
func (m measure) print(s served) {
	const page = 1000
	pages := max(1, (max(s.Scale.Groups, s.Scale.Interfaces)+page-1)/page)
	chain := time.Duration(2+pages) * s.Latency
	fmt.Printf("estate   %d regions × %d groups, %d interfaces, %d rules a group; %v a call\n",
		s.Scale.Regions, s.Scale.Groups, s.Scale.Interfaces, s.Scale.Rules, s.Latency)
	fmt.Printf("wall     %v", m.wall.Round(time.Millisecond))
	if chain > 0 {
		fmt.Printf(" = %.2f × the longest chain of calls (%v)", m.wall.Seconds()/chain.Seconds(), chain)
	}
	fmt.Printf("\ncpu      %v\nmemory   %.0f MB\n", m.cpu.Round(time.Millisecond), float64(m.memory)/1e6)
}
