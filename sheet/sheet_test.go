package sheet_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/sgaudit/sgaudit/sheet"
	"github.com/sgaudit/sgaudit/tables"
	"github.com/sgaudit/sgaudit/words"
)

func table(name string, columns []tables.Column, rows ...[]string) *tables.Table {
	return &tables.Table{Name: name, Columns: columns, Rows: slices.Values(rows)}
}

func book(list ...*tables.Table) *sheet.Book {
	return &sheet.Book{
		Title: "Security groups of 123456789012", Creator: "sgaudit 1", Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Facts:  []sheet.Fact{{Label: "Read at", Value: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}, {Label: "Regions", Value: 2}, {Label: "INCOMPLETE", Value: "1 of 2", Warning: true}},
		Levels: []sheet.Level{{Name: "critical", Count: 2}, {Name: "low", Count: 1}},
		Counts: []sheet.Counts{{Title: "By check", Rows: []sheet.Count{{Label: "=SSH", Numbers: []int{2, 0}}, {Label: "unused", Numbers: []int{0, 1}}}}},
		Tables: list,
	}
}

func written(t *testing.T, b *sheet.Book) ([]byte, *excelize.File) {
	t.Helper()
	var out bytes.Buffer
	if err := sheet.Write(&out, b); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return out.Bytes(), f
}

var columns = []tables.Column{
	{Name: "group_id"},
	{Name: "account_id"},
	{Name: "attached", Kind: tables.Number},
	{Name: "message", Kind: tables.Prose},
	{Name: "severity", Kind: tables.Level},
	{Name: "first_seen", Kind: tables.Date},
	{Name: "console", Kind: tables.Link},
}

// TestCells: ids and accounts are text, numbers numbers and dates dates; links
// are formulas and nothing else is.
func TestCells(t *testing.T) {
	const link = "https://console.aws.amazon.com/ec2/home?region=eu-west-1&x=1#SecurityGroup:groupId=sg-1"
	_, f := written(t, book(table("findings", columns,
		[]string{"sg-1", "012345678901", "12", "<b> & ]]> _x0041_", "critical", "2026-01-02T12:00:00Z", link},
		[]string{"=1+1", "1e5", "not a number", " space ", "unheard of", "soon", `https://x/"&HYPERLINK("`},
		[]string{"", "", "", "", "", "2026-03-04", ""},
	)))
	for cell, want := range map[string]struct {
		value, formula string
		kind           excelize.CellType
	}{
		"A1": {"group_id", "", excelize.CellTypeInlineString},
		"A2": {"sg-1", "", excelize.CellTypeInlineString},
		"B2": {"012345678901", "", excelize.CellTypeInlineString},
		"C2": {"12", "", excelize.CellTypeUnset},
		"D2": {"<b> & ]]> _x0041_", "", excelize.CellTypeInlineString},
		"E2": {"critical", "", excelize.CellTypeInlineString},
		"F2": {"2026-01-02 12:00", "", excelize.CellTypeUnset},
		"G2": {"open", `HYPERLINK("` + link + `","open")`, excelize.CellTypeFormula},
		"A3": {"=1+1", "", excelize.CellTypeInlineString},
		"B3": {"1e5", "", excelize.CellTypeInlineString},
		"C3": {"not a number", "", excelize.CellTypeInlineString},
		"D3": {" space ", "", excelize.CellTypeInlineString},
		"F3": {"soon", "", excelize.CellTypeInlineString},
		"G3": {`https://x/"&HYPERLINK("`, "", excelize.CellTypeInlineString},
		"A4": {"", "", excelize.CellTypeUnset},
		"F4": {"2026-03-04", "", excelize.CellTypeUnset},
	} {
		value, err := f.GetCellValue("Findings", cell)
		if err != nil {
			t.Fatal(err)
		}
		formula, _ := f.GetCellFormula("Findings", cell)
		kind, _ := f.GetCellType("Findings", cell)
		if value != want.value || formula != want.formula || kind != want.kind {
			t.Errorf("%s: %q, formula %q, type %d; want %q, %q, %d", cell, value, formula, kind, want.value, want.formula, want.kind)
		}
	}
	if label, _ := f.GetCellFormula("Summary", "A15"); label != "" {
		t.Errorf("the label of a count is the formula %q", label)
	}
}

