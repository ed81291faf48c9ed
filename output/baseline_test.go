package output_test

import (
	"html"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/output"
)

// baselineCounts are the formats that count the findings of the baseline, and have no
// row for each.
var baselineCounts = map[string]bool{"prometheus": true}

// goneWithoutRow are the formats that have nothing about findings which are gone since
// the baseline, each with the reason.
var goneWithoutRow = map[string]string{
	"csv":         "a row is a finding of this run",
	"parquet":     "a row is a finding of this run",
	"sarif":       "code scanning closes the alert of a result that is not there any more",
	"codequality": "GitLab compares the reports of two pipelines itself",
	"junit":       "a test case is a finding of this run",
}

// readable returns the text of a format, unpacked where the format is an archive.
func readable(t *testing.T, format, text string) string {
	switch {
	case isParquet(format):
		text = parquetText(t, text)
	case format == "xlsx":
		text = strings.Join(xlsxTexts(t, text), "\n")
	}
	return html.UnescapeString(text)
}

// TestBaselineIsInEveryFormat: with a baseline each format with rows of findings marks
// the new one, so that the bytes change when another finding is the new one, and shows
// what is fixed and what is unknown apart. --new-only shortens the table alone: files for
// programs stay whole, or a program would take what is left out for fixed.
func TestBaselineIsInEveryFormat(t *testing.T) {
	compared := func() *findings.Report {
		r := whole()
		r.Findings = slices.DeleteFunc(r.Findings, func(f findings.Finding) bool { return f.Status != findings.Open })
		for i := range r.Findings {
			r.Findings[i].FirstSeen = nil // a format may show the date in place of the mark
		}
		again := r.Comparison.Fixed[0]
		again.ID, again.ResourceID = "0f", "sg-7"
		r.Comparison.Fixed = append(r.Comparison.Fixed, again) // other counts of fixed and unknown
		return r
	}
	swapped, none := compared(), compared()
	swapped.Findings[0].Baseline, swapped.Findings[1].Baseline = swapped.Findings[1].Baseline, swapped.Findings[0].Baseline
	none.Findings[0].Baseline = findings.Unchanged
	exchanged := compared()
	exchanged.Comparison.Fixed, exchanged.Comparison.Unknown = exchanged.Comparison.Unknown, exchanged.Comparison.Fixed
	for _, f := range output.Formats() {
		if f.Lists || f.Draws && f.Name != "html" {
			continue
		}
		for name, o := range map[string]output.Options{"piped": {}, "80 columns": {Width: 80}} {
			if name != "piped" && f.Name != "table" {
				continue
			}
			text := readable(t, f.Name, write(t, f.Name, compared(), o))
			other := swapped
			if baselineCounts[f.Name] {
				other = none
			}
			if text == readable(t, f.Name, write(t, f.Name, other, o)) {
				t.Errorf("%s, %s: says nothing about which finding is new", f.Name, name)
			}
			if same := text == readable(t, f.Name, write(t, f.Name, exchanged, o)); same != (goneWithoutRow[f.Name] != "") {
				t.Errorf("%s, %s: fixed and unknown look the same: %v", f.Name, name, same)
			}
			o.NewOnly = true
			only := readable(t, f.Name, write(t, f.Name, compared(), o))
			if f.Name != "table" && only != text {
				t.Errorf("%s: --new-only changes it", f.Name)
			}
			if f.Name == "table" && (!strings.Contains(only, "SSH") || strings.Contains(only, "no interface carries sg-2") || !strings.Contains(only, "sg-9") || !strings.Contains(only, "sg-8")) {
				t.Errorf("%s: --new-only does not list what is new, fixed and unknown alone:\n%s", name, only)
			}
		}
	}
}
