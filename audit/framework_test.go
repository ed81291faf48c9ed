package audit_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures"
)

// judged audits an estate by a framework; it returns the status by control.
func judged(t *testing.T, framework, estate string) map[string]string {
	t.Helper()
	f, ok := audit.FindFramework(framework)
	if !ok {
		t.Fatalf("no framework %s", framework)
	}
	report := audit.RunChecks(fixtures.MustParse(estate).Inventory, audit.Defaults(), f.Checks())
	controls := f.Judge(report)
	if !slices.IsSortedFunc(controls, func(a, b findings.Control) int { return strings.Compare(a.Control, b.Control) }) && framework == "cis-5.0" {
		t.Errorf("out of order: %+v", controls)
	}
	status := map[string]string{}
	for _, c := range controls {
		status[c.Control] = c.Status
		if (c.Status == findings.Failed) != (len(c.Findings) > 0) {
			t.Errorf("%s %s with findings %v", c.Control, c.Status, c.Findings)
		}
	}
	return status
}

func TestFrameworkJudges(t *testing.T) {
	const clean = "vpc-1 10.0.0.0/16\nigw-1 vpc vpc-1\nacl-1 vpc vpc-1 subnet subnet-1\n in 100 allow tcp/443 0.0.0.0/0\nsg-1 web\n in tcp/443 0.0.0.0/0\neni-1 sg-1 10.0.0.1\n"
	for _, c := range []struct {
		name, estate string
		want         map[string]string
	}{
		{"clean", clean, map[string]string{"5.2": "passed", "5.3": "passed", "5.4": "passed", "5.5": "passed"}},
		{"open", clean + "sg-2 a\n in tcp/22 0.0.0.0/0\neni-2 sg-2 10.0.0.2\n", map[string]string{"5.2": "passed", "5.3": "failed", "5.4": "passed", "5.5": "passed"}},
		{"open on IPv6", clean + "sg-2 a\n in tcp/22 ::/0\neni-2 sg-2 10.0.0.2\n", map[string]string{"5.3": "passed", "5.4": "failed"}},
		{"denied", clean + "unread network-acls denied\n", map[string]string{"5.2": "not-evaluated", "5.3": "not-evaluated", "5.5": "not-evaluated"}},
		{"open and denied", clean + "unread network-acls denied\nsg-2 default\n in all sg-2\n", map[string]string{"5.2": "not-evaluated", "5.5": "failed"}},
		{"too shallow", "sg-1 web\n in tcp/443 0.0.0.0/0\neni-1 sg-1 10.0.0.1\n", map[string]string{"5.2": "not-evaluated", "5.3": "passed"}},
	} {
		got := judged(t, "cis-5.0", c.estate)
		for control, want := range c.want {
			if got[control] != want {
				t.Errorf("%s: %s is %q, want %s", c.name, control, got[control], want)
			}
		}
	}
}

func TestControlsAreInOrder(t *testing.T) {
	f, _ := audit.FindFramework("fsbp")
	var names []string
	for _, c := range f.Judge(audit.RunChecks(fixtures.MustParse("sg-1 a\n").Inventory, audit.Defaults(), f.Checks())) {
		names = append(names, c.Control)
	}
	if at2, at16, at172 := slices.Index(names, "EC2.2"), slices.Index(names, "EC2.16"), slices.Index(names, "EC2.172"); at2 < 0 || at2 > at16 || at16 > at172 {
		t.Errorf("controls in the order %v", names)
	}
	for _, f := range audit.Frameworks() {
		if len(f.Checks()) == 0 {
			t.Errorf("no check serves %s", f.ID)
		}
	}
}
