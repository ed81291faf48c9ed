package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/findings"
)

var (
	planWants = regexp.MustCompile(`(?m)^# (exit|fail-on|enable|says) (.*)$`)
	planFinds = regexp.MustCompile(`(?m)^# (new|fixed|raised|widened) (\S+) (\S+)$`)
)

// TestEveryMistakeHasAPlan: a plan brings each mistake that the demo account has, and the
// gate stops it.
func TestEveryMistakeHasAPlan(t *testing.T) {
	files, err := filepath.Glob("testdata/plans/*.tf")
	if err != nil {
		t.Fatal(err)
	}
	brought := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "\n# exit 1\n") {
			continue
		}
		for _, m := range planFinds.FindAllStringSubmatch(string(text), -1) {
			if m[1] == "new" {
				brought[m[3]] = true
			}
		}
	}
	workplace(t)
	_, stdout, _ := run("demo", "-o", "json")
	var report struct {
		Findings []struct {
			Check string `json:"check"`
		} `json:"findings"`
	}
	if err := json.Unmarshal([]byte(stdout), &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Findings) == 0 {
		t.Error("the demo account has no finding")
	}
	for _, f := range report.Findings {
		if !brought[f.Check] {
			t.Errorf("no plan in testdata/plans brings %s and is stopped", f.Check)
			brought[f.Check] = true // said once
		}
	}
}

// TestPlansOfTerraform simulates plans that Terraform made (scripts/terraform.py) of
// the demo account: one for each mistake, and some that are as they should be. The
// comments of each file say what comes of it, and the exit code of the gate.
func TestPlansOfTerraform(t *testing.T) {
	folder, err := filepath.Abs("testdata/plans")
	if err != nil {
		t.Fatal(err)
	}
	workplace(t)
	files, err := filepath.Glob(filepath.Join(folder, "*.tf"))
	if err != nil || len(files) < 15 {
		t.Fatal(len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".tf"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			wants := map[string]string{"fail-on": "high"}
			var says []string
			for _, m := range planWants.FindAllStringSubmatch(string(text), -1) {
				if wants[m[1]] = m[2]; m[1] == "says" {
					says = append(says, m[2])
				}
			}
			words := []string{"simulate", "--demo", "--terraform", strings.TrimSuffix(file, ".tf") + ".json", "--new-only", "--fail-on", wants["fail-on"]}
			if check := wants["enable"]; check != "" {
				config := filepath.Join(t.TempDir(), "sgaudit.yaml")
				if err := os.WriteFile(config, []byte("checks:\n  enable: ["+check+"]\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				words = append(words, "--config", config)
			}
			code, stdout, stderr := run(words...)
			if want := map[string]int{"0": exitDone, "1": exitFindings, "3": exitIncomplete}[wants["exit"]]; code != want {
				t.Errorf("exit code %d, want %d\n%s%s", code, want, stdout, stderr)
			}
			for _, say := range says {
				if !strings.Contains(stdout, say) {
					t.Errorf("it does not say %q:\n%s", say, stdout)
				}
			}
			_, stdout, _ = run(append(words, "-o", "json")...)
			var answer map[string]json.RawMessage
			if err := json.Unmarshal([]byte(stdout), &answer); err != nil {
				t.Fatal(err)
			}
			for _, m := range planFinds.FindAllStringSubmatch(string(text), -1) {
				var list []findings.Ref
				if err := json.Unmarshal(answer[m[1]+"_findings"], &list); err != nil {
					t.Fatal(err)
				}
				found := false
				for _, f := range list {
					found = found || f.Severity.String() == m[2] && f.Check == m[3]
				}
				if !found {
					t.Errorf("%s (%s) is not among the %s findings: %s", m[3], m[2], m[1], answer[m[1]+"_findings"])
				}
			}
		})
	}
}

// TestChangeSet simulates a change set of CloudFormation.
func TestChangeSet(t *testing.T) {
	file, err := filepath.Abs("testdata/changesets/shop.json")
	if err != nil {
		t.Fatal(err)
	}
	workplace(t)
	code, stdout, stderr := run("simulate", "--demo", "--change-set", file)
	if code != exitIncomplete {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	for _, want := range []string{
		"Change set: simulated 3 of 4 resource changes; nothing was changed.",
		" critical monitoring (sg-0a100018): SSH (tcp/22) is open to the internet (0.0.0.0/0)",
		" medium shop-mysql (sg-0a100014): MySQL/MariaDB/Aurora (tcp/3306) is open to the internet",
		"+ Reports: all traffic to 0.0.0.0/0",
		"? Reports, ingress[0].security_groups[0]: it is known after apply",
		"1 resource of types that sgaudit does not apply (1 AWS::SNS::Topic)",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("it does not say %q:\n%s", want, stdout)
		}
	}
	if code, _, _ := run("simulate", "--demo", "--change-set", file, "--fail-on", "critical", "--new-only"); code != exitFindings {
		t.Errorf("with --fail-on: exit code %d", code)
	}
}

// TestOnePlan: a script, a Terraform plan or a change set, and one of them.
func TestOnePlan(t *testing.T) {
	workplace(t)
	for _, words := range [][]string{
		{"simulate", "--demo"},
		{"simulate", "plan.sh", "--demo", "--terraform", "plan.json"},
		{"simulate", "--demo", "--terraform", "plan.json", "--change-set", "changes.json"},
	} {
		if code, _, stderr := run(words...); code != exitFailed || !strings.Contains(stderr, "name one plan") {
			t.Errorf("%v: exit code %d, %s", words, code, stderr)
		}
	}
	if code, _, stderr := run("simulate", "plan.sh", "--demo", "--new-only"); code != exitFailed || !strings.Contains(stderr, "--new-only needs --fail-on") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

// TestPlansThatAreNotReady: a plan that failed or is not ready is an error, one without
// changes is not, and one that leaves changes out is incomplete.
func TestPlansThatAreNotReady(t *testing.T) {
	workplace(t)
	set := func(fields string) string {
		return `{"StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/s/1", "Changes": [], ` + fields + `}`
	}
	plan := func(fields string) string {
		return `{"format_version": "1.2", "resource_changes": [], "configuration": {"root_module": {}}, ` + fields + `}`
	}
	for name, c := range map[string]struct {
		flag, text string
		code       int
		want       string
	}{
		"in progress": {"--change-set", set(`"Status": "CREATE_IN_PROGRESS"`), exitFailed, "CREATE_IN_PROGRESS"},
		"failed":      {"--change-set", set(`"Status": "FAILED", "StatusReason": "no such bucket"`), exitFailed, "no such bucket"},
		"no changes":  {"--change-set", set(`"Status": "FAILED", "StatusReason": "The submitted information didn't contain changes."`), exitDone, "The change set contains no changes"},
		"other":       {"--change-set", strings.ReplaceAll(set(`"Status": "CREATE_COMPLETE"`), "123456789012", "999999999999"), exitFailed, "belongs to account 999999999999, but sgaudit read account 123456789012"},
		"errored":     {"--terraform", plan(`"errored": true`), exitFailed, "terraform plan ended with an error"},
		"incomplete":  {"--terraform", plan(`"complete": false`), exitIncomplete, "does not contain all changes"},
		"complete":    {"--terraform", plan(`"complete": true`), exitDone, "simulated 0 of 0 resource changes"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "plan.json")
			if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			code, stdout, stderr := run("simulate", "--demo", c.flag, file, "--new-only", "--fail-on", "high")
			if code != c.code || !strings.Contains(stdout+stderr, c.want) {
				t.Errorf("exit code %d, want %d and %q:\n%s%s", code, c.code, c.want, stdout, stderr)
			}
		})
	}
}

