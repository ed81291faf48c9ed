package cli

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
)

// spared is the memory in bytes up to which garbage is left alone. A run makes
// little of it: a million interfaces, of which most is kept, end before, and
// collecting would cost a quarter of their processor time.
const spared = 920 << 20

// spareCollector keeps the garbage collector still until the program has taken
// as much memory, and then lets it work as usual. Where there is less, the
// bound is a quarter of what the machine has left, or of what the container may
// take; the container's own bound is kept to if that is possible.
var spareCollector = sync.OnceFunc(func() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return // somebody knows better
	}
	quiet, most := int64(spared), int64(math.MaxInt64)
	if n, found := field("/proc/meminfo", "MemAvailable:"); found {
		quiet = min(quiet, n<<10/4) // kilobytes
	}
	for _, file := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} { // version 2, and 1
		if n, found := field(file, ""); found {
			quiet, most = min(quiet, n/4), n/4*3
		}
	}
	percent := debug.SetGCPercent(-1)
	debug.SetMemoryLimit(quiet)
	first := new([16]byte)
	runtime.AddCleanup(first, func(int) { // the first collection finds it
		debug.SetMemoryLimit(most)
		debug.SetGCPercent(percent)
	}, 0)
})

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
