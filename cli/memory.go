package cli

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// An audit of 17 regions with 500 groups and 2,000 interfaces each keeps most of
// what it takes, and ends below firstCollection. Go's own first collection is at
// 4 MB, and makes that audit cost 30 % more processor time, to find next to no
// garbage. A larger run collects as other programs do, only less often: with
// afterwards, a million interfaces cost as much as without any collection, and
// 8 % more with Go's own 100. The figures are in docs/performance.md.
const (
	firstCollection = 128 << 20 // bytes of memory
	afterwards      = 200       // GOGC: percent of what is in use that may be taken until the next collection
)

// delayCollector puts off the first collection, unless the environment says how
// the collector is to work.
var delayCollector = sync.OnceFunc(func() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		collectFrom(firstCollection, afterwards)
	}
})

// Of several accounts nearly everything is let go while the run goes on, and memory
// counts more than processor time: collected at the double of what is in use, as other
// programs are, an audit of 500 accounts takes two thirds of the memory.
const percentAccounts = 100

// collectAccounts is for a run over several accounts.
func collectAccounts() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		collectFrom(firstCollection, percentAccounts)
	}
}

// collectFrom lets no collection begin before the program has taken so many
// bytes. After the first one, the collector works with that percentage.
func collectFrom(bytes int64, percent int) {
	turn := collection.Add(1)
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(bytes)
	found := new([16]byte) // which nothing refers to: the first collection finds it
	runtime.AddCleanup(found, func(int) {
		if collection.Load() != turn { // somebody has chosen otherwise since
			return
		}
		debug.SetMemoryLimit(math.MaxInt64)
		debug.SetGCPercent(percent)
	}, 0)
}

// A saved report is read and written value by value, which leaves more garbage than
// findings: collected at a quarter of them, it takes half a second more for 100,000
// findings and two thirds of the memory.
const percentOften = 25

// collection counts how often the collector was set.
var collection atomic.Int64

// collectOften is for the verbs that hold a saved report and little else.
func collectOften() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		collection.Add(1)
		debug.SetMemoryLimit(math.MaxInt64)
		debug.SetGCPercent(percentOften)
	}
}
