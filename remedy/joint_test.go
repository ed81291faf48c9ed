package remedy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// TestFindingsWithTheSameCommands: two findings that would allow the same rule have one
// list of commands, which AWS accepts as a whole, and each names the other. A plan that
// is made of one of them changes nothing for the other one.
func TestFindingsWithTheSameCommands(t *testing.T) {
	inv := notation.MustParse(`vpc-1 10.0.0.0/16
rtb-1 main
 route 10.0.0.0/16 local
sg-1 data
 in tcp/5432 10.0.0.21/32 id sgr-1
 in tcp/5432 10.0.1.0/24 id sgr-2
 in tcp/6379 10.0.0.21/32 id sgr-3
sg-2 application
 out all 0.0.0.0/0
eni-1 sg-1 10.0.2.1 instance i-1
eni-2 sg-2 10.0.0.21 instance i-2
eni-3 sg-2 10.0.1.22 instance i-3
`).Inventory
	report := audited(inv, audit.Options{Settings: audit.Defaults()}, inventory.DefaultRulesPerGroup)
	by := map[string]*findings.Finding{}
	for i := range report.Findings {
		if f := &report.Findings[i]; f.Check == "ip-source-should-be-group" {
			by[f.Rule.IDs[0]] = f
		}
	}
	if len(by) != 3 {
		t.Fatalf("findings about %d rules, want 3", len(by))
	}
	first, second, other := by["sgr-1"], by["sgr-2"], by["sgr-3"]
	if !slices.Equal(first.Fix.Commands, second.Fix.Commands) || !slices.Equal(first.Fix.Undo, second.Fix.Undo) {
		t.Errorf("two lists of commands:\n%q\n%q", first.Fix.Commands, second.Fix.Commands)
	}
	text := strings.Join(first.Fix.Commands, "\n")
	if strings.Count(text, "authorize-") != 1 || !strings.Contains(text, "sgr-1") || !strings.Contains(text, "sgr-2") || strings.Contains(text, "sgr-3") {
		t.Errorf("%s", text)
	}
	for f, named := range map[*findings.Finding]*findings.Finding{first: second, second: first} {
		if want := "these commands also fix " + named.ID[:8] + " (ip-source-should-be-group): run them once"; !slices.Contains(f.Fix.Notes, want) {
			t.Errorf("the notes %q do not have %q", f.Fix.Notes, want)
		}
		if got := len(f.Fix.Steps); got != 2 || f.Fix.Steps[1].IDs[0] != f.Rule.IDs[0] || len(f.Fix.Steps[1].IDs) != 1 {
			t.Errorf("the steps of one finding are about other rules: %+v", f.Fix.Steps)
		}
	}
	if strings.Contains(strings.Join(other.Fix.Notes, "\n"), "run them once") || strings.Contains(strings.Join(other.Fix.Commands, "\n"), "sgr-1") {
		t.Errorf("another port: %q %q", other.Fix.Notes, other.Fix.Commands)
	}
}
