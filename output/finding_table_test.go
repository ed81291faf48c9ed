package output_test

import (
	"slices"
	"testing"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/output"
)

// TestNotEvaluatedIsOneRow: the checks of a region that were not evaluated for the
// same reason share a row, and those with another reason or region do not.
func TestNotEvaluatedIsOneRow(t *testing.T) {
	r := report()
	r.NotEvaluated = []findings.NotEvaluated{
		{Check: "a", AccountID: "012345678901", Region: "eu-west-1", Reason: "interfaces were not read"},
		{Check: "b", AccountID: "012345678901", Region: "eu-west-1", Reason: "interfaces were not read"},
		{Check: "b", AccountID: "012345678901", Region: "us-east-1", Reason: "interfaces were not read"},
		{Check: "c", AccountID: "012345678901", Region: "eu-west-1", Reason: "routes were not read"},
	}
	r.Finish()
	column := func(row []string, name string) string { return row[slices.Index(output.Columns, name)] }
	var got [][]string
	for _, row := range csvRows(t, write(t, "csv", r, output.Options{TagColumns: []string{"Team"}})) {
		if column(row, "title") == "not evaluated" {
			got = append(got, []string{column(row, "status"), column(row, "region"), column(row, "check"), column(row, "message")})
		}
	}
	want := [][]string{
		{"not-evaluated", "eu-west-1", "a; b", "interfaces were not read"},
		{"not-evaluated", "us-east-1", "b", "interfaces were not read"},
		{"not-evaluated", "eu-west-1", "c", "routes were not read"},
	}
	slices.SortFunc(got, func(a, b []string) int { return slices.Compare(a[2:], b[2:]) })
	slices.SortFunc(want, func(a, b []string) int { return slices.Compare(a[2:], b[2:]) })
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%q, want %q", got, want)
	}
}
