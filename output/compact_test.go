package output_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/output"
)

// alike returns a report of groups that have the same two findings each.
func alike(groups int) *findings.Report {
	r := &findings.Report{Caller: findings.Caller{AccountID: "111122223333"}, Coverage: []findings.Coverage{{AccountID: "111122223333", Region: "eu-west-1", Status: "complete"}}}
	for g := range groups {
		id := fmt.Sprintf("sg-%d", g)
		for k, ports := range []string{"22", "3389"} {
			r.Findings = append(r.Findings, findings.Finding{
				ID: fmt.Sprintf("%020x", 2*g+k), Check: "admin-port-open-to-internet", Severity: findings.Medium, Status: "open",
				AccountID: "111122223333", Region: "eu-west-1", GroupID: id, ResourceID: id,
				Rule:    findings.NewRule(findings.RuleText{Direction: "ingress", Protocol: "tcp", Ports: ports, Source: "0.0.0.0/0"}),
				Message: "port " + ports + " is open to the internet",
			})
		}
	}
	r.Finish()
	return r
}

// Groups that have the same findings are counted, also where each has several.
func TestCompactFoldsGroupsThatAreAlike(t *testing.T) {
	text := write(t, "table", alike(40), output.Options{Width: 80})
	if n := strings.Count(text, "\n"); n > 15 || !strings.Contains(text, "and 37 more like it: --all lists them") {
		t.Errorf("%d lines for 40 groups that are alike:\n%s", n, text)
	}
	if text = write(t, "table", alike(40), output.Options{Width: 80, All: true}); !strings.Contains(text, "sg-39,") || strings.Contains(text, "more like it") {
		t.Errorf("--all does not list each group:\n%s", text)
	}
	one := alike(40)
	one.Findings[79].Exposure.Verdict = "reachable"
	one.Finish()
	if text = write(t, "table", one, output.Options{Width: 80}); !strings.Contains(text, "and 36 more like it") || !strings.Contains(text, "reachable") {
		t.Errorf("a group with another verdict is counted with those that are alike:\n%s", text)
	}
}

// The bound on what a terminal gets holds for all parts of the table together.
func TestCompactIsBounded(t *testing.T) {
	for _, by := range output.Groupings() {
		text := write(t, "table", alike(6000), output.Options{Width: 80, All: true, GroupBy: by})
		if !strings.Contains(text, "More findings, of 1000 groups, are not shown") || strings.Count(text, "port-open-to-internet: tcp") > 10000 {
			t.Errorf("by %s: %d lines, ending in %q", by, strings.Count(text, "\n"), text[len(text)-300:])
		}
	}
}
