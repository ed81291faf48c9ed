package findings_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/findings"
)

// of returns a report of one region of an account, with a finding for each severity.
func of(account, region, status string, severities ...findings.Severity) *findings.Report {
	at := time.Date(2026, 1, 2, 3, 4, len(account), 0, time.UTC)
	r := &findings.Report{
		StartedAt: at, FinishedAt: at.Add(time.Minute), Depth: "network",
		Caller:   findings.Caller{AccountID: account, ARN: "arn:aws:iam::" + account + ":user/a", Partition: "aws"},
		Coverage: []findings.Coverage{{AccountID: account, Region: region, Status: status, SecurityGroups: 2}},
		Checks:   []findings.CheckInfo{{ID: "x"}},
	}
	for _, s := range severities {
		r.Findings = append(r.Findings, findings.Finding{ID: account + region + s.String(), Check: "x", AccountID: account, Region: region, Severity: s, Status: findings.Open})
	}
	r.Finish()
	return r
}

func merge(reports ...*findings.Report) (*findings.Report, error) {
	var names []string
	for i := range reports {
		names = append(names, strconv.Itoa(i+1)+".json")
	}
	return findings.Merge(reports, names)
}

func text(t *testing.T, r *findings.Report) []byte {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestMerge(t *testing.T) {
	a, b := of("1", "a", "complete", findings.High, findings.Low), of("22", "a", "partial", findings.Critical)
	b.Depth = "groups"
	b.Checks = []findings.CheckInfo{{ID: "x"}, {ID: "y"}}
	b.NotEvaluated = []findings.NotEvaluated{{Check: "x", AccountID: "22", Region: "a"}}
	a.Controls = []findings.Control{{Framework: "cis", Control: "1", Status: findings.Passed, Checks: []string{"x"}}, {Framework: "cis", Control: "2", Status: findings.Failed, Findings: []string{"p"}}}
	b.Controls = []findings.Control{{Framework: "cis", Control: "1", Status: findings.Unevaluated, Checks: []string{"y"}}, {Framework: "cis", Control: "2", Status: findings.Passed}}
	a.Comparison = &findings.Comparison{Baseline: a.StartedAt.Add(-time.Hour), Fixed: []findings.Ref{{ID: "f"}}}
	b.Below = &findings.Below{MinSeverity: findings.Low, Findings: 3, LeftOut: []findings.Ref{{ID: "l"}}}
	b.Selection = &findings.Selection{Filters: []string{"--vpc v"}, Findings: 4}
	a.Exceptions = []findings.ExceptionUse{{Line: 3, Reason: "r", Hits: 1}}
	b.Exceptions = []findings.ExceptionUse{{Line: 3, Reason: "r", Hits: 2}, {Line: 9}}
	before := [][]byte{text(t, a), text(t, b)}

	m, err := merge([]*findings.Report{a, b}...)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, f := range m.Findings {
		ids = append(ids, f.ID)
	}
	if !slices.Equal(ids, []string{"22acritical", "1ahigh", "1alow"}) || m.Summary.Total() != 3 || m.Summary.NotEvaluated != 1 {
		t.Errorf("findings %q, summary %+v", ids, m.Summary)
	}
	if len(m.Coverage) != 2 || !m.Incomplete() || len(m.Checks) != 2 || m.Depth != "groups" || !m.StartedAt.Equal(a.StartedAt) || !m.FinishedAt.Equal(b.FinishedAt) {
		t.Errorf("%+v", m)
	}
	if m.Caller != (findings.Caller{Partition: "aws"}) {
		t.Errorf("the caller of both is %+v", m.Caller)
	}
	if m.Controls[0].Status != findings.Unevaluated || len(m.Controls[0].Checks) != 2 || m.Controls[1].Status != findings.Failed || len(m.Controls[1].Findings) != 1 {
		t.Errorf("controls: %+v", m.Controls)
	}
	if m.Comparison == nil || len(m.Comparison.Fixed) != 1 || m.Below.Findings != 3 || len(m.Below.LeftOut) != 1 || m.Selection.Findings != 4 || m.Selection.Filters[0] != "--vpc v" {
		t.Errorf("comparison %+v, below %+v, selection %+v", m.Comparison, m.Below, m.Selection)
	}
	if len(m.Exceptions) != 2 || m.Exceptions[0].Hits != 3 {
		t.Errorf("exceptions: %+v", m.Exceptions)
	}
	if !bytes.Equal(before[0], text(t, a)) || !bytes.Equal(before[1], text(t, b)) {
		t.Error("a report was changed")
	}
	other, err := merge([]*findings.Report{b, a}...)
	if err != nil || !bytes.Equal(text(t, &findings.Report{Findings: other.Findings, Coverage: other.Coverage}), text(t, &findings.Report{Findings: m.Findings, Coverage: m.Coverage})) {
		t.Errorf("the order of the reports shows: %v", err)
	}
}

// TestMergeOfOne: a report merged with nothing is itself.
func TestMergeOfOne(t *testing.T) {
	r := of("1", "a", "complete", findings.High)
	m, err := merge([]*findings.Report{r}...)
	if err != nil || !bytes.Equal(text(t, m), text(t, r)) {
		t.Errorf("%s\nwant %s, %v", text(t, m), text(t, r), err)
	}
}

func TestMergeOfTheSame(t *testing.T) {
	// Regions that a run left out are in another.
	m, err := merge([]*findings.Report{of("1", "a", "skipped"), of("1", "a", "complete", findings.High), of("1", "a", "skipped"), of("1", "b", "complete")}...)
	if err != nil || len(m.Coverage) != 2 || m.Coverage[0].Status != "complete" || m.Caller.ARN == "" {
		t.Errorf("%+v, %v", m, err)
	}
	_, err = merge([]*findings.Report{of("1", "b", "complete"), of("1", "a", "complete"), of("1", "a", "failed")}...)
	if err == nil || !strings.Contains(err.Error(), "region a of account 1 is in 2.json and again in 3.json") {
		t.Errorf("the same region twice: %v", err)
	}
	china := of("2", "a", "complete")
	china.Caller.Partition = "aws-cn"
	if _, err = merge([]*findings.Report{of("1", "a", "complete"), china}...); err == nil || !strings.Contains(err.Error(), "partition") {
		t.Errorf("two partitions: %v", err)
	}
	if _, err = merge(); err == nil {
		t.Error("nothing was merged")
	}
}