// TestLayout: what makes a sheet of use, and printable.
func TestLayout(t *testing.T) {
	_, f := written(t, book(table("findings", columns, []string{"sg-1", "1", "1", strings.Repeat("word ", 60), "high", "", ""}), table("not_evaluated", columns)))
	if got := f.GetSheetList(); !slices.Equal(got, []string{"Summary", "Findings", "Not evaluated"}) {
		t.Errorf("sheets: %q", got)
	}
	names := map[string]string{}
	for _, n := range f.GetDefinedName() {
		names[n.Scope+" "+n.Name] = n.RefersTo
	}
	if names["Findings _xlnm.Print_Area"] != "'Findings'!$A$1:$G$2" || names["Findings _xlnm.Print_Titles"] != "'Findings'!$1:$1" {
		t.Errorf("names: %q", names)
	}
	if ref, err := f.GetSheetDimension("Findings"); err != nil || ref != "A1:G2" {
		t.Errorf("the sheet says that it is %s, %v", ref, err)
	}
	panes, err := f.GetPanes("Findings")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes: %+v, %v", panes, err)
	}
	filters, err := f.GetTables("Findings")
	if err != nil || len(filters) != 1 || filters[0].Range != "A1:G2" {
		t.Errorf("filters: %+v, %v", filters, err)
	}
	if width, _ := f.GetColWidth("Findings", "D"); width < 60 {
		t.Errorf("the message's column is %v wide", width)
	}
	if height, _ := f.GetRowHeight("Findings", 2); height < 50 {
		t.Errorf("the row of a long message is %v high", height)
	}
	id, _ := f.GetCellStyle("Findings", "E2")
	style, err := f.GetStyle(id)
	if err != nil || len(style.Fill.Color) != 1 || style.Fill.Color[0] != "FBD3B4" {
		t.Errorf("the style of high: %+v, %v", style.Fill, err)
	}
	id, _ = f.GetCellStyle("Findings", "D2")
	if style, err = f.GetStyle(id); err != nil || !style.Alignment.WrapText {
		t.Errorf("messages are not wrapped: %+v, %v", style.Alignment, err)
	}
}

// TestEveryPartIsXML: whatever texts hold, each part can be parsed, holds no
// character that is not shown, and the archive is the same each time.
func TestEveryPartIsXML(t *testing.T) {
	hostile := "n\x1b[2J\u009b1m\x00\u202e\u200b\xff\r\n\t<![CDATA[ ]]> &amp; <c r=\"A1\"> _x000D_ \ufffe" + strings.Repeat("長", 20000)
	row := slices.Repeat([]string{hostile}, len(columns))
	b := book(table("findings", columns, row, row))
	b.Title, b.Creator, b.Facts[2].Value, b.Counts[0].Rows[0].Label = hostile, hostile, hostile, hostile
	text, f := written(t, b)
	again, _ := written(t, b)
	if !bytes.Equal(text, again) {
		t.Error("the same book has given other bytes")
	}
	z, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	charts := 0
	for _, part := range z.File {
		if strings.HasPrefix(part.Name, "xl/charts/chart") {
			charts++
		}
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r) // which compares the sum too
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(bytes.NewReader(content))
		for err == nil {
			_, err = d.Token()
		}
		if !errors.Is(err, io.EOF) {
			t.Errorf("%s: %v", part.Name, err)
		}
		for line := range strings.Lines(string(content)) {
			if line = strings.TrimRight(line, "\n"); words.Plain(line) != line {
				t.Errorf("%s holds characters that are not shown: %.300q", part.Name, line)
			}
		}
	}
	if charts != 2 {
		t.Errorf("%d charts, want one of severities and one of checks", charts)
	}
	value, err := f.GetCellValue("Findings", "A3")
	if err != nil || !strings.HasPrefix(value, `n\x1b[2J\x9b1m\x00\u202e\u200b\xff\r\n\t<![CDATA[ ]]> &amp; <c r="A1"> _x000D_ \ufffe長長`) || !strings.HasSuffix(value, "bytes more)") {
		t.Errorf("%.200q … %q, %v", value, value[max(0, len(value)-40):], err)
	}
}

// TestMoreRowsThanASheetHolds: the rest goes to a second sheet, none is lost.
func TestMoreRowsThanASheetHolds(t *testing.T) {
	const rows = 1048575 + 3 // below the heading, and three more
	long := &tables.Table{Name: "rules", Columns: []tables.Column{{Name: "n", Kind: tables.Number}}, Count: func() int { return rows }, Rows: func(yield func([]string) bool) {
		for i := range rows {
			if !yield([]string{strconv.Itoa(i)}) {
				return
			}
		}
	}}
	var out bytes.Buffer
	if err := sheet.Write(&out, book(long)); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		rows int
		last string
	}{"xl/worksheets/sheet2.xml": {1048576, `<c r="A1048576" s="`}, "xl/worksheets/sheet3.xml": {4, `<c r="A4" s="`}} {
		r, err := z.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(text, []byte("<row ")); n != want.rows || !bytes.Contains(text, []byte(want.last)) {
			t.Errorf("%s has %d rows, want %d", name, n, want.rows)
		}
	}
}
