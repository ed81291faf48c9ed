// Package columnar writes tables as Parquet, a column at a time, as Athena, DuckDB
// and pandas read them, and reads flat columns of files that others wrote. It is the
// only place that knows the library for the format.
//
// The library writes. It does not read: it takes the memory that a file asks for,
// before it knows whether the file is damaged. Open and Read bound what they take.
//
// In the files that it writes, every column is optional: an empty cell is null. Texts are UTF-8, numbers are
// 64-bit integers, and times are milliseconds in UTC. Pages are of the first
// version and compressed with Snappy, which every reader knows: zstd halves the
// file, and takes twice the memory. The same rows make the same bytes.
package columnar

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"
)

// Kind is what the cells of a column hold.
type Kind uint8

const (
	Text   Kind = iota // UTF-8
	Number             // a decimal integer of at most 64 bits
	Time               // RFC 3339, kept to the millisecond
)

// Column is a column of a table.
type Column struct {
	Name string
	Kind Kind
}

// A group of rows is compressed and written when it is full, so that a file of any
// size takes the memory of one group. A dictionary holds the distinct values of
// one column; beyond its limit, values are written one by one.
const (
	rowsOfGroup     = 10_000
	dictionaryBytes = 1 << 20
	rowsAtOnce      = 64
)

// Writer writes rows to a file of Parquet.
type Writer struct {
	columns []Column
	out     *parquet.GenericWriter[any]
	rows    []parquet.Row // of which the first used are waiting
	used    int
	texts   []byte // of the rows that are waiting
	written int
}

// NewWriter returns a writer of a table named name. Close it, or nothing can read
// the file.
func NewWriter(w io.Writer, name string, columns []Column) *Writer {
	schema := parquet.NewSchema(name, fields(columns))
	out := parquet.NewGenericWriter[any](w, schema,
		parquet.CreatedBy("sgaudit", "", ""), parquet.Compression(&parquet.Snappy), parquet.DataPageVersion(1),
		parquet.MaxRowsPerRowGroup(rowsOfGroup), parquet.DictionaryMaxBytes(dictionaryBytes),
	)
	return &Writer{columns: columns, out: out, rows: make([]parquet.Row, rowsAtOnce)}
}

// Write adds a row, which has a cell for each column. A cell that is not of the
// kind of its column is an error that names the column and the row, from 1.
func (w *Writer) Write(cells []string) error {
	if len(cells) != len(w.columns) {
		return fmt.Errorf("row %d has %d cells for %d columns", w.written+w.used+1, len(cells), len(w.columns))
	}
	row := w.rows[w.used][:0]
	for i, c := range w.columns {
		value, err := w.value(c.Kind, cells[i])
		if err != nil {
			return fmt.Errorf("row %d, column %s: %w", w.written+w.used+1, c.Name, err)
		}
		defined := 1
		if value.IsNull() {
			defined = 0
		}
		row = append(row, value.Level(0, defined, i))
	}
	w.rows[w.used] = row
	if w.used++; w.used == len(w.rows) {
		return w.flush()
	}
	return nil
}

func (w *Writer) flush() error {
	n, err := w.out.WriteRows(w.rows[:w.used])
	w.written, w.used, w.texts = w.written+n, 0, w.texts[:0]
	return err
}

// Close writes what is left, and the directory of the columns at the end of the file.
func (w *Writer) Close() error {
	if err := w.flush(); err != nil {
		return err
	}
	return w.out.Close()
}

func (w *Writer) value(k Kind, cell string) (parquet.Value, error) {
	if cell == "" {
		return parquet.NullValue(), nil
	}
	switch k {
	case Number:
		n, err := strconv.ParseInt(cell, 10, 64)
		if err != nil {
			return parquet.Value{}, fmt.Errorf("%q is not an integer of 64 bits", cell)
		}
		return parquet.Int64Value(n), nil
	case Time:
		at, err := time.Parse(time.RFC3339, cell)
		if err != nil {
			return parquet.Value{}, fmt.Errorf("%q is not a time in RFC 3339", cell)
		}
		return parquet.Int64Value(at.UnixMilli()), nil
	}
	at := len(w.texts)
	w.texts = append(w.texts, cell...)
	return parquet.ByteArrayValue(w.texts[at:]), nil
}

func (k Kind) node() parquet.Node {
	switch k {
	case Number:
		return parquet.Int(64)
	case Time:
		return parquet.Timestamp(parquet.Millisecond)
	}
	return parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
}

// table is a group of columns in their own order: the library's is that of the names.
type table struct {
	parquet.Group
	order []parquet.Field
}

func (t *table) Fields() []parquet.Field { return t.order }

func fields(columns []Column) parquet.Node {
	t := &table{Group: parquet.Group{}}
	for _, c := range columns {
		t.Group[c.Name] = parquet.Optional(c.Kind.node())
	}
	named := map[string]parquet.Field{}
	for _, field := range t.Group.Fields() {
		named[field.Name()] = field
	}
	for _, c := range columns {
		t.order = append(t.order, named[c.Name])
	}
	return t
}
