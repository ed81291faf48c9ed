package findings_test

import (
	"slices"
	"testing"

	"github.com/sgaudit/sgaudit/findings"
)

// TestByRegion: every finding is in the report of its region, in the order of the
// whole, and each report counts its own.
func TestByRegion(t *testing.T) {
	r := &findings.Report{
		Coverage: []findings.Coverage{
			{AccountID: "2", Region: "b", Status: "complete"},
			{AccountID: "1", Region: "b", Status: "failed"},
			{AccountID: "1", Region: "a", Status: "complete"},
			{AccountID: "1", Region: "s", Status: "skipped"},
		},
		Findings: []findings.Finding{
			{ID: "y", AccountID: "1", Region: "a", Severity: findings.High, Status: "open"},
			{ID: "z", AccountID: "2", Region: "b", Status: "open"},
			{ID: "x", AccountID: "1", Region: "a", Severity: findings.High, Status: "suppressed"},
			{ID: "w", AccountID: "2", Region: "", Status: "open"},
		},
		NotEvaluated: []findings.NotEvaluated{{Check: "c", AccountID: "1", Region: "b"}, {Check: "c", AccountID: "3", Region: "d"}},
	}
	type part struct {
		covered, found, unevaluated, total int
		ids                                string
	}
	var got []part
	for p := range r.ByRegion() {
		ids := ""
		for i := range p.Findings {
			ids += p.Findings[i].ID
		}
		got = append(got, part{len(p.Coverage), len(p.Findings), p.Summary.NotEvaluated, p.Summary.Total(), ids})
	}
	want := []part{{1, 2, 0, 1, "yx"}, {1, 0, 1, 0, ""}, {0, 1, 0, 1, "w"}, {1, 1, 0, 1, "z"}, {0, 0, 1, 0, ""}}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	for range r.ByRegion() { // it can be left early
		break
	}
	if len(r.Findings) != 4 || len(r.Coverage) != 4 {
		t.Error("the whole report has changed")
	}
}
