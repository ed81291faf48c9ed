package findings

import (
	"reflect"
	"testing"
)

func TestSelect(t *testing.T) {
	r := &Report{
		Coverage: []Coverage{{AccountID: "1", Region: "a", Status: "complete"}, {AccountID: "2", Region: "a", Status: "failed"}},
		Checks:   []CheckInfo{{ID: "x"}, {ID: "y"}},
		Findings: []Finding{
			{ID: "1", Check: "x", AccountID: "1", Region: "a", GroupID: "g", Severity: High, Status: Open, Baseline: New},
			{ID: "2", Check: "y", AccountID: "2", Region: "a", GroupID: "h", Severity: Low, Status: Open, Baseline: Unchanged},
			{ID: "3", Check: "y", AccountID: "1", Region: "a", GroupID: "h", Severity: Low, Status: Suppressed},
			{ID: "4", Check: "x", AccountID: "1", Region: "a", GroupID: "g", Severity: Info, Status: Open, Baseline: New},
		},
		NotEvaluated: []NotEvaluated{{Check: "x", AccountID: "2", Region: "a"}},
		Comparison:   &Comparison{Fixed: []Ref{{ID: "5", Check: "x", AccountID: "2", Region: "a"}}, Unknown: []Ref{}},
		Below:        &Below{MinSeverity: Info, Findings: 2, LeftOut: []Ref{{ID: "6"}, {ID: "7"}}},
	}
	for name, c := range map[string]struct {
		filter      Filter
		ids         []string
		out, below  int
		unevaluated int
		regions     int
	}{
		"account":  {Filter{Accounts: []string{"1"}, Words: []string{"w"}}, []string{"1", "3", "4"}, 1, 0, 0, 1},
		"check":    {Filter{Checks: []string{"y"}, Words: []string{"w"}}, []string{"2", "3"}, 2, 0, 0, 2},
		"region":   {Filter{Regions: []string{"a"}, Words: []string{"w"}}, []string{"1", "2", "3", "4"}, 0, 0, 1, 2},
		"status":   {Filter{Status: Suppressed, Words: []string{"w"}}, []string{"3"}, 3, 0, 1, 2},
		"new":      {Filter{New: true, Words: []string{"w"}}, []string{"1", "4"}, 1, 0, 1, 2},
		"severity": {Filter{MinSeverity: Low, New: true, Words: []string{"w"}}, []string{"1"}, 1, 1, 1, 2},
		"group":    {Filter{Part: func(f *Finding) bool { return f.GroupID == "h" }, Words: []string{"w"}}, []string{"2", "3"}, 2, 0, 1, 2},
	} {
		got := r.Select(c.filter)
		var ids []string
		for _, f := range got.Findings {
			ids = append(ids, f.ID)
		}
		if !reflect.DeepEqual(ids, c.ids) || got.Selection.Findings != c.out || got.Below.Findings != 2+c.below || len(got.Below.LeftOut) != 2+c.below {
			t.Errorf("%s: findings %v, %d left out, %d below; want %v, %d, %d", name, ids, got.Selection.Findings, got.Below.Findings, c.ids, c.out, 2+c.below)
		}
		if len(got.NotEvaluated) != c.unevaluated || got.Summary.NotEvaluated != c.unevaluated || len(got.Coverage) != c.regions {
			t.Errorf("%s: %d not evaluated, summary %d, %d regions", name, len(got.NotEvaluated), got.Summary.NotEvaluated, len(got.Coverage))
		}
		if got.Summary.Total()+got.Summary.Suppressed != len(ids) {
			t.Errorf("%s: the summary %+v is not that of %v", name, got.Summary, ids)
		}
	}
	if len(r.Findings) != 4 || r.Selection != nil || len(r.Comparison.Fixed) != 1 {
		t.Error("the report itself was changed")
	}
}
