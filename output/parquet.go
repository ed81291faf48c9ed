package output

import (
	"fmt"
	"io"
	"time"

	"github.com/sgaudit/sgaudit/columnar"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/tables"
	"github.com/sgaudit/sgaudit/words"
)

// The tables as Parquet: the columns of CSV, and started_at of the report, because
// the files of a folder may be of different runs.
var _ = []*Format{
	lake(tagged(declare("parquet", "application/vnd.apache.parquet", "the findings as Parquet, for Athena, DuckDB and pandas", func(w io.Writer, r *findings.Report, o Options) error {
		return ListParquet(w, findingTable(r, o.TagColumns), r.StartedAt)
	})), func(*tables.Tables) *tables.Table { return findingTable(&findings.Report{}, nil) }),
	lake(listing("rules-parquet", "application/vnd.apache.parquet", "the rules as Parquet", (*tables.Tables).Rules, ListParquet), (*tables.Tables).Rules),
	lake(listing("groups-parquet", "application/vnd.apache.parquet", "the security groups as Parquet", (*tables.Tables).Groups, ListParquet), (*tables.Tables).Groups),
	lake(listing("interfaces-parquet", "application/vnd.apache.parquet", "the network interfaces as Parquet", (*tables.Tables).Interfaces, ListParquet), (*tables.Tables).Interfaces),
}

// startedAt is the last column of each table in Parquet and NDJSON.
const startedAt = "started_at"

// lakeColumns are the columns of a table, with their kinds. A day without a time,
// and text of any other kind, is text.
func lakeColumns(t *tables.Table) []columnar.Column {
	var columns []columnar.Column
	for _, c := range t.Columns {
		kind := columnar.Text
		switch {
		case c.Kind == tables.Number:
			kind = columnar.Number
		case c.Name == "first_seen":
			kind = columnar.Time
		}
		columns = append(columns, columnar.Column{Name: c.Name, Kind: kind})
	}
	return append(columns, columnar.Column{Name: startedAt, Kind: columnar.Time})
}

// ListParquet writes a table, with started_at as its last column. Characters that cannot be seen are shown in their
// escaped form, as in CSV; nothing stands before what looks like a formula.
func ListParquet(w io.Writer, t *tables.Table, at time.Time) error {
	out := columnar.NewWriter(w, t.Name, lakeColumns(t))
	began := at.UTC().Format(time.RFC3339)
	var cells []string
	for row := range t.Rows {
		cells = cells[:0]
		for _, cell := range row {
			cells = append(cells, words.Plain(cell))
		}
		cells = append(cells, began)
		if err := out.Write(cells); err != nil {
			return fmt.Errorf("writing Parquet: %w", err)
		}
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("writing Parquet: %w", err)
	}
	return nil
}
