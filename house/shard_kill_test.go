package house_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// atOnce lets a program that was built with -race end when it is done, and not a second
// later: it is killed at moments of its work.
const atOnce = "GORACE=atexit_sleep_ms=0"

const shardedEstate = `caller 100000000001 arn:aws:sts::100000000001:assumed-role/hub/session aws
account 100000000001 hub
region us-east-1
sg-1 web
  in tcp/22 0.0.0.0/0
account 100000000002 team
region us-east-1
sg-2 db
  in tcp/5432 sg-1 account 100000000001
account 100000000003 data
region us-east-1
sg-3 lake
  in tcp/3306 0.0.0.0/0
`

// TestKilledShard kills one of two shards at random moments: the folder holds its part
// whole or not at all, the merge names the shard that has none, and when the shard has
// run again the report is the same to the byte, but for the times of the run.
func TestKilledShard(t *testing.T) {
	s, err := endpoint.Serve(notation.MustParse(shardedEstate).Inventory, endpoint.Options{Faults: []endpoint.Fault{{Latency: 5 * time.Millisecond}}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	folder := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(folder, "sgaudit") // by this name the test binary is the program
	if err := os.Symlink(self, program); err != nil {
		t.Fatal(err)
	}
	command := func(args ...string) *exec.Cmd {
		c := exec.Command(program, args...)
		c.Dir = folder
		c.Env = append(os.Environ(), atOnce, "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x", "AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
		return c
	}
	read := func(shard string) *exec.Cmd {
		return command("audit", "--quiet", "--endpoint-url", s.URL, "--org", "--role-name", "audit", "--shard", shard, "-o", "part=parts/")
	}
	merge := func() (code int, report, said string) {
		t.Helper()
		out, err := command("merge", "--quiet", "parts/", "-o", "json=report.json").CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		if exit != nil {
			code = exit.ExitCode()
		}
		text, err := os.ReadFile(filepath.Join(folder, "report.json"))
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return code, regexp.MustCompile(`"(started_at|finished_at)": ?"[^"]*"`).ReplaceAllString(string(text), ""), string(out)
	}
	begin := time.Now()
	for _, shard := range []string{"1/2", "2/2"} {
		if out, err := read(shard).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	lasts := time.Since(begin) / 2
	code, want, said := merge()
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, said)
	}
	rng := rand.New(rand.NewPCG(19, 1))
	killed := 0
	for range 12 {
		part := filepath.Join(folder, "parts", "part-2-of-2.json.zst")
		if err := os.Remove(part); err != nil {
			t.Fatal(err)
		}
		cmd := read("2/2")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rng.Int64N(int64(lasts))))
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed, or finished before
		_, err := os.Stat(part)
		code, got, said := merge()
		if written := err == nil; written && (code != 0 || got != want) {
			t.Errorf("the part is there, and the merge ends with %d: %s", code, said)
		} else if !written {
			killed++
			if code != 3 || !strings.Contains(said, "shards without a part: 2/2") {
				t.Errorf("the part is not there, and the merge ends with %d: %s", code, said)
			}
		}
		if out, err := read("2/2").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if code, got, said := merge(); code != 0 || got != want {
			t.Fatalf("run again, the merge ends with %d and another report: %s", code, said)
		}
	}
	if killed == 0 {
		t.Error("no shard was killed before it had written its part")
	}
}
