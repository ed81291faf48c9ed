package checks_test

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// TestVersionMismatchAdvice: where SSH or a database is open over one IP version, the fix
// never advises to open it over the other one too.
func TestVersionMismatchAdvice(t *testing.T) {
	inv := notation.MustParse(`sg-1 a
 in tcp/22 ::/0
 in tcp/5432 0.0.0.0/0
 in tcp/8443 ::/0
eni-1 sg-1 10.0.0.10 2600:1f18::10
`).Inventory
	report := audit.Run(inv, audit.Options{Settings: audit.Defaults(), Only: []string{"ip-version-mismatch"}}).Report
	if len(report.Findings) != 3 {
		t.Fatalf("%d findings, want 3", len(report.Findings))
	}
	for i := range report.Findings {
		f := &report.Findings[i]
		web := strings.Contains(f.Message, "8443")
		if opens := strings.Contains(f.Fix.Summary, "allow the same ports"); opens != web {
			t.Errorf("%s: %s", f.Message, f.Fix.Summary)
		}
	}
}
