package cli

import (
	"os"
	"strings"
	"testing"
)

// TestPictureIsNotForATerminal: SVG is written to a terminal only if it is asked for.
func TestPictureIsNotForATerminal(t *testing.T) {
	if code, shown := onTerminal(t, 80, "graph", "--demo"); code != exitFailed || shown != "" {
		t.Errorf("exit code %d, shown %.80s", code, shown)
	}
	if code, shown := onTerminal(t, 80, "graph", "--demo", "-o", "svg"); code != 0 || !strings.HasPrefix(shown, "<svg") {
		t.Errorf("-o svg: exit code %d, shown %.80s", code, shown)
	}
	if code, stdout, _ := run("graph", "--demo"); code != 0 || !strings.HasPrefix(stdout, "<svg") {
		t.Errorf("in a pipe: exit code %d, %.80s", code, stdout)
	}
	_, screen := terminal(t, 80)
	said, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	Run(t.Context(), []string{"sgaudit", "graph", "--demo"}, os.Stdin, screen, said)
	if text, err := os.ReadFile(said.Name()); err != nil || !strings.Contains(string(text), "sgaudit graph --demo -o svg=picture.svg") {
		t.Errorf("%s, %v", text, err)
	}
}
