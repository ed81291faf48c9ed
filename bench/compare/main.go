// Command compare runs two builds of sgaudit over the same accounts and
// compares every byte that they write: reports, tables, plans, snapshots and
// answers. It shows that a change of the code changes nothing for users, or
// exactly what it changes.
//
//	go run ./bench/compare [flags] OLD NEW
//
// OLD and NEW are binaries. The accounts are the demo account, the ordinary
// account, and random accounts, all served on loopback by this program, so that
// both builds read the same bytes. Times and the address of the endpoint are
// made equal before the comparison. The exit code is 1 where anything differs.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

func main() {
	random := flag.Int("random", 300, "number of random accounts")
	seed := flag.Uint64("seed", 1, "seed of the first random account; the next one has the next seed")
	show := flag.Int("show", 3, "how many differences to print in full")
	flag.Parse()
	if flag.NArg() != 2 {
		fmt.Fprintln(os.Stderr, "compare: expected two binaries: compare [flags] OLD NEW")
		os.Exit(2)
	}
	differences, outputs, err := compare(flag.Arg(0), flag.Arg(1), accounts(*random, *seed))
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(2)
	}
	for i, d := range differences {
		if i == *show {
			fmt.Printf("and %d more\n", len(differences)-i)
			break
		}
		fmt.Println(d)
	}
	fmt.Printf("%d outputs of %d accounts compared, %d differ\n", outputs, *random+2, len(differences))
	if len(differences) > 0 {
		os.Exit(1)
	}
}

// account is one account that both builds read.
type account struct {
	name string
	inv  *inventory.Inventory
}

func accounts(random int, seed uint64) []account {
	list := []account{
		{"demo", notation.MustParse(estates.Demo()).Inventory},
		{"ordinary", estates.Ordinary(estates.Scale{Regions: 2, Groups: 200, Interfaces: 600})},
	}
	for i := range uint64(random) {
		rng := rand.New(rand.NewPCG(seed+i, 0))
		inv := estates.Random(rng, estates.Size{Regions: 2, Groups: 8, Interfaces: 12})
		list = append(list, account{fmt.Sprintf("random %d", seed+i), inv})
	}
	return list
}

// difference is one output that the builds do not agree on.
type difference struct{ account, output, old, new string }

func (d difference) String() string {
	was, is := strings.Split(d.old, "\n"), strings.Split(d.new, "\n")
	line := 0
	for line < len(was) && line < len(is) && was[line] == is[line] {
		line++
	}
	at := func(lines []string) string {
		if line < len(lines) {
			return lines[line]
		}
		return "(end of output)"
	}
	return fmt.Sprintf("%s: %s differs from line %d on\n  old: %.300s\n  new: %.300s", d.account, d.output, line+1, at(was), at(is))
}

