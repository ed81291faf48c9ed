package output_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/output"
)

// The lines about findings that are gone name the account where the report has more than
// one, and only then. They fit the terminal.
func TestGoneFindingsNameTheirAccount(t *testing.T) {
	gone := func(account string) findings.Ref {
		return findings.Ref{ID: "0a", Check: "unused-group", Severity: findings.Low, AccountID: account, Region: "eu-west-1", ResourceID: "sg-1", Name: "web", Message: "web (sg-1) is attached to no network interface, and no group references it"}
	}
	report := func(accounts ...string) *findings.Report {
		r := &findings.Report{Comparison: &findings.Comparison{Baseline: time.Date(2030, 1, 2, 3, 4, 0, 0, time.UTC)}}
		for _, a := range accounts {
			r.Coverage = append(r.Coverage, findings.Coverage{AccountID: a, AccountName: "team-" + a[:1], Region: "eu-west-1", Status: "complete"})
		}
		r.Comparison.Fixed = []findings.Ref{gone(accounts[0])}
		r.Comparison.Unknown = []findings.Ref{gone(accounts[len(accounts)-1])}
		r.Finish()
		return r
	}
	for _, width := range []int{0, 80, 120, 200} {
		text := write(t, "table", report("111122223333", "444455556666"), output.Options{Width: width})
		for _, want := range []string{"fixed    low  team-1 (111122223333) eu-west-1 web (sg-1): ", "unknown  low  team-4 (444455556666) eu-west-1 web (sg-1): "} {
			if !strings.Contains(text, want) {
				t.Errorf("at %d columns %q is missing in:\n%s", width, want, text)
			}
		}
		for line := range strings.SplitSeq(text, "\n") {
			if n := utf8.RuneCountInString(line); width > 0 && n > width {
				t.Errorf("at %d columns a line has %d: %s", width, n, line)
			}
		}
	}
	if text := write(t, "table", report("111122223333"), output.Options{}); !strings.Contains(text, "fixed    low  eu-west-1 web (sg-1): ") || strings.Count(text, "team-1") != 1 {
		t.Errorf("a report of one account does not name it once, in the line that says what was read:\n%s", text)
	}
	if text := write(t, "html", report("111122223333", "444455556666"), output.Options{}); !strings.Contains(text, "team-4 (444455556666) eu-west-1 web (sg-1)") {
		t.Error("the page does not name the account of what is gone")
	}
}
