package cli

import (
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"
)

var kept []byte // so that what a test allocates is on the heap

// TestCollectorIsDelayedOnce: no collection begins below the bound, and after the
// first one the collector works without it.
func TestCollectorIsDelayedOnce(t *testing.T) {
	percent := debug.SetGCPercent(100)
	t.Cleanup(func() { debug.SetGCPercent(percent); debug.SetMemoryLimit(math.MaxInt64) })
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	collections := func() uint32 {
		runtime.ReadMemStats(&now)
		return now.NumGC - before.NumGC
	}
	const more = 64 << 20
	collectFrom(int64(before.Sys)+more, 150)
	for range 32 {
		kept = make([]byte, 1<<20)
	}
	if n := collections(); n != 0 {
		t.Errorf("%d collections below the bound", n)
	}
	for i := 0; collections() == 0 && i < 1024; i++ {
		kept = make([]byte, 1<<20)
	}
	if collections() == 0 {
		t.Fatal("no collection far above the bound")
	}
	percentNow := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	for range 1000 { // the cleanup runs behind the collection, and sets the percentage last
		metrics.Read(percentNow)
		if percentNow[0].Value.Uint64() == 150 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if limit, got := debug.SetMemoryLimit(-1), debug.SetGCPercent(100); limit != math.MaxInt64 || got != 150 {
		t.Errorf("after the first collection the limit is %d and GOGC is %d", limit, got)
	}
}
