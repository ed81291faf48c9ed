package house_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestStartIsSmall holds what each package takes before main begins: every run pays
// for it, whatever it does. A regular expression with bounded repetitions takes 100
// kB; words.Form compiles it when it is asked for.
func TestStartIsSmall(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "sgaudit") // by this name the test binary is the program
	if err := os.Symlink(self, program); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "version")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	const most = 80_000 // bytes
	line := regexp.MustCompile(`init (\S+) @.* (\d+) bytes, `)
	packages := 0
	for _, m := range line.FindAllStringSubmatch(string(out), -1) {
		if !strings.HasPrefix(m[1], module+"/") || strings.HasSuffix(m[1], "_test") {
			continue
		}
		packages++
		if bytes, err := strconv.Atoi(m[2]); err != nil || bytes > most {
			t.Errorf("%s takes %s bytes before main begins, want at most %d", m[1], m[2], most)
		}
	}
	if packages < 15 {
		t.Errorf("the runtime told of %d packages:\n%s", packages, out)
	}
}
