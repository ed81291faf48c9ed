// Bench measures sgaudit end to end. It serves an ordinary estate of chosen
// size and latency from a second process, runs the real binary against it, and
// prints wall time, processor time, peak memory, calls and bytes, and ratios:
// to the longest chain of calls; to a bare loop over the SDK's own paginators,
// which keeps nothing, in a process of its own; to sgaudit with the SDK's
// decoder; and to an estate of a tenth of the size.
//
//	go run ./bench -regions 17 -groups 500 -interfaces 2000 -latency 100ms
//	go run ./bench -accounts 500 -groups 5 -interfaces 20 -latency 50ms -depth network
//	go run ./bench -table
//
// Every program runs once uncounted, as the endpoint keeps its answers the
// first time, and then they take turns. What is printed of each is the least
// wall time and the least processor time, which may be of different runs, and
// the most memory, calls and bytes. A goal that is missed fails nothing:
// machines are noisy.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/fixtures/estates"
)

// usual is what is measured where no flag says otherwise.
var usual = estate{Scale: estates.Scale{Regions: 17, Groups: 50, Interfaces: 200, Rules: 8}, Latency: 100 * time.Millisecond}

const usualRuns = 3

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run is also what the other processes of the bench begin with: a variable
// says what they are.
func run() error {
	if url := os.Getenv(bareVariable); url != "" {
		return bareLoop(context.Background(), url)
	}
	if file := os.Getenv(profileVariable); file != "" {
		return profiled(file)
	}
	if text := os.Getenv(serveVariable); text != "" {
		return serve(text, os.Stdin, os.Stdout)
	}
	e, b := usual, bench{}
	flag.IntVar(&e.Regions, "regions", e.Regions, "regions")
	flag.IntVar(&e.Groups, "groups", e.Groups, "security groups in each region")
	flag.IntVar(&e.Interfaces, "interfaces", e.Interfaces, "network interfaces in each region")
	flag.IntVar(&e.Rules, "rules", e.Rules, "rules in each group")
	flag.DurationVar(&e.Latency, "latency", e.Latency, "time from a call to its answer")
	flag.StringVar(&b.depth, "depth", "groups", "how much sgaudit reads: groups, network or services; the bare loop reads groups and interfaces")
	flag.StringVar(&b.beside, "beside", "", "measure this depth too, and print what it adds")
	flag.IntVar(&e.Referrers, "referrers", 0, "resources that have groups without an interface, of each kind in each region")
	flag.IntVar(&b.runs, "runs", usualRuns, "runs that count")
	flag.StringVar(&b.binary, "binary", "", "sgaudit to measure (default: built from this tree by scripts/build.sh)")
	sdk := flag.Bool("sdk-decoder", true, "measure sgaudit with the SDK's decoder too")
	tenth := flag.Bool("tenth", false, fmt.Sprintf("measure a tenth of the estate too (default: from %s interfaces in all)", thousands(worthATenth)))
	profile := flag.String("profile", "", "write a processor profile of one more run of sgaudit to this `file`")
	flag.IntVar(&e.Organisation.Accounts, "accounts", 0, "audit an organisation of so many accounts, each of that many regions, in one run")
	flag.IntVar(&e.Organisation.Throttled, "throttled", 20, "with -accounts: one of so many calls is throttled; 0: none")
	flag.IntVar(&e.Organisation.Denied, "denied", 3, "with -accounts: accounts whose role cannot be assumed")
	flag.IntVar(&e.Organisation.Expiring, "expiring", 1, "with -accounts: accounts whose credentials expire in the middle")
	parallel := flag.Int("parallel", 64, "with -accounts: calls under way at once")
	standard := flag.Bool("table", false, "measure the standard estates and print the table of docs/performance.md; takes minutes")
	flag.Parse()
	if b.runs < 1 || flag.NArg() > 0 {
		return errors.New("want flags alone, and one run at least")
	}
	folder, err := os.MkdirTemp("", "sgaudit-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if b.binary == "" {
		b.binary = filepath.Join(folder, "sgaudit")
		if err := build(b.binary); err != nil {
			return err
		}
	}
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	if e.Organisation.Accounts > 0 {
		return b.measureOrganisation(os.Stdout, e, *parallel, folder)
	}
	if *standard {
		return b.standardTable(os.Stdout)
	}
	sides := []side{own, decoder, bare}
	if !*sdk {
		sides = []side{own, bare}
	}
	whole, err := b.measure(e.served(), *profile, sides...)
	if err != nil {
		return err
	}
	if err := whole.print(os.Stdout, b.depth, b.runs); err != nil {
		return err
	}
	if b.beside != "" {
		if err := b.printBeside(os.Stdout, whole); err != nil {
			return err
		}
	}
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "tenth" })
	switch {
	case asked && *tenth, !asked && e.interfaces() >= worthATenth:
		whole, small, err := b.scaling(whole)
		if err != nil {
			return err
		}
		fmt.Println("tenth   ", scalingText(whole, small))
	case !asked:
		fmt.Printf("tenth    left out: in a tenth of %s interfaces, the start of the program would count (-tenth measures it)\n", thousands(e.interfaces()))
	}
	if *profile != "" {
		fmt.Println("profile  go tool pprof -top", *profile)
	}
	return nil
}

// build makes the binary as releases have it.
func build(output string) error {
	root, err := exec.Command("go", "list", "-f", "{{.Module.Dir}}", "github.com/sgaudit/sgaudit").Output()
	if err != nil {
		return fmt.Errorf("looking for the sources of sgaudit: %w", err)
	}
	script := filepath.Join(strings.TrimSpace(string(root)), "scripts", "build.sh")
	if out, err := exec.Command("bash", script, output).CombinedOutput(); err != nil {
		return fmt.Errorf("building sgaudit: %w\n%s", err, out)
	}
	return nil
}
