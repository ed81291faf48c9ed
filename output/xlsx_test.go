package output_test

import (
	"archive/zip"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/output"
)

// unzipped joins the parts of a workbook.
func unzipped(t *testing.T, text string) string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, part := range z.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, r); err != nil {
			t.Fatal(err)
		}
		all.WriteString("\n")
	}
	return all.String()
}

func workbook(t *testing.T, r *findings.Report, o output.Options) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(strings.NewReader(write(t, "xlsx", r, o)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// TestWorkbook: each finding is in one sheet with the cells of CSV, suppressed
// ones and gaps have sheets of their own, and the summary says what is missing.
func TestWorkbook(t *testing.T) {
	r := report()
	accepted := r.Findings[0]
	accepted.ID, accepted.Status = "0c", findings.Suppressed
	accepted.Suppression = &findings.Suppression{Reason: "until the move", Expires: "2030-01-02", Owner: "shop", Ticket: "T-1"}
	seen := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	r.Findings[1].FirstSeen = &seen
	r.Findings = append(r.Findings, accepted)
	r.Comparison = &findings.Comparison{Fixed: []findings.Ref{{ID: "0d", Check: "unused-group", ResourceID: "sg-9"}}}
	r.Controls = []findings.Control{{Framework: "cis", Control: "5.2", Status: findings.Failed, Checks: []string{"a", "b"}, Findings: []string{"0a"}}}
	r.Finish()
	f := workbook(t, r, output.Options{Tables: listed(), TagColumns: []string{"b"}})
	want := []string{"Summary", "Findings", "Rules", "Groups", "Interfaces", "Coverage", "Suppressed", "Not evaluated", "Since the baseline", "Controls"}
	if got := f.GetSheetList(); !slices.Equal(got, want) {
		t.Errorf("sheets %q, want %q", got, want)
	}
	cell := func(sheet, cell string) string {
		value, err := f.GetCellValue(sheet, cell)
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
	head, err := f.GetRows("Findings")
	if err != nil || !slices.Equal(head[0][:len(output.Columns)], output.Columns) || len(head) != 3 {
		t.Errorf("%d rows, columns %q, %v", len(head), head[0], err)
	}
	at := func(column string, row int) string {
		name, err := excelize.CoordinatesToCellName(1+slices.Index(slices.Concat(output.Columns, []string{"tag:b", "console"}), column), row)
		if err != nil {
			t.Fatal(err)
		}
		return name
	}
	if cell("Findings", "A2") != "0a" || cell("Findings", "A3") != "0b" || cell("Findings", at("tag:b", 2)) != "2" || cell("Findings", at("first_seen", 3)) != "2026-01-02 03:04" {
		t.Errorf("findings: %q", head)
	}
	if formula, _ := f.GetCellFormula("Findings", at("console", 2)); formula != `HYPERLINK("https://console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-1","open")` {
		t.Errorf("the link to the console: %s", formula)
	}
	if cell("Suppressed", "A2") != "0c" || cell("Suppressed", at("expires", 2)) != "2030-01-02" {
		t.Errorf("suppressed: %q until %q", cell("Suppressed", "A2"), cell("Suppressed", at("expires", 2)))
	}
	if cell("Coverage", "H3") != "ec2:DescribeSecurityGroups" || cell("Not evaluated", "A2") != "unused-group" || cell("Since the baseline", "B2") != "fixed" || cell("Controls", "B2") != "5.2" {
		t.Error("a list is not in its sheet")
	}
	if rows, _ := f.GetRows("Rules"); len(rows) != 1+3+1 {
		t.Errorf("%d rows of rules, want a heading, three rules and a gap", len(rows))
	}
	summary, err := f.GetRows("Summary")
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, row := range summary {
		text += strings.Join(row, " ") + "\n"
	}
	for _, part := range []string{
		"INCOMPLETE 1 of 2 regions could not be read in full", "Not evaluated 1 check of a region", "1 fixed", "critical 1", "low 1",
		"admin-port-open-to-internet 1", "012345678901 1", "Suppressed by exceptions 1",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("the summary does not say %q:\n%s", part, text)
		}
	}

	// Of a report alone there are no lists, and the summary says so.
	f = workbook(t, r, output.Options{})
	if slices.Contains(f.GetSheetList(), "Rules") {
		t.Error("a report has no rules to list")
	}
	if rows, _ := f.GetRows("Summary"); !slices.ContainsFunc(rows, func(row []string) bool { return len(row) > 1 && strings.HasPrefix(row[1], "not listed: ") }) {
		t.Errorf("the summary does not say that rules are missing: %q", rows)
	}
}

// TestManyCounts: a summary of many accounts stays short.
func TestManyCounts(t *testing.T) {
	r := &findings.Report{}
	for i := range 100 {
		r.Findings = append(r.Findings, findings.Finding{ID: strconv.Itoa(i), AccountID: strconv.Itoa(100000000000 + i), Severity: findings.High, Status: findings.Open})
	}
	r.Finish()
	rows, err := workbook(t, r, output.Options{}).GetRows("Summary")
	if err != nil || len(rows) > 120 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if !slices.ContainsFunc(rows, func(row []string) bool { return len(row) > 0 && row[0] == "and 60 more: see the sheet Findings" }) {
		t.Error("the summary does not say how many accounts it leaves out")
	}
}

// TestChecksAreCountedById: the summary names each check as the column check of the
// findings does, since findings of one check may have different titles.
func TestChecksAreCountedById(t *testing.T) {
	r := report()
	r.Findings = r.Findings[:1]
	r.Findings[0].Check, r.Findings[0].Title, r.Findings[0].Status = "expired-rule", "Rule is described as temporary", findings.Open
	r.Checks = []findings.CheckInfo{{ID: "expired-rule", Title: "Rule is past its expiry date"}}
	r.Finish()
	rows, err := workbook(t, r, output.Options{}).GetRows("Summary")
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(rows, func(row []string) bool { return len(row) > 0 && row[0] == "By check" })
	if at < 0 || at+1 >= len(rows) || rows[at+1][0] != "expired-rule" {
		t.Errorf("below \"By check\": %q", rows)
	}
}
