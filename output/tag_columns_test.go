package output_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/tables"
)

// TestTagColumns: each format that makes columns of tags has one for each key, with
// the value beside what has the tag and nothing beside the rest, however odd the key.
func TestTagColumns(t *testing.T) {
	inv := notation.MustParse("sg-1 web tag Team=shop\n  in tcp/443 10.0.0.0/8\nsg-2 db\neni-1 sg-1 10.0.0.1 tag Team=network\n").Inventory
	const odd = "a \"b\"\\<ü>"
	keys := []string{odd, "Team"}
	r := report()
	for i := range r.Findings {
		r.Findings[i].Tags = nil
	}
	r.Findings[1].Tags = map[string]string{"Team": "shop", odd: "x"}
	o := output.Options{TagColumns: keys, Tables: tables.New(inv, r, tables.Options{TagColumns: keys})}
	want := map[string][]string{"rules": {"shop"}, "groups": {"", "shop"}, "interfaces": {"network"}, "findings": {"", "shop"}}
	tagged := 0
	for _, f := range output.Formats() {
		if !f.HasTags {
			continue
		}
		tagged++
		list, kind, isList := strings.Cut(f.Name, "-")
		if !isList {
			list, kind = "findings", f.Name
		}
		text := write(t, f.Name, r, o)
		var got []string
		switch kind {
		case "csv":
			rows := csvRows(t, text)
			got = columnOf(t, rows[0], "tag:Team", rows[1:])
			columnOf(t, rows[0], "tag:"+odd, nil)
		case "parquet":
			names, rows := parquetRows(t, text)
			var texts [][]string
			for _, row := range rows {
				cells := make([]string, len(row))
				for i, cell := range row {
					cells[i], _ = cell.(string)
				}
				texts = append(texts, cells)
			}
			got = columnOf(t, names, "tag:Team", texts)
			columnOf(t, names, "tag:"+odd, nil)
		case "ndjson":
			for line := range strings.Lines(text) {
				var object map[string]any
				if err := json.Unmarshal([]byte(line), &object); err != nil {
					t.Fatalf("%s: %v: %s", f.Name, err, line)
				}
				if record, ok := object["record"]; ok && record != "finding" {
					continue
				}
				value, ok := object["tag:Team"].(string)
				if _, has := object["tag:"+odd]; !ok || !has {
					t.Errorf("%s: a column is missing: %s", f.Name, line)
				}
				got = append(got, value)
			}
		default:
			for _, name := range []string{"Findings", "Rules", "Groups", "Interfaces"} {
				rows, err := workbook(t, r, o).GetRows(name)
				if err != nil {
					t.Fatal(err)
				}
				column := columnOf(t, rows[0], "tag:Team", rows[1:])
				if !slices.Contains(column, want[strings.ToLower(name)][len(want[strings.ToLower(name)])-1]) {
					t.Errorf("%s: %s has %q", f.Name, name, column)
				}
			}
			continue
		}
		got = slices.DeleteFunc(got, func(value string) bool { return value == "" && len(want[list]) == 1 })
		slices.Sort(got)
		if !slices.Equal(slices.Compact(got), want[list]) {
			t.Errorf("%s: %q, want %q", f.Name, got, want[list])
		}
	}
	if tagged != 13 {
		t.Errorf("%d formats make columns of tags", tagged)
	}
	if _, err := findings.Read(strings.NewReader(write(t, "json", r, o))); err != nil {
		t.Error(err)
	}
}

// columnOf returns the cells of a column, which must be there once.
func columnOf(t *testing.T, head []string, name string, rows [][]string) (cells []string) {
	t.Helper()
	at := slices.Index(head, name)
	if at < 0 || slices.Contains(head[at+1:], name) {
		t.Fatalf("the columns are %q, without one %s", head, name)
	}
	for _, row := range rows {
		if len(row) > at {
			cells = append(cells, row[at])
		}
	}
	return cells
}
