package output_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/sgaudit/sgaudit/output"
)

// isParquet reports whether a format is binary: tests read what is in it.
func isParquet(format string) bool { return strings.HasSuffix(format, "parquet") }

// parquetRows reads a file of Parquet: the names of the columns, and the cells as
// text, in which null is nil.
func parquetRows(t *testing.T, text string) (names []string, rows [][]any) {
	t.Helper()
	file, err := parquet.OpenFile(strings.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	fields := file.Schema().Fields()
	for _, field := range fields {
		names = append(names, field.Name())
	}
	for _, group := range file.RowGroups() {
		reader := group.Rows()
		for buffer := make([]parquet.Row, 100); ; {
			n, err := reader.ReadRows(buffer)
			for _, row := range buffer[:n] {
				cells := make([]any, len(row))
				for i, value := range row {
					switch {
					case value.IsNull():
					case value.Kind() == parquet.Int64:
						cells[i] = value.Int64()
					default:
						cells[i] = string(value.ByteArray())
					}
				}
				rows = append(rows, cells)
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		reader.Close()
	}
	return names, rows
}

// parquetText shows a file of Parquet as JSON, a cell a line: its schema, then its
// rows without the cells that are null.
func parquetText(t *testing.T, text string) string {
	t.Helper()
	file, err := parquet.OpenFile(strings.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	fmt.Fprintln(&out, strings.ReplaceAll(file.Schema().String(), "\t", "  "))
	names, rows := parquetRows(t, text)
	for _, row := range rows {
		fmt.Fprintln(&out)
		for i, cell := range row {
			if cell == nil {
				continue
			}
			var value strings.Builder
			enc := json.NewEncoder(&value)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(cell); err != nil {
				t.Fatal(err)
			}
			shown := value.String()
			if s, is := cell.(string); is && !strings.Contains(s, `"`) { // escapes of the format, not those of JSON
				shown = `"` + s + "\"\n"
			}
			fmt.Fprintf(&out, "%s: %s", names[i], shown)
		}
	}
	return out.String()
}

func parquetTexts(t *testing.T, text string) (all []string) {
	t.Helper()
	_, rows := parquetRows(t, text)
	for _, row := range rows {
		for _, cell := range row {
			if text, is := cell.(string); is {
				all = append(all, text)
			}
		}
	}
	return all
}

// TestParquetIsTheCSV: the same cells as in CSV, in the same order, with the time
// of the audit behind them; what has no value is null.
func TestParquetIsTheCSV(t *testing.T) {
	r := report()
	names, rows := parquetRows(t, write(t, "parquet", r, output.Options{}))
	lines := csvRows(t, write(t, "csv", r, output.Options{}))
	if got, want := strings.Join(names, ","), strings.Join(append(lines[0], "started_at"), ","); got != want {
		t.Errorf("the columns are %s, want %s", got, want)
	}
	if len(rows) != len(lines)-1 {
		t.Fatalf("%d rows, CSV has %d", len(rows), len(lines)-1)
	}
	for i, row := range rows {
		for k, cell := range lines[i+1] {
			want := any(strings.TrimPrefix(strings.ReplaceAll(cell, ";'", ";"), "'"))
			if want = strings.ReplaceAll(want.(string), "; '", "; "); cell == "" {
				want = nil
			}
			got := row[k]
			if n, is := got.(int64); is {
				got = fmt.Sprint(n)
			}
			if got != want {
				t.Errorf("row %d, %s: %v, want %v", i, names[k], got, want)
			}
		}
		if row[len(row)-1] != r.StartedAt.UnixMilli() {
			t.Errorf("row %d was started at %v", i, row[len(row)-1])
		}
	}
}
