package output

import (
	"bytes"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/findings"
)

// TestNotesBeginWithTheirRegions: notes that differ between regions begin with the region,
// and Markdown has them to their end.
func TestNotesBeginWithTheirRegions(t *testing.T) {
	long := "looked for uses of security groups in " + strings.Repeat("one more kind of resource, ", 16) + "and did not look in the last one"
	r := &findings.Report{
		Findings: []findings.Finding{{ID: "a", Check: "unused-group", GroupID: "sg-1", Region: "eu-west-1"}},
		Notes:    []findings.Note{{Check: "unused-group", Region: "eu-west-1", Text: "looked everywhere"}, {Check: "unused-group", Region: "us-east-1", Text: long}},
	}
	var out bytes.Buffer
	notes(&out, r, Options{}, func(string) bool { return true })
	want := "\neu-west-1: unused-group looked everywhere\n\nus-east-1: unused-group " + long + "\n"
	if out.String() != want {
		t.Errorf("got %s\nwant %s", out.String(), want)
	}
	if text := formatted(t, "markdown", r); !strings.Contains(text, "us\\-east\\-1: unused") && !strings.Contains(text, "us-east-1: unused") || !strings.Contains(text, "the last one\n") {
		t.Errorf("Markdown: %s", text)
	}
	r.Notes = r.Notes[:1]
	out.Reset()
	if notes(&out, r, Options{}, func(string) bool { return true }); out.String() != "\nunused-group looked everywhere\n" {
		t.Errorf("one note: %s", out.String())
	}
	r.Checks = []findings.CheckInfo{{ID: "unused-rule"}}
	r.Coverage = []findings.Coverage{{Region: "eu-west-1", Status: "complete"}}
	r.Findings, r.Notes, r.NotEvaluated = nil, nil, []findings.NotEvaluated{{Check: "unused-rule", Region: "eu-west-1"}}
	if text := headline(r); !strings.HasPrefix(text, "Nothing was found, and no check was evaluated in full.") {
		t.Error("Markdown: " + text)
	}
	if text := formatted(t, "table", r); !strings.Contains(text, "Nothing was found, and no check was evaluated in full.\n") {
		t.Error("table: " + text)
	}
	r.Checks = append(r.Checks, findings.CheckInfo{ID: "unused-group"})
	if text := headline(r); !strings.HasPrefix(text, "Nothing was found.") {
		t.Error("one of two checks: " + text)
	}
}
