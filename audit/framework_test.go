package audit_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// judged audits an estate by a framework; it returns the status by control.
func judged(t *testing.T, framework, estate string) map[string]string {
	t.Helper()
	f, ok := audit.FindFramework(framework)
	if !ok {
		t.Fatalf("no framework %s", framework)
	}
	report := audit.RunChecks(notation.MustParse(estate).Inventory, audit.Defaults(), f.Checks()).Report
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

// TestInformationFailsControls holds that a finding of severity info fails
// the controls of its check, unless the check spares them.
func TestInformationFailsControls(t *testing.T) {
	const network = "vpc-1 10.0.0.0/16\nigw-1 vpc vpc-1\nsg-1 web\n in tcp/443 0.0.0.0/0\neni-1 sg-1 10.0.0.1\n"
	for _, c := range []struct {
		name, framework, estate string
		want                    map[string]string
	}{
		{"block public access is off", "fsbp", network, map[string]string{"EC2.172": "failed"}},
		{"block public access is on", "fsbp", network + "public-access-block block-bidirectional\n", map[string]string{"EC2.172": "passed"}},
		{"the default network ACL allows everything", "fsbp", network + "acl-1 vpc vpc-1 default\n in 100 allow all 0.0.0.0/0\n", map[string]string{"EC2.21": "passed"}},
		{"the same for CIS", "cis-5.0", network + "acl-1 vpc vpc-1 default\n in 100 allow all 0.0.0.0/0\n", map[string]string{"5.2": "failed"}},
		{"a network ACL denies a part", "cis-5.0", network + "acl-1 vpc vpc-1 subnet subnet-1\n in 90 deny all 8.0.0.0/7\n in 91 deny all 36.0.0.0/6\n in 100 allow all 0.0.0.0/0\n", map[string]string{"5.2": "failed"}},
	} {
		got := judged(t, c.framework, c.estate)
		for control, want := range c.want {
			if got[control] != want {
				t.Errorf("%s: %s is %q, want %s", c.name, control, got[control], want)
			}
		}
	}
}

// TestControlsOfPorts holds controls that are defined by ports to those.
func TestControlsOfPorts(t *testing.T) {
	for _, c := range []struct {
		framework, rule string
		want            map[string]string
	}{
		{"cis-1.2", "tcp/22 0.0.0.0/0", map[string]string{"4.1": "failed", "4.2": "passed"}},
		{"cis-1.2", "tcp/3389 ::/0", map[string]string{"4.1": "passed", "4.2": "failed"}},
		{"cis-1.2", "all 0.0.0.0/0", map[string]string{"4.1": "failed", "4.2": "failed"}},
		{"cis-5.0", "tcp/445 0.0.0.0/0", map[string]string{"5.1.2": "failed", "5.3": "failed", "5.4": "passed"}},
		{"cis-5.0", "tcp/22 0.0.0.0/0", map[string]string{"5.1.2": "passed", "5.3": "failed"}},
		{"cis-5.0", "tcp/22 pl-1\npl-1 everyone 0.0.0.0/0", map[string]string{"5.3": "failed", "5.4": "passed"}},
		{"cis-5.0", "tcp/22 pl-1\npl-1 everyone ::/0", map[string]string{"5.3": "passed", "5.4": "failed"}},
		{"fsbp", "tcp/6379 0.0.0.0/0", map[string]string{"EC2.18": "failed", "EC2.19": "passed"}},
		{"fsbp", "tcp/3306 0.0.0.0/0", map[string]string{"EC2.18": "failed", "EC2.19": "failed"}},
		{"fsbp", "tcp/22 0.0.0.0/0", map[string]string{"EC2.18": "failed", "EC2.19": "failed"}},
	} {
		got := judged(t, c.framework, "vpc-1 10.0.0.0/16\nsg-1 a\n in "+c.rule+"\neni-1 sg-1 10.0.0.1 public 198.51.100.1\n")
		for control, want := range c.want {
			if got[control] != want {
				t.Errorf("%s, %s: %s is %q, want %s", c.framework, c.rule, control, got[control], want)
			}
		}
	}
}

// TestMappings holds the references of checks to what AWS's and CIS's lists
// say, as far as sgaudit relies on them. Source: AWS Security Hub User Guide,
// "Security Hub controls for Amazon EC2" and "for Elastic Load Balancing".
func TestMappings(t *testing.T) {
	inFSBP := []string{"EC2.2", "EC2.6", "EC2.9", "EC2.16", "EC2.18", "EC2.19", "EC2.21", "EC2.25", "EC2.172", "Config.1", "RDS.2"}
	f, _ := audit.FindFramework("fsbp")
	for _, check := range audit.Checks() {
		for _, control := range f.Controls(check) {
			if !slices.Contains(inFSBP, control) {
				t.Errorf("%s: %s is not known to be in FSBP", check.ID, control)
			}
		}
		for _, reference := range check.InfoPasses {
			if !slices.Contains(check.References, reference) {
				t.Errorf("%s spares %s, which it does not serve", check.ID, reference)
			}
		}
	}
}

func TestControlsAreInOrder(t *testing.T) {
	f, _ := audit.FindFramework("fsbp")
	var names []string
	for _, c := range f.Judge(audit.RunChecks(notation.MustParse("sg-1 a\n").Inventory, audit.Defaults(), f.Checks()).Report) {
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

// TestSeveritiesDecideNoControl holds that severities of the configuration
// neither pass a control beside an open finding nor fail one that is spared.
func TestSeveritiesDecideNoControl(t *testing.T) {
	const acl = "vpc-1 10.0.0.0/16\nsg-1 web\nacl-1 vpc vpc-1 subnet subnet-1%s\n in 100 allow all 0.0.0.0/0\n"
	f, _ := audit.FindFramework("fsbp")
	for _, c := range []struct {
		kind     string
		severity findings.Severity
		want     string
	}{
		{"", findings.Info, findings.Failed},
		{" default", findings.High, findings.Passed},
	} {
		s := audit.Defaults()
		s.Severities = map[string]findings.Severity{"network-acl-admin-port-open": c.severity}
		report := audit.RunChecks(notation.MustParse(fmt.Sprintf(acl, c.kind)).Inventory, s, f.Checks()).Report
		for _, control := range f.Judge(report) {
			if control.Control == "EC2.21" && control.Status != c.want {
				t.Errorf("network ACL%s with severity %s: EC2.21 is %s, want %s", c.kind, c.severity, control.Status, c.want)
			}
		}
	}
}
