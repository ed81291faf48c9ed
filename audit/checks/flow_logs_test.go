package checks_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/fixtures/traffic"
	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/usage"
)

// shown begins the lines of an example that say what its flow logs show:
//
//	# flow logs: FROM to TO TRAFFIC [unanswered]
//	# flow logs: nothing of INTERFACE
const shown = "# flow logs: "

// usageOf makes the flow logs of two days that an example describes, and judges them;
// nil where it describes none.
func usageOf(t *testing.T, inv *inventory.Inventory, text string) *usage.Report {
	t.Helper()
	var talks []traffic.Talk
	left := map[string]bool{}
	found := false
	for _, line := range strings.Split(text, "\n") {
		what, is := strings.CutPrefix(line, shown)
		if !is {
			continue
		}
		found = true
		w := strings.Fields(what)
		switch {
		case len(w) == 3 && w[0] == "nothing" && w[1] == "of":
			left[w[2]] = true
		case len(w) >= 4 && w[1] == "to":
			of, err := inventory.ParseTraffic(w[3])
			if err != nil {
				t.Fatal(err)
			}
			talks = append(talks, traffic.Talk{From: w[0], To: w[2], Traffic: of, Every: 7, Unanswered: len(w) > 4})
		default:
			t.Fatalf("%s: not understood", line)
		}
	}
	if !found {
		return nil
	}
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var log bytes.Buffer
	if err := traffic.Write(&log, inv.Regions[0], func(e *inventory.Interface) bool { return !left[e.ID] }, talks, traffic.Period{Begin: begin.Unix(), Hours: 48}, true, 1); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "example.log")
	if err := os.WriteFile(path, log.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := flows.Read(t.Context(), []string{path}, flows.Options{Now: begin.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	return usage.Judge(inv, s, usage.Options{})
}
