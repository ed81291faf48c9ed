package remedy_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/remedy"
)

// TestTogether: two rules that open a port to the internet together are one hole. The fix
// of each revokes both, and a plan for one of them closes the port.
func TestTogether(t *testing.T) {
	inv := notation.MustParse(`sg-1 jump
 in tcp/3389 0.0.0.0/1 id sgr-1
 in tcp/3389 128.0.0.0/1 id sgr-2
 in tcp/22 10.0.0.0/8 id sgr-3
eni-1 sg-1 10.0.0.1 public 198.51.100.1
`).Inventory
	for name, trusted := range map[string]bool{"revoked": false, "replaced": true} {
		settings := audit.Defaults()
		if trusted {
			settings.TrustedCIDRs = []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}
		}
		opts := audit.Options{Settings: settings}
		report := audited(inv, opts, inventory.DefaultRulesPerGroup)
		seen := 0
		for i := range report.Findings {
			f := &report.Findings[i]
			if f.Check != "admin-port-open-to-internet" {
				continue
			}
			seen++
			commands := strings.Join(f.Fix.Commands, "\n")
			if !strings.Contains(commands, "sgr-1") || !strings.Contains(commands, "sgr-2") || strings.Contains(commands, "sgr-3") {
				t.Errorf("%s: the commands of %s do not revoke both rules:\n%s", name, f.Rule.Rule, commands)
			}
			if n := strings.Count(commands, "authorize"); n > 1 || trusted != (n == 1) {
				t.Errorf("%s: %d commands allow something:\n%s", name, n, commands)
			}
			other := map[string]string{"sgr-1": "sgr-2 (128.0.0.0/1)", "sgr-2": "sgr-1 (0.0.0.0/1)"}[f.Rule.IDs[0]]
			if want := "Revoke this rule and " + other + ": both together open RDP to the internet."; !strings.HasPrefix(f.Fix.Summary, want) {
				t.Errorf("%s: %q, want %q", name, f.Fix.Summary, want)
			}
			if sorted := slices.Sorted(slices.Values(f.Fix.Notes)); len(slices.Compact(sorted)) != len(f.Fix.Notes) {
				t.Errorf("%s: a note is repeated: %q", name, f.Fix.Notes)
			}
			choose := func(r *findings.Report) []*findings.Finding {
				return slices.DeleteFunc(all(r), func(o *findings.Finding) bool { return o.ID != f.ID })
			}
			plan, err := remedy.Resolve(inv, report, choose, func(inv *inventory.Inventory) *findings.Report {
				return audited(inv, opts, inventory.DefaultRulesPerGroup)
			}, false)
			if err != nil {
				t.Fatal(err)
			}
			if want := 2 + strings.Count(commands, "authorize"); plan.Changes() != want {
				t.Errorf("%s: the plan for %s has %d changes, want %d:\n%s", name, f.Rule.Rule, plan.Changes(), want, script(t, plan))
			}
		}
		if seen != 2 {
			t.Errorf("%s: %d findings, want 2", name, seen)
		}
	}
}
