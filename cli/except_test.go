package cli

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/findings"
)

// TestExceptStrangersReport: a report can come from anywhere. A finding with
// fields that would be patterns, or anything else than what a report of sgaudit
// holds, does not get into the configuration.
func TestExceptStrangersReport(t *testing.T) {
	workplace(t)
	text, err := os.ReadFile("report.json")
	if err != nil {
		t.Fatal(err)
	}
	const config = "exceptions: []\n"
	for name, change := range map[string]func(*findings.Finding){
		"any check":     func(f *findings.Finding) { f.Check = "*" },
		"unknown check": func(f *findings.Finding) { f.Check = "no-such-check" },
		"any region":    func(f *findings.Finding) { f.Region = "*" },
		"no region":     func(f *findings.Finding) { f.Region = "" },
		"no account":    func(f *findings.Finding) { f.AccountID = "" },
		"any group":     func(f *findings.Finding) { f.GroupID, f.ResourceID = "*", "*" },
		"no resource":   func(f *findings.Finding) { f.GroupID, f.ResourceID = "", "" },
		"hidden":        func(f *findings.Finding) { f.ResourceID += "\u202e" },
		"any source": func(f *findings.Finding) {
			f.Rule = findings.NewRule(findings.RuleText{Direction: "ingress", Protocol: "tcp", Ports: "22", Source: "*"})
		},
		"unknown ports": func(f *findings.Finding) {
			f.Rule = findings.NewRule(findings.RuleText{Direction: "ingress", Protocol: "tcp", Ports: "*", Source: "0.0.0.0/0"})
		},
		"nothing at all": func(*findings.Finding) {},
	} {
		var report findings.Report
		if err := json.Unmarshal(text, &report); err != nil {
			t.Fatal(err)
		}
		f := &report.Findings[0]
		change(f)
		changed, err := json.Marshal(&report)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("changed.json", changed, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("mine.yaml", []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, stderr := run("except", f.ID, "--from", "changed.json", "--config", "mine.yaml", "--reason", "x")
		after, _ := os.ReadFile("mine.yaml")
		if name == "nothing at all" {
			if code != exitDone || !strings.Contains(string(after), "check: "+f.Check) {
				t.Errorf("an ordinary finding: exit code %d, %s%s", code, stderr, after)
			}
			continue
		}
		if code != exitFailed || string(after) != config {
			t.Errorf("%s: exit code %d, %s%s", name, code, stderr, after)
		}
	}
}
