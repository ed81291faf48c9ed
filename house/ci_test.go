package house_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSideBySide holds what .ci/run relies on: jobs run at the same time, the output of
// each stands under its name, and one that fails ends the run, with its exit code, its
// output, and an end to the programs that other jobs have started.
func TestSideBySide(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal(err)
	}
	library, err := filepath.Abs(filepath.Join(root, ".ci", "side_by_side.sh"))
	if err != nil {
		t.Fatal(err)
	}
	// Of pair_a and pair_b each waits for a file of the other; forever ends when it is killed.
	const jobs = `set -euo pipefail
work=$PWD/work
. "$LIBRARY"
trap stop_jobs EXIT
until_there() { until [ -e "$work/$1" ]; do sleep 0.01; done; }
job_fine() { echo fine is printed; }
job_also_fine() { echo also is printed; }
job_pair_a() { touch "$work/a"; until_there b; }
job_pair_b() { touch "$work/b"; until_there a; }
job_broken() { echo before; sh -c 'exit 7'; echo not reached; }
job_forever() { sh -c 'trap "touch ended; exit" TERM; touch work/begun; while :; do sleep 0.01; done'; }
job_broken_beside() { until_there begun; exit 9; }
`
	for _, c := range []struct {
		run     string
		code    int
		has     []string
		hasNot  []string
		stopped bool
	}{
		{run: "side_by_side 1 fine also_fine", has: []string{"== fine (", "fine is printed\n", "== also fine (", "also is printed\n", "the end"}},
		{run: "side_by_side 2 pair_a pair_b fine", has: []string{"== pair a (", "== pair b (", "fine is printed", "the end"}},
		{run: "side_by_side 2 broken", code: 7, has: []string{"== broken (", "before\n", "broken failed with exit code 7"}, hasNot: []string{"not reached", "the end"}},
		{run: "side_by_side 1 broken fine", code: 7, has: []string{"before\n"}, hasNot: []string{"fine is printed", "the end"}},
		{run: "side_by_side 3 fine also_fine broken", code: 7, has: []string{"before\n"}, hasNot: []string{"the end"}},
		{run: "side_by_side 2 forever broken_beside fine", code: 9, has: []string{"broken beside failed with exit code 9"}, hasNot: []string{"the end"}, stopped: true},
	} {
		t.Run(c.run, func(t *testing.T) {
			folder := t.TempDir()
			if err := os.Mkdir(filepath.Join(folder, "work"), 0o755); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // no run takes a tenth of it
			defer cancel()
			cmd := exec.CommandContext(ctx, bash, "-c", jobs+c.run+"\necho the end\n")
			cmd.WaitDelay = time.Second // for programs that bash leaves behind
			cmd.Dir = folder
			cmd.Env = append(os.Environ(), "LIBRARY="+library)
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				t.Fatalf("%v: %s", err, out)
			}
			if code := cmd.ProcessState.ExitCode(); code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			for _, text := range c.has {
				if !strings.Contains(string(out), text) {
					t.Errorf("%q is missing", text)
				}
			}
			for _, text := range c.hasNot {
				if strings.Contains(string(out), text) {
					t.Errorf("%q is printed", text)
				}
			}
			for c.stopped { // the program notes that it was ended, a moment after bash
				if _, err := os.Stat(filepath.Join(folder, "ended")); err == nil {
					break
				}
				if ctx.Err() != nil {
					t.Error("the program of another job goes on")
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			if t.Failed() {
				t.Logf("%s", out)
			}
		})
	}
}
