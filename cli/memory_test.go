package cli

import (
	"math"
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

func TestMemoryBounds(t *testing.T) {
	const mega = 1 << 20
	for _, c := range []struct{ available, container, quiet, most int64 }{
		{0, 0, spared, math.MaxInt64},
		{64 << 30, 0, spared, math.MaxInt64},
		{1000 * mega, 0, 250 * mega, math.MaxInt64},
		{64 << 30, 512 * mega, 128 * mega, 384 * mega},
		{200 * mega, 512 * mega, 50 * mega, 384 * mega},
		{64 << 30, math.MaxInt64 &^ 4095, spared, math.MaxInt64 &^ 4095 / 4 * 3}, // version 1 without a bound
		{1, 1, least, least},
	} {
		if quiet, most := memoryBounds(c.available, c.container); quiet != c.quiet || most != c.most {
			t.Errorf("%d available, container of %d: %d and %d, want %d and %d", c.available, c.container, quiet, most, c.quiet, c.most)
		}
	}
}

// TestContainerBound looks on the whole way up: the bound may be that of a group
// around the program's own.
func TestContainerBound(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"none":           {nil, 0},
		"version 2":      {map[string]string{"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/memory.max": "300\n", "sys/fs/cgroup/a/b/memory.max": "max\n"}, 300},
		"the least":      {map[string]string{"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/memory.max": "300\n", "sys/fs/cgroup/a/b/memory.max": "200\n"}, 200},
		"a container's":  {map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "500\n"}, 500},
		"version 1":      {map[string]string{"proc/self/cgroup": "5:cpu:/x\n4:memory:/y\n", "sys/fs/cgroup/memory/y/memory.limit_in_bytes": "700\n", "sys/fs/cgroup/x/memory.max": "1\n"}, 700},
		"another's view": {map[string]string{"proc/self/cgroup": "0::/../../outside\n", "sys/fs/cgroup/memory.max": "900\n"}, 900},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			for file, text := range c.files {
				place := filepath.Join(root, file)
				if err := os.MkdirAll(filepath.Dir(place), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(place, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if got := containerBound(root); got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
		})
	}
}
