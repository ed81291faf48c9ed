package checks_test

import (
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/fixtures/estates"
)

// TestOrdinaryAccountIsQuiet audits a large account that is kept well, but for
// the mistakes that were put into it: all of those are found, and fewer than
// 20 findings are about anything else.
func TestOrdinaryAccountIsQuiet(t *testing.T) {
	const mistakes = 7
	inv := estates.Ordinary(estates.Scale{Regions: 1, Groups: 2000, Interfaces: 8000, Rules: 6, Mistakes: mistakes})
	report := audit.Run(inv, audit.Options{Settings: audit.Defaults()})
	real, other := 0, map[string]int{}
	noise := 0
	for _, f := range report.Findings {
		if f.Check == "admin-port-open-to-internet" && f.Rule.Traffic.PortsText() == "22" {
			real++
			continue
		}
		other[f.Check]++
		noise++
	}
	if real != mistakes {
		t.Errorf("%d of %d mistakes were found", real, mistakes)
	}
	if noise >= 20 {
		t.Errorf("%d findings beside them: %v", noise, other)
	}
	if len(report.NotEvaluated) > 0 {
		t.Errorf("not evaluated: %+v", report.NotEvaluated)
	}
}
