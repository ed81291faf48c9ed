package cli

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
)

const (
	// spared is the memory in bytes up to which garbage is left alone. Most
	// runs end before: collecting would cost a tenth of their processor time.
	spared = 192 << 20
	// wanted is the memory that a run should do with: a million interfaces.
	// Near it garbage is collected more often; beyond it the run goes on.
	wanted = 760 << 20
)

// spareCollector keeps the garbage collector still until the program has
// taken as much memory, and then lets it work as usual. In a container both
// bounds are a part of what the container has.
var spareCollector = sync.OnceFunc(func() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return // somebody knows better
	}
	quiet, goal := int64(spared), int64(wanted)
	if text, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if most, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil {
			quiet, goal = min(quiet, most/4), min(goal, most/4*3)
		}
	}
	percent := debug.SetGCPercent(-1)
	debug.SetMemoryLimit(quiet)
	first := new([16]byte)
	runtime.AddCleanup(first, func(int) { // the first collection finds it
		debug.SetMemoryLimit(goal)
		debug.SetGCPercent(percent)
	}, 0)
})
