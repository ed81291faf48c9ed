package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/findings"
)

// spoken returns what the program says on standard error.
func spoken(t *testing.T, talk func(*program)) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "stderr")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	talk(newProgram(os.Stdin, os.Stdout, file))
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestCoverageIsToldShortly: reasons that many regions or operations share
// are one line, each kind has its hint once, and the hint names its regions.
func TestCoverageIsToldShortly(t *testing.T) {
	report := &findings.Report{}
	for _, region := range []string{"eu-west-1", "eu-west-3", "us-east-1"} {
		c := findings.Coverage{Region: region, Status: "partial"}
		c.Gaps = append(c.Gaps, findings.Gap{Operation: "ec2:DescribeStaleSecurityGroups", Kind: "denied", Code: "UnauthorizedOperation", Message: "You are not \x1b[31mauthorized"})
		if region == "eu-west-3" {
			c.Status = "failed"
			for _, operation := range []string{"ec2:DescribeSecurityGroups", "ec2:DescribeNetworkInterfaces"} {
				c.Gaps = append(c.Gaps, findings.Gap{Operation: operation, Kind: "denied-by-policy", Code: "UnauthorizedOperation", Message: "explicit \x1b[31mdeny"})
			}
		}
		report.Coverage = append(report.Coverage, c)
	}
	report.Coverage = append(report.Coverage, findings.Coverage{Region: "us-west-2", Status: "complete"})
	for range 17 { // of an account that is not active, and counts for nothing
		report.Coverage = append(report.Coverage, findings.Coverage{Region: "eu-west-1", Status: "skipped", Gaps: []findings.Gap{{Operation: "organizations:ListAccounts", Kind: "failed", Message: "the account is SUSPENDED"}}})
	}
	report.Finish()
	got := spoken(t, func(p *program) { p.tellCoverage(report, false) })
	want := `sgaudit: warning: eu-west-1, eu-west-3, us-east-1: access denied: ec2:DescribeStaleSecurityGroups (UnauthorizedOperation)
sgaudit: warning: eu-west-3: denied by an organization policy: ec2:DescribeSecurityGroups, ec2:DescribeNetworkInterfaces (UnauthorizedOperation: explicit \x1b[31mdeny)
sgaudit: warning: incomplete: 3 of 4 regions could not be read in full
hint: if a region is closed on purpose, leave it out: --exclude-region eu-west-3
hint: ` + "`sgaudit policy` prints the permissions that an audit needs; a smaller --depth needs fewer\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := summary(report); !strings.HasPrefix(got, "3 regions, ") { // nothing was read of eu-west-3
		t.Errorf("the run in one line is %q", got)
	}
}

func TestCompleteCoverageIsSilent(t *testing.T) {
	report := &findings.Report{Coverage: []findings.Coverage{{Region: "eu-west-1", Status: "complete"}, {Region: "eu-west-2", Status: "skipped"}}}
	if got := spoken(t, func(p *program) { p.tellCoverage(report, false) }); got != "" {
		t.Errorf("said %q", got)
	}
}

func TestEveryGapKindHasAReason(t *testing.T) {
	if len(reasonOrder) != len(reasons) {
		t.Errorf("%d kinds have reasons, %d have a place in the order", len(reasons), len(reasonOrder))
	}
	for _, k := range reasonOrder {
		if reasons[k].text == "" {
			t.Errorf("%s has no words", k)
		}
	}
}

func TestVoiceNeverMovesTheCursor(t *testing.T) {
	got := spoken(t, func(p *program) {
		p.console.Say("name \x1b]0;owned\a\r\u009b2J\x9b2Kend\u202e")
		p.console.Fail("two\nlines", "go\ton")
		p.console.Quiet = true
		p.console.Say("not this")
		p.console.Warn("but this")
		p.console.Debug("nor this")
		p.console.StartProgress().Set("nor a progress line in a file")
		p.console.StartProgress().End()
	})
	want := `sgaudit: name \x1b]0;owned\x07\r\x9b2J\x9b2Kend\u202e
sgaudit: two
sgaudit: lines
hint: go\ton
sgaudit: warning: but this
`
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSummary(t *testing.T) {
	report := &findings.Report{
		Coverage: []findings.Coverage{{Status: "complete", SecurityGroups: 2}, {Status: "skipped"}},
		Findings: []findings.Finding{{Severity: findings.High}, {Severity: findings.High, Check: "b"}, {Severity: findings.Info}},
	}
	report.Finish()
	if got, want := summary(report), "1 region, 2 security groups, 3 findings (2 high, 1 info)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPlainPage(t *testing.T) {
	page := "# some-check\n\nText with `code`.\n\n## Why\n\n```sg\nsg-1  web  # want \"x\"\n\n```\nend\n"
	want := "some-check\n\nText with `code`.\n\nWhy\n\n    sg-1  web  # want \"x\"\n\nend\n"
	if got := plain(page, false); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	bold := plain(page, true)
	if !strings.Contains(bold, "\x1b[1mWhy\x1b[") || bytes.Count([]byte(bold), []byte("\x1b[1m")) != 2 {
		t.Errorf("the headings are not bold: %q", bold)
	}
}
