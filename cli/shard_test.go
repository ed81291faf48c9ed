package cli

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/shard"
)

// neighbours is an organisation in which every account has something that can be
// judged only together with another one: a peered VPC with a reference, a range that is
// the other's VPC, a group that is attached only to a participant's interface.
func neighbours(accounts int) string {
	var text strings.Builder
	id := func(i int) string { return fmt.Sprintf("1000000000%02d", 1+i%accounts) }
	fmt.Fprintf(&text, "caller %s arn:aws:sts::%[1]s:assumed-role/hub/session aws\n", id(0))
	for i := range accounts {
		other, n := id(i+1), i+1
		next := 1 + n%accounts
		fmt.Fprintf(&text, "account %s \"team %d\"\n", id(i), n)
		for _, region := range []string{"eu-west-1", "us-east-1"} {
			short := region[:2]
			fmt.Fprintf(&text, "region %s\n", region)
			fmt.Fprintf(&text, "vpc-%s%d 10.%d.0.0/16\n", short, n, n)
			fmt.Fprintf(&text, "vpc-%s%d 10.%d.0.0/16 owner %s\n", short, next, next, other)
			fmt.Fprintf(&text, "pcx-%s%d active requester %s %s vpc-%[1]s%[2]d 10.%[2]d.0.0/16 accepter %[5]s %[4]s vpc-%[1]s%[6]d 10.%[6]d.0.0/16\n", short, n, id(i), region, other, next)
			fmt.Fprintf(&text, "sg-%s%d1 web vpc vpc-%[1]s%[2]d\n  in tcp/22 0.0.0.0/0\n  out all 0.0.0.0/0\n", short, n)
			fmt.Fprintf(&text, "sg-%s%d2 db vpc vpc-%[1]s%[2]d\n  in tcp/5432 sg-%[1]s%[3]d1 account %[4]s vpc vpc-%[1]s%[3]d peering pcx-%[1]s%[2]d status active\n  in tcp/3306 10.%[3]d.0.0/24\n", short, n, next, other)
			fmt.Fprintf(&text, "sg-%s%d3 old vpc vpc-%[1]s%[2]d\n  in tcp/443 10.0.0.0/8\n", short, n)
			fmt.Fprintf(&text, "eni-%s%d1 sg-%[1]s%[2]d1 10.%[2]d.0.10 vpc vpc-%[1]s%[2]d\n", short, n)
			if n%3 == 0 { // the group is attached to an interface of a participant
				fmt.Fprintf(&text, "eni-%s%d7 sg-%[1]s%[3]d3 10.%[3]d.0.11 vpc vpc-%[1]s%[3]d owner %[4]s\n", short, n, next, id(i))
			}
		}
	}
	return text.String()
}

var timesOfRun = regexp.MustCompile(`"(started_at|finished_at)": ?"[^"]*"`)

// TestShardsAreOneRun merges the parts of 1, 7 and 100 shards, read in whatever order,
// into the bytes of one run, but for the times at which it began and ended. A shard that
// is left out is named, and its accounts are; read anew, the bytes are the same again.
func TestShardsAreOneRun(t *testing.T) {
	workplace(t)
	served := notation.MustParse(neighbours(12)).Inventory
	s, err := endpoint.Serve(served, endpoint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	whole := []string{"audit", "--endpoint-url", s.URL, "--org", "--role-name", "audit"}
	// Of a run that writes JSON alone the inventories are not kept; with a table of groups they are.
	text := func(want int, line ...string) (all string) {
		t.Helper()
		for _, outputs := range [][]string{{"-o", "json=report.json"}, {"-o", "json=report.json", "-o", "groups-csv=groups.csv"}} {
			if code, _, stderr := run(slices.Concat(line, outputs)...); code != want {
				t.Fatalf("sgaudit %s: exit code %d, want %d:\n%s", strings.Join(line, " "), code, want, stderr)
			}
			for _, output := range outputs {
				if _, name, given := strings.Cut(output, "="); given {
					one, err := os.ReadFile(name)
					if err != nil {
						t.Fatal(err)
					}
					all += string(one)
				}
			}
		}
		return timesOfRun.ReplaceAllString(all, `"$1": ""`)
	}
	want := text(exitDone, whole...)
	for _, across := range []string{"peer-range-should-be-group", "team 12"} {
		if !strings.Contains(want, across) {
			t.Fatalf("the report has nothing of %s: there is nothing to lose", across)
		}
	}
	part := func(folder string, share shard.Share) {
		t.Helper()
		if code, _, stderr := run(append(whole, "--shard", share.String(), "-o", "part="+folder+"/")...); code != exitDone {
			t.Fatalf("shard %s: exit code %d:\n%s", share, code, stderr)
		}
	}
	for _, count := range []int{1, 7, 100} {
		folder := fmt.Sprint("parts", count)
		for k := count; k > 0; k-- {
			part(folder, shard.Share{Index: k, Count: count})
		}
		if got := text(exitDone, "merge", folder); got != want {
			t.Errorf("%d shards: the merge differs from the run:\n%s", count, firstDifference(want, got))
		}
		lost := shard.Share{Index: shard.Of("100000000005", count), Count: count}
		if err := os.Remove(folder + "/" + lost.Name()); err != nil {
			t.Fatal(err)
		}
		if count > 1 {
			less := text(exitIncomplete, "merge", folder)
			for _, what := range []string{"shard " + lost.String() + " has no part", "100000000005", "account 100000000005, which was not read"} {
				if !strings.Contains(less, what) {
					t.Errorf("without shard %s the report does not say %q", lost, what)
				}
			}
		}
		part(folder, lost)
		if got := text(exitDone, "merge", folder); got != want {
			t.Errorf("%d shards, one run again: the merge differs from the run:\n%s", count, firstDifference(want, got))
		}
	}
}

// firstDifference returns the first lines that differ.
func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d\n-%s\n+%s", i+1, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(b), len(a))
}
