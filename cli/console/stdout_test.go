package console

import (
	"os"
	"path/filepath"
	"testing"
)

// TestPrintEscapesTheRest: what a verb forgot to escape is escaped on its way
// to standard output.
func TestPrintEscapesTheRest(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := New(os.Stdin, file, os.Stderr).Print("a\x1b[2J\tb\n\u202ec\n"); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(file.Name())
	if want := "a\\x1b[2J\tb\n\\u202ec\n"; string(text) != want {
		t.Errorf("%q, want %q", text, want)
	}
}