// compare returns the differences in the order of the accounts, and how many
// outputs were compared.
func compare(old, next string, list []account) ([]difference, int, error) {
	found := make([][]difference, len(list))
	counts := make([]int, len(list))
	var g errgroup.Group
	g.SetLimit(max(1, runtime.NumCPU()/2))
	for i, a := range list {
		g.Go(func() error {
			was, err := outputs(old, a)
			if err != nil {
				return fmt.Errorf("%s with %s: %w", a.name, old, err)
			}
			is, err := outputs(next, a)
			if err != nil {
				return fmt.Errorf("%s with %s: %w", a.name, next, err)
			}
			counts[i] = len(was)
			for j := range was {
				if was[j].text != is[j].text {
					found[i] = append(found[i], difference{a.name, was[j].name, was[j].text, is[j].text})
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, 0, err
	}
	total := 0
	for _, n := range counts {
		total += n
	}
	return slices.Concat(found...), total, nil
}

// output is what a run wrote to one place.
type output struct{ name, text string }

// runs are the command lines that are compared, in their order: later ones read
// what earlier ones wrote. URL stands for the endpoint.
var runs = [][]string{
	{"audit", "--endpoint-url", "URL", "--depth", "services", "-o", "table", "-o", "json=report.json", "-o", "csv=findings.csv", "-o", "ndjson=findings.ndjson"},
	{"audit", "--endpoint-url", "URL", "--depth", "groups"},
	{"audit", "--endpoint-url", "URL", "--framework", "nist-800-53", "--min-severity", "low"},
	{"snapshot", "--endpoint-url", "URL", "--depth", "services", "-o", "snapshot.json"},
	{"audit", "--from", "snapshot.json", "-o", "csv"},
	{"diff", "snapshot.json", "snapshot.json"},
	{"fix", "--from", "snapshot.json"},
	{"fix", "--from", "snapshot.json", "--format", "terraform"},
	{"fix", "--from", "report.json", "--format", "markdown"},
	{"doctor", "--endpoint-url", "URL"},
}

// questions are command lines that ask who reaches the first two interfaces of each
// region: everyone, the internet, an address and the next interface.
func questions(inv *inventory.Inventory) [][]string {
	var list [][]string
	for _, r := range inv.Regions {
		for i := range r.Interfaces[:min(2, len(r.Interfaces))] {
			ask := []string{"reach", "--snapshot", "snapshot.json", "--to", r.Interfaces[i].ID}
			next := r.Interfaces[(i+1)%len(r.Interfaces)].ID
			list = append(list, append(ask, "-o", "json"))
			for _, from := range []string{"internet", "10.0.0.0/8", next} {
				list = append(list, append(slices.Clone(ask), "--port", "tcp/443", "--from", from))
			}
		}
	}
	return list
}

// outputs runs every command line in a folder of its own.
func outputs(binary string, a account) ([]output, error) {
	binary, err := filepath.Abs(binary)
	if err != nil {
		return nil, err
	}
	server, err := endpoint.Serve(a.inv, endpoint.Options{})
	if err != nil {
		return nil, err
	}
	defer server.Close()
	folder, err := os.MkdirTemp("", "sgaudit-compare-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	var list []output
	keep := func(name string, text []byte) { list = append(list, output{name, equalise(text, server.URL, folder)}) }
	for _, run := range slices.Concat(runs, questions(a.inv)) {
		words := slices.Clone(run)
		if i := slices.Index(words, "URL"); i >= 0 {
			words[i] = server.URL
		}
		name := strings.Join(run, " ")
		out, errs, code, err := execute(binary, folder, words)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		keep(name+" (standard output)", out)
		keep(name+" (standard error)", errs)
		keep(name+" (exit code)", fmt.Append(nil, code))
	}
	files, err := os.ReadDir(folder) // sorted by name
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			return nil, err
		}
		keep(f.Name(), text)
	}
	return list, nil
}

// execute runs one command line. A run that ends with a code of its own is not an
// error; one that cannot start or hangs is.
func execute(binary, folder string, words []string) (out, errs []byte, code int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, words...)
	cmd.Dir = folder
	cmd.Env = []string{"HOME=" + folder, "PATH=" + os.Getenv("PATH"), "TZ=UTC", "AWS_ACCESS_KEY_ID=AKIAEXAMPLEEXAMPLE00", "AWS_SECRET_ACCESS_KEY=example", "AWS_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true"}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); ctx.Err() == nil && errors.As(err, &exit) {
		return stdout.Bytes(), stderr.Bytes(), exit.ExitCode(), nil
	}
	return stdout.Bytes(), stderr.Bytes(), 0, err
}

var (
	times     = regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z| UTC|[+-]\d\d:\d\d)?`)
	durations = regexp.MustCompile(`\b\d+(\.\d+)?(ms|µs| s|s)\b`)
	digests   = regexp.MustCompile(`"(digest|sha256)":\s*"[^"]*"`)
)

// equalise replaces what differs from one run to the next: times, the address
// of the endpoint, the folder, and the digest of a file that holds a time.
func equalise(text []byte, url, folder string) string {
	s := strings.ReplaceAll(string(text), url, "URL")
	s = strings.ReplaceAll(s, folder, "FOLDER")
	s = times.ReplaceAllString(s, "TIME")
	s = digests.ReplaceAllString(s, `"$1":"DIGEST"`)
	return durations.ReplaceAllString(s, "DURATION")
}