// TestPlanThatAWSRefuses: a plan of which AWS would refuse a change is simulated, and ends
// with the exit code of a plan that would fail.
func TestPlanThatAWSRefuses(t *testing.T) {
	workplace(t)
	file := filepath.Join(t.TempDir(), "changes.json")
	text := `{"StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/s/1", "Status": "CREATE_COMPLETE", "Changes": [{"Type": "Resource", "ResourceChange": {"Action": "Remove", "LogicalResourceId": "Web",
		"PhysicalResourceId": "sg-0a100018", "ResourceType": "AWS::EC2::SecurityGroup", "BeforeContext": "{\"Properties\":{}}"}}]}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, more := range [][]string{nil, {"--fail-on", "low"}, {"--exit-code"}} {
		code, stdout, stderr := run(append([]string{"simulate", "--demo", "--change-set", file}, more...)...)
		if code != exitFailed || !strings.Contains(stderr, "the plan would fail") || !strings.Contains(stderr, "AWS refuses to delete") || !strings.Contains(stdout, "simulated 1 of 1 resource change") {
			t.Errorf("%v: exit code %d\n%s%s", more, code, stdout, stderr)
		}
	}
}

// TestPlannedLoadBalancer: a load balancer that a plan creates with scheme
// internet-facing is not reported as internal, and one with scheme internal is.
func TestPlannedLoadBalancer(t *testing.T) {
	workplace(t)
	for scheme, internal := range map[string]bool{"internal": true, "internet-facing": false} {
		file := filepath.Join(t.TempDir(), "changes.json")
		text := `{"StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/s/1", "Status": "CREATE_COMPLETE", "Changes": [{"Type": "Resource", "ResourceChange": {"Action": "Add", "LogicalResourceId": "Front",
			"ResourceType": "AWS::ElasticLoadBalancingV2::LoadBalancer", "AfterContext": "{\"Properties\":{\"Scheme\":\"` + scheme + `\",\"Subnets\":[\"subnet-0a1000a1\"],\"SecurityGroups\":[\"sg-0a10001b\"]}}"}}]}`
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, stdout, stderr := run("simulate", "--demo", "--change-set", file)
		if code != exitDone || strings.Contains(stdout, "Application Load Balancer (Front) is internal") != internal {
			t.Errorf("%s: exit code %d\n%s%s", scheme, code, stdout, stderr)
		}
	}
}

// TestAcceptedInAPlan: what an exception of the configuration accepts does not stop a plan.
func TestAcceptedInAPlan(t *testing.T) {
	plan, err := filepath.Abs("testdata/plans/ssh-open.json")
	if err != nil {
		t.Fatal(err)
	}
	workplace(t)
	for group, want := range map[string]int{"monitoring": exitDone, "other": exitFindings} {
		text := "exceptions:\n  - {reason: test, check: admin-port-open-to-internet, group: " + group + "}\n"
		if err := os.WriteFile("accepted.yaml", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, stdout, stderr := run("simulate", "--demo", "--terraform", plan, "--new-only", "--fail-on", "high", "--config", "accepted.yaml")
		if said := strings.Contains(stdout, "New or changed findings that the configuration accepts (1)"); code != want || said != (want == exitDone) {
			t.Errorf("%s: exit code %d, want %d\n%s%s", group, code, want, stdout, stderr)
		}
	}
}
