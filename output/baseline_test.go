package output_test

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/change"
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
// the new one, so that the bytes change when another finding is the new one, and marks one
// that is more severe than in the baseline. It shows what is fixed and what is unknown apart. --new-only shortens the table alone: files for
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
	graver, medium := compared(), findings.Medium
	graver.Findings[1].Severity, graver.Findings[1].SeverityBefore = findings.High, &medium
	high := compared()
	high.Findings[1].Severity = findings.High
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
			if readable(t, f.Name, write(t, f.Name, graver, o)) == readable(t, f.Name, write(t, f.Name, high, o)) {
				t.Errorf("%s, %s: says nothing about which finding is more severe than in the baseline", f.Name, name)
			}
			o.NewOnly = true
			if f.Name == "table" {
				if only := write(t, f.Name, graver, o); !strings.Contains(only, "WORSE (was medium)") || !strings.Contains(only, "1 new, 1 more severe, 0 unchanged") {
					t.Errorf("%s: --new-only does not list what is more severe:\n%s", name, only)
				}
			}
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

// TestNewOnlyEndsWithWhatIsNew: where the table lists only what is new, its end names no
// other finding as the first to fix, and its commands are about those that are listed.
func TestNewOnlyEndsWithWhatIsNew(t *testing.T) {
	report := func(news int) *findings.Report {
		r := alike(6)
		for i := range r.Findings {
			f := &r.Findings[i]
			f.Severity, f.Baseline, f.GroupName = findings.Critical, "unchanged", fmt.Sprintf("group-%d", i/2)
			f.Fix.Steps = []change.Step{{Verb: change.Revoke, Group: f.GroupID}}
			if i >= len(r.Findings)-news {
				f.Severity, f.Baseline = findings.High, findings.New
			}
		}
		r.Comparison = &findings.Comparison{}
		r.Finish()
		return r
	}
	o := output.Options{
		Width: 200, NewOnly: true,
		Next: func(id string) string { return "explain " + id },
		Fixes: func(least findings.Severity, ids ...string) string {
			return strings.TrimSpace(fmt.Sprintf("fix %s %s", least, strings.Join(ids, " ")))
		},
	}
	for news, want := range map[int]string{
		1:  "Fix first: group-5 (sg-5)\nEvidence and fix: explain 0000000000000000000b\nPlan of this finding: fix info 0000000000000000000b\n",
		2:  "Fix first: group-5 (sg-5)\nEvidence and fix: explain 0000000000000000000a\nPlan of these: fix info 0000000000000000000a 0000000000000000000b\n",
		6:  "Fix first: group-3 (sg-3), group-4 (sg-4), group-5 (sg-5)\nEvidence and fix: explain 00000000000000000006\nPlan of these and of the findings that are not listed: fix info\n",
		12: "Fix first: group-0 (sg-0), group-1 (sg-1), group-2 (sg-2) and 3 more groups\nEvidence and fix: explain 00000000000000000000\nPlan of the fixes: fix info\n",
		0:  "Fix first: group-0 (sg-0), group-1 (sg-1), group-2 (sg-2) and 3 more groups\nEvidence and fix: explain 00000000000000000000\nPlan of the fixes: fix info\n",
	} {
		if text := write(t, "table", report(news), o); !strings.Contains(text, want) {
			t.Errorf("%d new findings: no %q in\n%s", news, want, text)
		}
	}
}

// TestTableNamesTheAccount: a mail, which has no standard error above it, says which account
// was read; a narrow terminal has that line.
func TestTableNamesTheAccount(t *testing.T) {
	r := alike(1)
	for width, want := range map[int]bool{0: true, 80: false, 100: true, 200: true} {
		if text := write(t, "table", r, output.Options{Width: width}); strings.Contains(text, "\nRead 1 region of account 111122223333 at depth ") != want {
			t.Errorf("%d columns: the account is named: %v, want %v:\n%s", width, !want, want, text)
		}
	}
	r.Coverage = append(r.Coverage, findings.Coverage{AccountID: "444455556666", Region: "eu-west-1", Status: "complete"})
	if text := write(t, "table", r, output.Options{}); !strings.Contains(text, "\nRead 2 regions of 2 accounts at depth ") {
		t.Errorf("the accounts are not counted:\n%s", text)
	}
}

// TestMoreSevereInWords: texts for people name the severity in the baseline beside a
// finding that is more severe now, and count it apart from what is new and what is unchanged.
func TestMoreSevereInWords(t *testing.T) {
	r := whole()
	medium := findings.Medium
	for i := range r.Findings {
		if r.Findings[i].Status == findings.Open && r.Findings[i].Baseline != findings.New {
			r.Findings[i].Severity, r.Findings[i].SeverityBefore = findings.High, &medium
		}
	}
	const mark = "WORSE (was medium)"
	for format, want := range map[string][]string{
		"table":       {mark, "1 new, 1 more severe, "},
		"markdown":    {"### More severe since ", "| high, " + mark + " |"},
		"slack":       {"high, " + mark + ": ", " 1 new, 1 more severe, "},
		"teams":       {"high, " + mark + ": ", " 1 new, 1 more severe, "},
		"html":        {`<span class="mark">` + mark + "</span>", "1 new, 1 more severe, ", `href="#f=baseline:more%20severe"`},
		"xlsx":        {"1 new, 1 more severe, ", "severity_before"},
		"codequality": {mark + ": high: "},
		"junit":       {"baseline: " + mark},
		"sarif":       {`"baselineState":"updated"`, `"severity_before":"medium"`},
		"json":        {`"baseline": "unchanged"`, `"severity_before": "medium"`},
		"csv":         {",unchanged,", ",medium\r\n"},
		"prometheus":  {"sgaudit_findings_more_severe 1\n"},
	} {
		text := readable(t, format, write(t, format, r, output.Options{}))
		for _, part := range want {
			if !strings.Contains(text, part) {
				t.Errorf("%s: no %q in\n%.3000s", format, part, text)
			}
		}
	}
}
