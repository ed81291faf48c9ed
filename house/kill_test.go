package house_test

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/inventory"
)

// TestKilledWhileWriting kills the program at random moments while it takes
// snapshots: in the place of a good file there is always a good one.
func TestKilledWhileWriting(t *testing.T) {
	folder := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(folder, "sgaudit") // by this name the test binary is the program
	if err := os.Symlink(self, program); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "account.json")
	take := func() *exec.Cmd {
		c := exec.Command(program, "snapshot", "--demo", "--quiet", "-o", file)
		c.Env = append(os.Environ(), atOnce)
		return c
	}
	begin := time.Now()
	if out, err := take().CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	lasts := time.Since(begin)
	rng := rand.New(rand.NewPCG(1, 1))
	rounds := 200
	if lasts > 150*time.Millisecond { // under the race detector, where each start takes a second
		rounds = 40
	}
	killed, finished := 0, 0
	for range rounds {
		cmd := take()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rng.Int64N(int64(lasts) * 5 / 4)))
		_ = cmd.Process.Kill()
		if cmd.Wait() == nil {
			finished++
		} else {
			killed++
		}
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := inventory.Load(f)
		f.Close()
		if err != nil || len(s.Inventory.Regions) == 0 {
			t.Fatalf("after %d kills: %v", killed, err)
		}
	}
	if killed < rounds/10 {
		t.Errorf("only %d of %d were killed in time, %d had finished", killed, rounds, finished)
	}
}
