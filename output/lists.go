package output

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/tables"
	"github.com/sgaudit/sgaudit/words"
)

// The lists of what was audited, whether or not something was found about it.
var _ = []*Format{
	listing("rules-csv", "one row for each rule that was audited", (*tables.Tables).Rules),
	listing("groups-csv", "one row for each security group", (*tables.Tables).Groups),
	listing("interfaces-csv", "one row for each network interface", (*tables.Tables).Interfaces),
}

// errNoTables is what a list comes to where only a report is known.
var errNoTables = errors.New("a report holds no list of what was audited")

// listing declares a format that writes a table of Options.Tables as CSV, by the
// same rules as the findings.
func listing(name, description string, table func(*tables.Tables) *tables.Table) *Format {
	f := declare(name, description, func(w io.Writer, _ *findings.Report, o Options) error {
		if o.Tables == nil {
			return fmt.Errorf("writing %s: %w", name, errNoTables)
		}
		return writeCSV(w, table(o.Tables))
	})
	f.Lists = true
	return f
}

// ListCSV writes a table as CSV, by the rules of the findings' CSV.
func ListCSV(w io.Writer, t *tables.Table) error { return writeCSV(w, t) }

// ListJSON writes a table as one JSON object: schema_version, and rows, a list of
// objects whose keys are the names of the columns. Numbers are numbers; a cell
// that could not be determined is null.
func ListJSON(w io.Writer, t *tables.Table) error {
	out := &sticky{w: w}
	out.print("{\"schema_version\":\"1\",\"rows\":[")
	first := true
	for row := range t.Rows {
		if !first {
			out.print(",")
		}
		first = false
		out.print("\n{")
		for i, c := range t.Columns {
			if i > 0 {
				out.print(",")
			}
			var value any = row[i]
			if c.Kind != tables.Prose && c.Kind != tables.Text && row[i] == "" {
				value = nil
			} else if c.Kind == tables.Number {
				value = json.Number(row[i])
			}
			text, err := json.Marshal(value)
			if err != nil {
				return fmt.Errorf("writing JSON: %w", err)
			}
			out.print("%q:%s", c.Name, words.JSON(text))
		}
		out.print("}")
		if out.err != nil {
			break
		}
	}
	out.print("\n]}\n")
	if out.err != nil {
		return fmt.Errorf("writing JSON: %w", out.err)
	}
	return nil
}

// sticky keeps the first error of its writer.
type sticky struct {
	w   io.Writer
	err error
}

func (s *sticky) print(format string, args ...any) {
	if s.err == nil {
		_, s.err = fmt.Fprintf(s.w, format, args...)
	}
}

// List writes rows as the table of a terminal of that width, or of a pipe where
// it is 0. The last column is wrapped; the others never are.
func List(w io.Writer, head []string, rows [][]string, width int) error {
	for _, row := range rows {
		for i := range row {
			row[i] = words.Plain(row[i])
		}
	}
	more := max(0, len(rows)-maxRows)
	var out bytes.Buffer
	if err := (&layout{Options{Width: width}}).render(&out, head, rows[:len(rows)-more]); err != nil {
		return fmt.Errorf("laying out the table: %w", err)
	}
	if more > 0 {
		fmt.Fprintf(&out, "\n%s not shown: write them with -o csv=FILE\n", words.Count(more, "more row"))
	}
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	return nil
}

// writeCSV writes a table as RFC 4180 asks for: CRLF, and a header always.
func writeCSV(w io.Writer, t *tables.Table) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	err := out.Write(t.Names())
	for row := range t.Rows {
		if err != nil {
			break
		}
		for i := range row {
			row[i] = harmless(row[i])
		}
		err = out.Write(row)
	}
	if out.Flush(); err == nil {
		err = out.Error()
	}
	if err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	return nil
}
