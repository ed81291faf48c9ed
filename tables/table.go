// Package tables makes rows of what was audited: every rule, every group and
// every interface of an inventory, each beside what the report of its audit
// says about it.
//
// Rows are made while they are read, in the order of the inventory (account,
// region, group, rule), so that a list of a million rules takes no memory. A
// region that was not read in full ends with a row for each of its gaps. Its
// column note says what is missing: without it the region would look small. A
// cell that could not be determined is empty; it is never 0.
package tables

import (
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// Kind says what the cells of a column are, for formats that distinguish kinds.
type Kind uint8

const (
	Text   Kind = iota // ids, names, accounts: digits are not a number
	Number             // a decimal integer, or empty
	Prose              // sentences, which may be wrapped
	Level              // a severity
	Date               // a time in RFC 3339, or empty
	Link               // an address of the AWS console, or empty
)

// Column is a column of a table.
type Column struct {
	Name string
	Kind Kind
}

// Table is a list of rows, each with a cell for every column.
type Table struct {
	Name    string // a word that can be part of a file's name
	Columns []Column
	Rows    iter.Seq[[]string] // the slice is used again for the next row
	Count   func() int         // of the rows; nil: they have to be counted
}

// Len returns how many rows the table has.
func (t *Table) Len() int {
	if t.Count != nil {
		return t.Count()
	}
	n := 0
	for range t.Rows {
		n++
	}
	return n
}

// Names returns the names of the columns.
func (t *Table) Names() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

// Options say what the tables cannot know by themselves.
type Options struct {
	// Services names what commonly listens for a traffic.
	Services func(inventory.Traffic) []string
	// Scope chooses the groups, with their rules and the interfaces that have
	// them; nil: all.
	Scope func(*inventory.Region, *inventory.Group) bool
	// TagColumns are keys of tags that get a column tag:KEY each, behind note.
	TagColumns []string
	// Rule makes, for each group of the scope, what chooses its rules; nil: all.
	Rule func(*inventory.Region, *inventory.Group) func(*inventory.Rule) bool
}

// Tables are the tables of one audit, or of one region of it. They can be asked
// again; verdicts are worked out once.
type Tables struct {
	*audited
	only func(*inventory.Region) bool // nil: every region
}

// audited is what the tables of all regions share.
type audited struct {
	inv    *inventory.Inventory
	report *findings.Report
	opts   Options

	judged sync.Once
	about  map[subject]*judged
	places []*place // of each region of inv; nil for one that was skipped
	names  map[string]string
}

// New makes the tables of an inventory, which must be normalised, and of the
// report of its audit. Neither may change while the tables are in use.
func New(inv *inventory.Inventory, report *findings.Report, opts Options) *Tables {
	return &Tables{audited: &audited{inv: inv, report: report, opts: opts}}
}

// In returns the tables of one region of an account: the same rows.
func (t *Tables) In(account, region string) *Tables {
	return &Tables{t.audited, func(r *inventory.Region) bool { return r.AccountID == account && r.Name == region }}
}

// has reports whether the tables have rows of a place.
func (t *Tables) has(p *place) bool { return p != nil && (t.only == nil || t.only(p.region)) }

// All returns the tables: rules, groups, interfaces.
func (t *Tables) All() []*Table { return []*Table{t.Rules(), t.Groups(), t.Interfaces()} }

// table makes one of rows that are written, and counted, region by region. The
// column note, the later columns and those of tags behind it, and the rows for gaps are
// added here.
func (t *Tables) table(name string, columns []Column, count func(*place) int, write func(*place, *row) bool, later ...Column) *Table {
	note := len(columns)
	columns = slices.Concat(columns, []Column{{"note", Prose}}, later)
	width := len(columns)
	for _, key := range t.opts.TagColumns {
		columns = append(columns, TagColumn(key))
	}
	return &Table{
		Name: name, Columns: columns,
		Rows: func(yield func([]string) bool) {
			t.judged.Do(t.judge)
			row := &row{cells: make([]string, 0, len(columns)), note: note, width: width, keys: t.opts.TagColumns, yield: yield}
			for _, p := range t.places {
				if !t.has(p) {
					continue
				}
				if !write(p, row) {
					return
				}
				for _, note := range p.notes() {
					row.begin(p.region.AccountID, p.region.AccountName, p.region.Name)
					if !row.end(note) {
						return
					}
				}
			}
		},
		Count: func() int {
			t.judged.Do(t.judge)
			n := 0
			for _, p := range t.places {
				if t.has(p) {
					n += count(p) + len(p.notes())
				}
			}
			return n
		},
	}
}

// notes say what of a region was not read.
func (p *place) notes() []string {
	var list []string
	for i := range p.region.Gaps {
		list = append(list, gapNote(&p.region.Gaps[i]))
	}
	if len(list) == 0 && p.region.Status() != "complete" {
		list = append(list, "the region was not read in full")
	}
	return list
}

func gapNote(g *inventory.Gap) string {
	text := g.Operation + " could not be read: " + string(g.Kind)
	for _, part := range []string{g.Code, g.Message} {
		if part != "" {
			text += ": " + part
		}
	}
	return words.Plain(text)
}

// row is the row that is being written.
type row struct {
	cells []string
	note  int      // the place of the column note
	later []string // the cells behind it
	width int      // up to the last of them
	keys  []string // of the tags behind those
	yield func([]string) bool
}

func (r *row) begin(cells ...string) { r.cells = append(r.cells[:0], cells...) }
func (r *row) add(cells ...string)   { r.cells = append(r.cells, cells...) }

// behind gives the cells of the later columns.
func (r *row) behind(cells ...string) { r.later = append(r.later[:0], cells...) }

// end fills the row up to the note, and adds the later cells and the columns of tags: the
// value in the first of the lists that has the key.
func (r *row) end(note string, tags ...[]inventory.Tag) bool {
	for len(r.cells) < r.note {
		r.cells = append(r.cells, "")
	}
	r.cells = append(append(r.cells, note), r.later...)
	for len(r.cells) < r.width {
		r.cells = append(r.cells, "")
	}
	r.later = r.later[:0]
	for _, key := range r.keys {
		r.cells = append(r.cells, valueOf(key, tags))
	}
	return r.yield(r.cells)
}

func valueOf(key string, tags [][]inventory.Tag) string {
	for _, list := range tags {
		for _, t := range list {
			if t.Key == key {
				return t.Value
			}
		}
	}
	return ""
}

// TagColumn is the column for the tags with a key.
func TagColumn(key string) Column { return Column{Name: "tag:" + key} }

// sep stands between the items of a cell.
const sep = "; "

func tagText(tags []inventory.Tag) string {
	if len(tags) == 0 {
		return ""
	}
	parts := make([]string, len(tags))
	for i, t := range tags {
		parts[i] = t.Key + "=" + t.Value
	}
	return strings.Join(parts, sep)
}
