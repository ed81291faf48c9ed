package config

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/findings"
)

// TestExceptionsPage runs the cases of docs/exceptions.md.
func TestExceptionsPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/exceptions.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	text, rest, _ := strings.Cut(rest, "```")
	c, err := Parse("exceptions.md", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	cases := 0
	for line := range strings.Lines(rest) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 11 || strings.Contains(line, "---") || strings.Contains(line, "accepted by") {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		cases++
		f := findings.Finding{
			Check: cells[1], AccountID: cells[2], Region: cells[3], GroupID: cells[4], ResourceID: cells[4], GroupName: cells[5],
			Tags: map[string]string{}, Status: findings.Open,
		}
		for _, tag := range strings.Fields(cells[6]) {
			key, value, _ := strings.Cut(tag, "=")
			f.Tags[key] = value
		}
		if traffic, source, ok := strings.Cut(cells[7], " "); ok {
			protocol, ports, _ := strings.Cut(traffic, "/")
			if ports == "" {
				ports = "all"
			}
			f.Rule = findings.NewRule(findings.RuleText{Direction: "ingress", Protocol: protocol, Ports: ports, Source: source})
		}
		day, err := time.Parse(time.DateOnly, cells[8])
		if err != nil {
			t.Fatal(err)
		}
		report := &findings.Report{Findings: []findings.Finding{f}}
		report.Except(c.Exceptions, day.Add(23*time.Hour+59*time.Minute))
		got := ""
		if s := report.Findings[0].Suppression; s != nil {
			got, _, _ = strings.Cut(s.Reason, ",")
		}
		if got != cells[9] || (got != "") != (report.Findings[0].Status == findings.Suppressed) {
			t.Errorf("%s: accepted by %q", strings.TrimSpace(line), got)
		}
	}
	if cases < 15 {
		t.Errorf("only %d cases were found on the page", cases)
	}
}

func TestExceptionWarnings(t *testing.T) {
	c, err := Parse("x.yaml", []byte(`exceptions:
  - {reason: soon, check: unused-group, group: sg-1, expires: 2030-01-31, owner: web}
  - {reason: past, check: unused-group, group: sg-1, expires: 2029-12-31}
  - {reason: idle, check: unused-group, group: sg-2}
  - {reason: not asked, check: admin-port-open-to-internet, group: sg-2}
  - {reason: other region, region: eu-west-1}
  - {reason: far, group: sg-1, expires: 2031-01-31}
`))
	if err != nil {
		t.Fatal(err)
	}
	report := &findings.Report{
		Coverage: []findings.Coverage{{AccountID: "1", Region: "us-east-1", Status: "complete"}},
		Checks:   []findings.CheckInfo{{ID: "unused-group"}},
		Findings: []findings.Finding{{Check: "unused-group", GroupID: "sg-1", AccountID: "1", Region: "us-east-1", Status: findings.Open}},
	}
	day := time.Date(2030, 1, 20, 3, 0, 0, 0, time.UTC)
	got := strings.Join(report.Except(c.Exceptions, day), "\n")
	want := `the exception in line 2 (soon) expires after 2030-01-31: 1 finding is open then (web)
the exception in line 3 (past) expired after 2029-12-31: 1 finding is open again
the exception in line 4 (idle) matches no finding: remove or correct it`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if report.Findings[0].Suppression.Reason != "soon" || report.Exceptions[1].Hits != 1 || !report.Exceptions[1].Expired {
		t.Errorf("%+v", report.Exceptions)
	}
	report.Coverage[0].Status = "partial"
	if more := report.Except(c.Exceptions[2:3], day); len(more) > 0 {
		t.Errorf("of an incomplete run: %v", more)
	}
}

// TestInsertException writes into files of every form, and leaves the rest.
func TestInsertException(t *testing.T) {
	entry := findings.Exception{Reason: "it's decided: yes", Check: "unused-group", Account: "012345678901", Region: "us-east-1", Group: "sg-1"}
	block := func(indent string) string {
		return indent + "# web: unused\n" + indent + "- reason: 'it''s decided: yes'\n" + indent + "  check: unused-group\n" + indent + `  account: "012345678901"` + "\n" + indent + "  region: us-east-1\n" + indent + "  group: sg-1\n"
	}
	for name, tc := range map[string]struct{ before, after string }{
		"empty":        {"", "exceptions:\n" + block("  ")},
		"other keys":   {"# ours\naccounts: []  # none\n\n", "# ours\naccounts: []  # none\n\nexceptions:\n" + block("  ")},
		"empty list":   {"exceptions: []\naccounts: []\n", "exceptions:\n" + block("  ") + "accounts: []\n"},
		"one":          {"exceptions:\n- reason: a # why\n  check: unused-group\n\n# next\naccounts: []\n", "exceptions:\n- reason: a # why\n  check: unused-group\n" + block("") + "\n# next\naccounts: []\n"},
		"indented":     {"exceptions:\n    - {reason: a, check: unused-group}\n    # the last\n    - reason: |\n        b\n\n        c\n      check: unused-group", "exceptions:\n    - {reason: a, check: unused-group}\n    # the last\n    - reason: |\n        b\n\n        c\n      check: unused-group\n" + block("    ")},
		"with returns": {"accounts: []\r\n", strings.ReplaceAll("accounts: []\n\nexceptions:\n"+block("  "), "\n", "\r\n")},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := insert("x.yaml", []byte(tc.before), entry, "web: unused")
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != tc.after {
				t.Errorf("got\n%s\nwant\n%s", got, tc.after)
			}
			before, _ := Parse("x.yaml", []byte(tc.before))
			after, err := Parse("x.yaml", got)
			if err != nil || len(after.Exceptions) != len(before.Exceptions)+1 {
				t.Errorf("%v: %d exceptions", err, len(after.Exceptions))
			}
		})
	}
	for _, text := range []string{"exceptions: [{reason: a, check: unused-group}]\n", "{exceptions: []}\n"} {
		if _, err := insert("x.yaml", []byte(text), entry, ""); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

func FuzzConfig(f *testing.F) {
	f.Add("trusted_cidrs: [203.0.113.0/24]\nexceptions:\n  - {reason: a, check: unused-*, tags: {a: b}, ports: tcp/22, expires: 2030-01-31}\n")
	f.Add("services:\n  - {ports: tcp/8123, name: x, kind: database, severity: high}\nchecks: {enable: [], disable: [unused-group]}\n")
	f.Add("a: &a [*a]\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse("x.yaml", []byte(text))
		if err != nil {
			if err.Error() == "" {
				t.Fatal("an error that says nothing")
			}
			return
		}
		shown, err := c.Show()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse("shown.yaml", []byte(shown)); err != nil {
			t.Fatalf("what show prints is refused: %v\n%s", err, shown)
		}
	})
}
