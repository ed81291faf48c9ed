package output

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/tables"
)

// The lists of what was audited, whether or not something was found about it.
var (
	_ = listing("rules-csv", "one row for each rule that was audited", (*tables.Tables).Rules)
	_ = listing("groups-csv", "one row for each security group", (*tables.Tables).Groups)
	_ = listing("interfaces-csv", "one row for each network interface", (*tables.Tables).Interfaces)
)

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
