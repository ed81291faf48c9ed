package cli

import (
	"os"
	"path/filepath"
	"testing"
)

// TestField reads the forms that the kernel has for bounds of memory.
func TestField(t *testing.T) {
	for _, c := range []struct {
		text, name string
		n          int64
		found      bool
	}{
		{"MemTotal:       100 kB\nMemAvailable:   42 kB\nBuffers: 7 kB\n", "MemAvailable:", 42, true},
		{"MemTotal:       100 kB\n", "MemAvailable:", 0, false},
		{"536870912\n", "", 536870912, true},
		{"max\n", "", 0, false}, // a container without a bound
		{"", "", 0, false},
	} {
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if n, found := field(file, c.name); n != c.n || found != c.found {
			t.Errorf("%q in %q: %d, %v", c.name, c.text, n, found)
		}
	}
	if _, found := field(filepath.Join(t.TempDir(), "none"), ""); found {
		t.Error("found in a file that is not there")
	}
}
