package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// TestInterruptedOrganization sends Ctrl-C (the end of the context) to a run over 24
// accounts: while it gets into the accounts, and in the middle of the reading, where every
// further call hangs. The exit code is 3, no goroutine is left behind, and the files are
// whole or not there: a report with each region of each account, read or with a gap.
func TestInterruptedOrganization(t *testing.T) {
	workplace(t)
	const accounts = 24
	served := notation.MustParse(neighbours(accounts)).Inventory
	entering := endpoint.Fault{Action: "AssumeRole", Skip: 5, Hang: true}
	reading := endpoint.Fault{Action: "DescribeSecurityGroups", Region: "us-east-1", Skip: 5, Hang: true}
	for _, c := range []struct {
		name    string
		hangs   endpoint.Fault
		outputs []string
	}{
		{"entering", entering, []string{"json=report.json"}},
		{"reading", reading, []string{"json=report.json"}},
		{"reading all before the report", reading, []string{"json=report.json", "groups-csv=groups.csv"}},
		{"reading a shard", reading, []string{"part=part.json.zst"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			running := goleak.IgnoreCurrent()
			folder := t.TempDir()
			s, err := endpoint.Serve(served, endpoint.Options{Faults: []endpoint.Fault{c.hangs}})
			if err != nil {
				t.Fatal(err)
			}
			args := []string{"sgaudit", "audit", "--endpoint-url", s.URL, "--org", "--role-name", "audit", "--region", "eu-west-1", "--region", "us-east-1", "--depth", "groups"}
			for _, output := range c.outputs {
				format, file, _ := strings.Cut(output, "=")
				args = append(args, "-o", format+"="+filepath.Join(folder, file))
			}
			var streams [3]*os.File
			for i := range streams {
				if streams[i], err = os.CreateTemp(t.TempDir(), "stream"); err != nil {
					t.Fatal(err)
				}
				defer streams[i].Close()
			}
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			go func() { // until no further call comes in: those that are under way hang
				for before, same := 0, 0; same < 50 && ctx.Err() == nil; same++ {
					if n := len(s.Calls()); n != before || n < accounts {
						before, same = n, 0
					}
					time.Sleep(10 * time.Millisecond)
				}
				interrupt()
			}()
			code := newProgram(streams[0], streams[1], streams[2]).exitCode(ctx, args)
			_ = s.Close()
			if err := goleak.Find(running); err != nil {
				t.Error(err)
			}
			said, err := os.ReadFile(streams[2].Name())
			if err != nil {
				t.Fatal(err)
			}
			if code != exitIncomplete || !strings.Contains(string(said), "interrupted") {
				t.Errorf("exit code %d:\n%s", code, said)
			}
			entries, err := os.ReadDir(folder)
			if err != nil {
				t.Fatal(err)
			}
			if len(entries) != len(c.outputs) {
				t.Fatalf("the files are %v", entries)
			}
			if strings.HasPrefix(c.outputs[0], "part=") {
				if code, _, stderr := run("merge", filepath.Join(folder, "part.json.zst"), "-o", "json="+filepath.Join(folder, "report.json")); code != exitIncomplete {
					t.Errorf("the part merges with exit code %d:\n%s", code, stderr)
				}
			}
			text, err := os.ReadFile(filepath.Join(folder, "report.json"))
			if err != nil {
				t.Fatal(err)
			}
			var report findings.Report
			if err := json.Unmarshal(text, &report); err != nil {
				t.Fatal(err)
			}
			read := map[string]int{}
			for _, r := range report.Coverage {
				read[r.Status]++
				if r.Status != "complete" && (len(r.Gaps) == 0 || !strings.Contains(fmt.Sprint(r.Gaps), "interrupted")) {
					t.Errorf("%s of %s is %s: %+v", r.Region, r.AccountID, r.Status, r.Gaps)
				}
			}
			if len(report.Coverage) != 2*accounts || read["failed"] == 0 || read["complete"] == 0 && c.name != "entering" {
				t.Errorf("%d regions: %v", len(report.Coverage), read)
			}
		})
	}
}
