package findings_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/findings"
)

// night makes the report of the d-th night of a region: the ids that were
// found, and the kind of what was not read, of which operation.
func night(d int, gap findings.Gap, ids ...string) *findings.Report {
	r := &findings.Report{
		StartedAt: time.Date(2030, 1, d, 3, 0, 0, 0, time.UTC),
		Checks:    []findings.CheckInfo{{ID: "check"}},
		Coverage:  []findings.Coverage{{AccountID: "1", Region: "x", Status: "complete"}},
	}
	if gap.Operation != "" {
		r.Coverage[0].Status, r.Coverage[0].Gaps = "partial", []findings.Gap{gap}
	}
	for _, id := range ids {
		r.Findings = append(r.Findings, findings.Finding{ID: id, Check: "check", AccountID: "1", Region: "x", Status: findings.Open})
	}
	return r
}

// saved is the report as the next night reads it.
func saved(t *testing.T, r *findings.Report) *findings.Report {
	t.Helper()
	r.Finish()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	again, err := findings.Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// A finding that some nights could not judge is not new when it is found
// again, and was first seen when it was; one that is gone by then is fixed on
// that night.
func TestUnknownFindingsAreCarried(t *testing.T) {
	throttled := findings.Gap{Operation: "ec2:DescribeSecurityGroups", Kind: "throttled"}
	first := night(1, findings.Gap{}, "a", "b")
	first.CompareTo(night(1, findings.Gap{}))
	last := saved(t, first)
	for d := 2; d <= 3; d++ {
		bad := night(d, throttled)
		bad.CompareTo(last)
		if len(bad.Comparison.Unknown) != 2 || len(bad.Comparison.Fixed) != 0 {
			t.Fatalf("night %d: %+v", d, bad.Comparison)
		}
		last = saved(t, bad)
	}
	good := night(4, findings.Gap{}, "a", "c")
	good.CompareTo(last)
	for i, want := range []struct {
		baseline string
		day      int
	}{{findings.Unchanged, 1}, {findings.New, 4}} {
		if f := &good.Findings[i]; f.Baseline != want.baseline || f.FirstSeen.Day() != want.day {
			t.Errorf("%s is %s, first seen on day %d; want %s and %d", f.ID, f.Baseline, f.FirstSeen.Day(), want.baseline, want.day)
		}
	}
	c := good.Comparison
	if len(c.Fixed) != 1 || c.Fixed[0].ID != "b" || c.Fixed[0].FirstSeen.Day() != 1 || len(c.Unknown) != 0 {
		t.Errorf("compared: %+v", c)
	}
	again := night(5, findings.Gap{}, "a", "c")
	again.CompareTo(saved(t, good))
	if c := again.Comparison; len(c.Fixed)+len(c.Unknown) != 0 {
		t.Errorf("what was fixed comes back: %+v", c)
	}
}

// A report that lists unknown findings without their dates was written before
// they were kept: the baseline had them at its time.
func TestUnknownFindingsWithoutDates(t *testing.T) {
	old := night(2, findings.Gap{})
	old.Comparison = &findings.Comparison{Baseline: time.Date(2029, 12, 31, 0, 0, 0, 0, time.UTC), Unknown: []findings.Ref{{ID: "a", Check: "check", AccountID: "1", Region: "x"}}}
	now := night(3, findings.Gap{}, "a")
	now.CompareTo(old)
	if f := &now.Findings[0]; f.Baseline != findings.Unchanged || f.FirstSeen.Year() != 2029 {
		t.Errorf("%s, first seen %s", f.Baseline, f.FirstSeen)
	}
}

// What a region lacks every night, such as a permission, does not keep the
// findings of other checks unknown for ever.
func TestJudgedBesideGaps(t *testing.T) {
	for name, tc := range map[string]struct {
		gap    findings.Gap
		silent bool // the check needs what was not read
		fixed  bool
	}{
		"complete":                 {findings.Gap{}, false, true},
		"denied, not needed":       {findings.Gap{Operation: "wafv2:ListWebACLs", Kind: "denied"}, false, true},
		"denied, needed":           {findings.Gap{Operation: "wafv2:ListWebACLs", Kind: "denied"}, true, false},
		"closed by a policy":       {findings.Gap{Operation: "lambda:ListFunctions", Kind: "denied-by-policy"}, false, true},
		"not known there":          {findings.Gap{Operation: "ec2:DescribeVpcBlockPublicAccessOptions", Kind: "unsupported"}, false, true},
		"an item not understood":   {findings.Gap{Operation: "ec2:DescribeVpcs", Kind: "failed"}, false, false},
		"throttled tonight":        {findings.Gap{Operation: "ec2:DescribeVpcs", Kind: "throttled"}, false, false},
		"no interfaces, needed":    {findings.Gap{Operation: "ec2:DescribeNetworkInterfaces", Kind: "denied"}, true, false},
		"no interfaces":            {findings.Gap{Operation: "ec2:DescribeNetworkInterfaces", Kind: "denied"}, false, true},
		"entries of a prefix list": {findings.Gap{Operation: "ec2:GetManagedPrefixListEntries", Kind: "denied"}, false, false},
	} {
		now := night(2, tc.gap)
		if tc.silent {
			now.NotEvaluated = []findings.NotEvaluated{{Check: "check", AccountID: "1", Region: "x"}}
		}
		now.CompareTo(night(1, findings.Gap{}, "a"))
		if fixed := len(now.Comparison.Fixed) == 1; fixed != tc.fixed || len(now.Comparison.Fixed)+len(now.Comparison.Unknown) != 1 {
			t.Errorf("%s: %+v", name, now.Comparison)
		}
	}
}

// A report that --min-severity made shorter still knows what it left out: none
// of it is new later, its dates stay, and what is gone is fixed.
func TestBaselineWithMinSeverity(t *testing.T) {
	old := night(2, findings.Gap{}, "high", "low", "accepted", "gone")
	for i := range old.Findings {
		old.Findings[i].Severity = findings.Low
	}
	old.Findings[0].Severity, old.Findings[2].Status = findings.High, findings.Suppressed
	old.CompareTo(night(1, findings.Gap{}, "low"))
	old.LeaveOut(findings.High)
	if len(old.Findings) != 1 || old.Below.Findings != 2 || len(old.Below.LeftOut) != 3 {
		t.Fatalf("left out: %+v", old.Below)
	}
	now := night(3, findings.Gap{}, "high", "low", "accepted", "fresh")
	now.CompareTo(saved(t, old))
	for i, want := range []struct {
		baseline string
		day      int
	}{{findings.Unchanged, 2}, {findings.Unchanged, 1}, {findings.Unchanged, 2}, {findings.New, 3}} {
		if f := &now.Findings[i]; f.Baseline != want.baseline || f.FirstSeen.Day() != want.day {
			t.Errorf("%s is %q, first seen on day %d; want %q and %d", f.ID, f.Baseline, f.FirstSeen.Day(), want.baseline, want.day)
		}
	}
	if c := now.Comparison; len(c.Fixed) != 1 || c.Fixed[0].ID != "gone" {
		t.Errorf("fixed: %+v", c.Fixed)
	}
}

// Earlier versions counted what --min-severity left out and did not list it:
// findings below that severity are not known to be new.
func TestBaselineThatOnlyCounts(t *testing.T) {
	old := night(1, findings.Gap{})
	old.Below = &findings.Below{MinSeverity: findings.High, Findings: 1}
	now := night(2, findings.Gap{}, "low", "high")
	now.Findings[0].Severity, now.Findings[1].Severity = findings.Low, findings.High
	now.CompareTo(saved(t, old))
	if low, high := &now.Findings[0], &now.Findings[1]; low.Baseline != "" || low.FirstSeen != nil || high.Baseline != findings.New {
		t.Errorf("low %q %v, high %q", low.Baseline, low.FirstSeen, high.Baseline)
	}
}
