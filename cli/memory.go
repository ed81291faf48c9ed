package cli

import (
	"math"
	"os"
	"path"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
)

const (
	// spared is the memory in bytes up to which garbage is left alone. A run
	// makes little of it: a million interfaces, of which most is kept, end
	// before, and collecting would cost a quarter of their processor time.
	spared = 930 << 20
	// least is what a run takes anyway.
	least = 32 << 20
)

// spareCollector keeps the garbage collector still until the program has taken
// as much memory as it may, and then lets it work as usual.
var spareCollector = sync.OnceFunc(func() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return // somebody knows better
	}
	available, _ := field("/proc/meminfo", "MemAvailable:")
	quiet, most := memoryBounds(available<<10, containerBound("/")) // kilobytes
	percent := debug.SetGCPercent(-1)
	debug.SetMemoryLimit(quiet)
	first := new([16]byte)
	runtime.AddCleanup(first, func(int) { // the first collection finds it
		debug.SetMemoryLimit(most)
		debug.SetGCPercent(percent)
	}, 0)
})

// memoryBounds returns the bytes up to which garbage is left alone, and those
// that a run should not take at all. Where there is less than spared, the first
// is a quarter of what the machine has left, or of what the container may take;
// the second is the container's, less a quarter for all that is not the heap.
// Bounds that are not known are 0.
func memoryBounds(available, container int64) (quiet, most int64) {
	quiet, most = spared, math.MaxInt64
	if available > 0 {
		quiet = min(quiet, available/4)
	}
	if container > 0 {
		quiet, most = min(quiet, container/4), max(least, container/4*3)
	}
	return max(least, quiet), most
}

// containerBound returns the least bound on the way from the program's control
// group up to the root, of version 2 or of version 1, in bytes; 0 where there
// is none.
func containerBound(root string) int64 {
	text, err := os.ReadFile(path.Join(root, "proc/self/cgroup"))
	if err != nil {
		return 0
	}
	bound := int64(0)
	for line := range strings.Lines(string(text)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3) // number, controllers, group
		if len(parts) < 3 {
			continue
		}
		folder, file := "sys/fs/cgroup", "memory.max"
		if slices.Contains(strings.Split(parts[1], ","), "memory") {
			folder, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		} else if parts[1] != "" {
			continue
		}
		for group := path.Clean("/" + parts[2]); ; group = path.Dir(group) {
			if n, found := field(path.Join(root, folder, group, file), ""); found && n > 0 && (bound == 0 || n < bound) {
				bound = n
			}
			if group == "/" {
				break
			}
		}
	}
	return bound
}

// field returns the number behind a name in a file of the kernel's.
func field(file, name string) (n int64, found bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	_, rest, found := strings.Cut(string(text), name)
	words := strings.Fields(rest)
	if !found || len(words) == 0 {
		return 0, false
	}
	n, err = strconv.ParseInt(words[0], 10, 64)
	return n, err == nil
}
