package cli

import (
	"errors"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/words"
)

// TestExplainSaysWhereNoVerdictApplies holds that a finding about neither a group nor
// an interface has no verdict, and that filters of the data find it as unknown.
func TestExplainSaysWhereNoVerdictApplies(t *testing.T) {
	f := findings.Finding{ResourceType: "vpc", ResourceID: "vpc-1", Exposure: findings.Exposure{Verdict: "unknown", Evidence: []string{"not applicable: the finding is not about a rule"}}}
	if text := output.Explain(&f, ""); !strings.Contains(text, "Verdict: not applicable (unknown in") || strings.Contains(text, "Verdict: unknown") {
		t.Errorf("a finding about a VPC is explained as\n%s", text)
	}
	f.GroupID = "sg-1"
	if text := output.Explain(&f, ""); !strings.Contains(text, "Verdict: unknown") {
		t.Errorf("a finding about a group is explained as\n%s", text)
	}
}

// TestExplainSuggestsWhatRuns holds that a check that runs by default is suggested
// before one that does not.
func TestExplainSuggestsWhatRuns(t *testing.T) {
	if got := words.Nearest("admin-port", checkIDs()); got != "admin-port-open-to-internet" {
		t.Errorf("nearest to admin-port is %s", got)
	}
}

// TestGroupsNamed holds that a name leads to the ids that have it, each once.
func TestGroupsNamed(t *testing.T) {
	report := &findings.Report{Findings: []findings.Finding{
		{GroupID: "sg-1", GroupName: "web"}, {GroupID: "sg-1", GroupName: "web"}, {GroupID: "sg-2", GroupName: "web"}, {GroupID: "sg-3", GroupName: ""},
	}}
	if got := strings.Join(groupsNamed(report, "web"), " "); got != "sg-1 sg-2" {
		t.Errorf("the groups with the name web are %q", got)
	}
	if got := groupsNamed(report, ""); len(got) > 0 {
		t.Errorf("no name leads to %q", got)
	}
	if _, err := findFinding(report, "", "abcdef"); !errors.Is(err, errNoFinding) {
		t.Errorf("an id that is not in the report: %v", err)
	}
}

// TestPageOfACheckFits: paragraphs are wrapped anew, and the lines of tables and examples go
// on below themselves.
func TestPageOfACheckFits(t *testing.T) {
	const page = "check\n\nRuns: by default\nReads: ec2:A\n\nA paragraph that is as wide\nas its source.\n\n| a table | of many columns |\n| of two | rows |\n\n    sg-1 example of more words\n"
	const want = "check\n\nRuns: by default\nReads: ec2:A\n\nA paragraph that is\nas wide as its\nsource.\n\n| a table | of many\n    columns |\n| of two | rows |\n\n    sg-1 example of\n        more words\n"
	if got := fitPage(page, 20); got != want {
		t.Errorf("at 20 columns:\n%s\nwant:\n%s", got, want)
	}
	if got := fitPage(page, 0); got != page {
		t.Errorf("a pipe gets:\n%s", got)
	}
}
