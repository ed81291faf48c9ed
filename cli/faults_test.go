package cli

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/faults"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// soakFor is how long TestRandomFaults goes on with estates that no run had before:
// go test -race ./cli -run TestRandomFaults -soak-for 5m
var soakFor = flag.Duration("soak-for", 0, "go on auditing random estates under random faults for so long")

// faulty is a run of the program against an endpoint, seen from outside.
type faulty struct {
	code   int
	stderr string
	report *findings.Report // nil where none was written
	groups map[string]bool  // region and id of those in the report's table of groups
}

// auditUnder audits what an endpoint serves. Whatever happens there: the run ends
// soon after its deadlines, writes both of its files or none, and leaves neither
// goroutines nor open files nor temporary ones behind. Over must close the endpoint.
func auditUnder(t *testing.T, url string, over func(), args ...string) *faulty {
	t.Helper()
	running := goleak.IgnoreCurrent()
	folder := t.TempDir()
	streams := [3]*os.File{}
	for i, name := range []string{"in", "out", "err"} {
		f, err := os.Create(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		streams[i] = f
	}
	written := filepath.Join(folder, "written")
	if err := os.Mkdir(written, 0o700); err != nil {
		t.Fatal(err)
	}
	open := openFiles(t)
	p := newProgram(streams[0], streams[1], streams[2])
	p.retryDelay = time.Millisecond
	args = append([]string{
		"sgaudit", "audit", "--endpoint-url", url, "--max-rps", "10000", "--no-cache",
		"-o", "json=" + filepath.Join(written, "report.json"), "-o", "groups-csv=" + filepath.Join(written, "groups.csv"),
	}, args...)
	const patience = time.Minute // that ends a run which hangs: none takes a tenth of it
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	run := &faulty{code: p.exitCode(ctx, args)}
	if ctx.Err() != nil {
		t.Errorf("the run took more than %v", patience)
	}
	over()
	if err := goleak.Find(running); err != nil {
		t.Error(err)
	}
	for tries := 0; openFiles(t) > open; tries++ {
		if tries == 100 {
			t.Errorf("%d files are open, %d before the run", openFiles(t), open)
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	said, err := os.ReadFile(streams[2].Name())
	if err != nil {
		t.Fatal(err)
	}
	run.stderr = string(said)
	run.read(t, written)
	return run
}

// openFiles counts the open files of the process, 0 where /proc does not say.
func openFiles(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return len(entries)
}

// read takes the files that the run wrote: both or none, and no other.
func (f *faulty) read(t *testing.T, folder string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if want := 2; f.code == exitFailed && len(entries) > 0 || f.code != exitFailed && len(entries) != want {
		t.Fatalf("exit code %d and %d files: %v\n%s", f.code, len(entries), entries, f.stderr)
	}
	if len(entries) == 0 {
		return
	}
	text, err := os.ReadFile(filepath.Join(folder, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &f.report); err != nil {
		t.Fatal(err)
	}
	table, err := os.Open(filepath.Join(folder, "groups.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	rows, err := csv.NewReader(table).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	f.groups = map[string]bool{}
	for _, row := range rows[1:] {
		f.groups[row[column["region"]]+" "+row[column["group_id"]]] = true
	}
}

// loses checks that nothing got lost on the way from the endpoint to the report:
// each group that was served is in it, or its region has a gap; and that the exit
// code says which of both it was.
func (f *faulty) loses(t *testing.T, served *inventory.Inventory) {
	t.Helper()
	if strings.Contains(f.stderr, "goroutine ") || strings.Contains(f.stderr, "internal error") {
		t.Errorf("it panicked:\n%s", f.stderr)
	}
	if f.code == exitFailed {
		if !strings.HasPrefix(f.stderr, "sgaudit: ") && !strings.Contains(f.stderr, "\nsgaudit: ") {
			t.Errorf("exit code 2 without a reason:\n%s", f.stderr)
		}
		return
	}
	gaps := map[string]bool{}
	incomplete := false
	for _, c := range f.report.Coverage {
		if c.Status != "complete" && c.Status != "skipped" {
			incomplete = true
			if len(c.Gaps) == 0 {
				t.Errorf("%s is %s without a gap", c.Region, c.Status)
			}
		}
		for _, g := range c.Gaps {
			gaps[c.Region+" "+g.Operation] = true
		}
	}
	for _, r := range served.Regions {
		covered := false
		for _, c := range f.report.Coverage {
			covered = covered || c.Region == r.Name
		}
		if !covered && !incomplete {
			t.Errorf("%s is not in the report, which counts as complete", r.Name)
		}
		for i := range r.Groups {
			if id := r.Groups[i].ID; covered && !f.groups[r.Name+" "+id] && !gaps[r.Name+" ec2:DescribeSecurityGroups"] {
				t.Errorf("%s of %s is lost", id, r.Name)
			}
		}
	}
	if want := map[bool]int{true: exitIncomplete, false: exitDone}[incomplete]; f.code != want || incomplete != strings.Contains(f.stderr, "warning: incomplete: ") {
		t.Errorf("exit code %d, want %d:\n%s", f.code, want, f.stderr)
	}
}

const twoRegions = `account 111122223333
region eu-west-1
sg-1 web
  in tcp/22 0.0.0.0/0
sg-2 db
  in tcp/5432 sg-1
eni-1 sg-1 10.0.0.1 public 198.51.100.1
eni-2 sg-2 10.0.0.2
region us-east-1
sg-3 app
  in tcp/443 0.0.0.0/0
eni-3 sg-3 10.1.0.1
`

// TestFaultsToTheEnd goes through the table of faults with the whole program: of the
// caller's identity, of the list of regions, of the groups of one region from the
// beginning and of its interfaces in the middle, and of all calls of a region after
// some of them, as when a policy closes it during the run.
func TestFaultsToTheEnd(t *testing.T) {
	workplace(t)
	estate := notation.MustParse(twoRegions).Inventory
	for i := range faults.Kinds {
		kind := &faults.Kinds[i]
		for _, where := range []struct {
			name  string
			fault endpoint.Fault
			code  int // where the fault is not overcome
		}{
			{"caller", kind.On("", "GetCallerIdentity", 0, 0), exitFailed},
			{"regions", kind.On("", "DescribeRegions", 0, 0), exitIncomplete},
			{"groups", kind.On("eu-west-1", "DescribeSecurityGroups", 0, 0), exitIncomplete},
			{"interfaces, second page", kind.On("eu-west-1", "DescribeNetworkInterfaces", 1, 0), exitIncomplete},
			{"region, after some calls", kind.On("eu-west-1", "", 2, 0), exitIncomplete},
		} {
			beforeCalls := where.name == "caller" || where.name == "regions"
			if beforeCalls && (kind.Waits || kind.Listing) || !beforeCalls && kind.Fault.EmptyPages > 0 && where.fault.Skip > 0 || where.fault.Action == "" && (kind.Listing || kind.Overcome()) {
				continue // a minute for each call; no pages
			}
			t.Run(kind.Name+"/"+where.name, func(t *testing.T) {
				s, err := endpoint.Serve(estate, endpoint.Options{PageSize: 1, Faults: []endpoint.Fault{where.fault}})
				if err != nil {
					t.Fatal(err)
				}
				args := []string{"--depth", "groups"}
				if kind.Waits {
					args = append(args, "--region-deadline", "500ms")
				}
				run := auditUnder(t, s.URL, func() { _ = s.Close() }, args...)
				run.loses(t, estate)
				want := where.code
				switch {
				case kind.Overcome():
					want = exitDone
				case where.name == "regions" && kind.Gap == inventory.Unreachable:
					want = exitFailed
				}
				if run.code != want {
					t.Errorf("exit code %d, want %d:\n%s", run.code, want, run.stderr)
				}
				if run.code == exitIncomplete && where.name != "regions" && len(run.groups) == 0 {
					t.Error("the other region is lost")
				}
			})
		}
	}
}

// TestRandomFaults audits random estates under random faults of the same table, with
// the whole program: each group that was served is in the report or in a gap.
func TestRandomFaults(t *testing.T) {
	workplace(t)
	var codes [4]int
	begin, first, runs := time.Now(), uint64(0), 0
	if *soakFor > 0 {
		first = uint64(begin.UnixNano())
	}
	operations := append(awsclient.Actions(inventory.DepthNetwork), "sts:GetCallerIdentity", "ec2:DescribeSecurityGroups", "ec2:DescribeSecurityGroups") // those that matter most, more often
	for seed := first; runs < 25 || time.Since(begin) < *soakFor; seed++ {
		runs++
		ok := t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 19))
			estate := estates.Random(rng, estates.Size{Regions: 1 + rng.IntN(3), Groups: 1 + rng.IntN(6), Interfaces: rng.IntN(8)})
			var regions []string
			for _, r := range estate.Regions {
				regions = append(regions, r.Name)
			}
			wrong := faults.Random(rng, regions, operations)
			s, err := endpoint.Serve(estate, endpoint.Options{PageSize: []int{1, 2, 1000}[rng.IntN(3)], Faults: wrong})
			if err != nil {
				t.Fatal(err)
			}
			run := auditUnder(t, s.URL, func() { _ = s.Close() })
			run.loses(t, estate)
			codes[run.code]++
			if t.Failed() {
				t.Logf("under %+v", wrong)
			}
		})
		if !ok {
			return
		}
	}
	t.Logf("exit codes: %d runs with 0, %d with 2, %d with 3", codes[exitDone], codes[exitFailed], codes[exitIncomplete])
	if codes[exitDone] == 0 || codes[exitIncomplete] == 0 || codes[exitFailed] == 0 {
		t.Error("too few of a kind to show anything")
	}
}
