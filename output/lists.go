package output

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/tables"
	"github.com/sgaudit/sgaudit/words"
)

// The lists of what was audited, whether or not something was found about it.
var _ = []*Format{
	listing("rules-csv", "text/csv", "one row for each rule that was audited", (*tables.Tables).Rules, listCSV),
	listing("groups-csv", "text/csv", "one row for each security group", (*tables.Tables).Groups, listCSV),
	listing("interfaces-csv", "text/csv", "one row for each network interface", (*tables.Tables).Interfaces, listCSV),
	lake(listing("rules-ndjson", "application/x-ndjson", "the rules, one JSON object a line", (*tables.Tables).Rules, ListLines), (*tables.Tables).Rules),
	lake(listing("groups-ndjson", "application/x-ndjson", "the security groups, one JSON object a line", (*tables.Tables).Groups, ListLines), (*tables.Tables).Groups),
	lake(listing("interfaces-ndjson", "application/x-ndjson", "the network interfaces, one JSON object a line", (*tables.Tables).Interfaces, ListLines), (*tables.Tables).Interfaces),
}

// errNoTables is what a list comes to where only a report is known.
var errNoTables = errors.New("a report holds no list of what was audited")

// listing declares a format that writes a table of Options.Tables, of an audit that
// began at the time that write is given.
func listing(name, media, description string, table func(*tables.Tables) *tables.Table, write func(io.Writer, *tables.Table, time.Time) error) *Format {
	f := declare(name, media, description, func(w io.Writer, r *findings.Report, o Options) error {
		if o.Tables == nil {
			return fmt.Errorf("writing %s: %w", name, errNoTables)
		}
		return write(w, table(o.Tables), r.StartedAt)
	})
	f.Lists, f.HasTags = true, true
	return f
}

func listCSV(w io.Writer, t *tables.Table, _ time.Time) error { return writeCSV(w, t) }

// ListLines writes a table as JSON, an object a line. started_at is the last member of
// each.
func ListLines(w io.Writer, t *tables.Table, at time.Time) error {
	out := &sticky{w: bufio.NewWriterSize(w, 1<<16)}
	columns := append(slices.Clone(t.Columns), tables.Column{Name: startedAt, Kind: tables.Date})
	began := at.UTC().Format(time.RFC3339)
	var cells []string
	for row := range t.Rows {
		cells = append(append(cells[:0], row...), began)
		out.object(columns, cells)
		out.print("\n")
		if out.err != nil {
			break
		}
	}
	return out.flush("NDJSON")
}

// ListCSV writes a table as CSV, by the rules of the findings' CSV.
func ListCSV(w io.Writer, t *tables.Table) error { return writeCSV(w, t) }

// ListJSON writes a table as one JSON object: schema_version, and rows, a list of
// objects with the names of the columns as keys. Numbers are numbers; a cell
// that could not be determined is null.
func ListJSON(w io.Writer, t *tables.Table) error {
	out := &sticky{w: bufio.NewWriterSize(w, 1<<16)}
	out.print("{\"schema_version\":\"1\",\"rows\":[")
	first := true
	for row := range t.Rows {
		if !first {
			out.print(",")
		}
		first = false
		out.print("\n")
		out.object(t.Columns, row)
		if out.err != nil {
			break
		}
	}
	out.print("\n]}\n")
	return out.flush("JSON")
}

// sticky writes JSON, and keeps the first error.
type sticky struct {
	w    *bufio.Writer
	text []byte
	err  error
}

func (s *sticky) print(text string) {
	if s.err == nil {
		_, s.err = s.w.WriteString(text)
	}
}

// object writes a row of a table as an object with the names of the columns
// as keys.
func (s *sticky) object(columns []tables.Column, row []string) {
	text := append(s.text[:0], '{')
	for i, c := range columns {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(s.quoted(text, c.Name), ':')
		switch {
		case c.Kind != tables.Prose && c.Kind != tables.Text && row[i] == "":
			text = append(text, "null"...)
		case c.Kind == tables.Number:
			text = append(text, row[i]...)
		default:
			text = s.quoted(text, row[i])
		}
	}
	s.text = append(text, '}')
	if s.err == nil {
		_, s.err = s.w.Write(words.JSON(s.text))
	}
}

// quoted appends a text of JSON.
func (s *sticky) quoted(to []byte, text string) []byte {
	if isBare(text) {
		return append(append(append(to, '"'), text...), '"')
	}
	value, err := json.Marshal(text)
	if err != nil && s.err == nil {
		s.err = err
	}
	return append(to, value...)
}

// isBare reports whether JSON writes a text as it is, as it does nearly every one.
func isBare(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || strings.IndexByte("\"\\<>&", c) >= 0 {
			return false
		}
	}
	return true
}

func (s *sticky) flush(format string) error {
	if s.err == nil {
		s.err = s.w.Flush()
	}
	if s.err != nil {
		return fmt.Errorf("writing %s: %w", format, s.err)
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
