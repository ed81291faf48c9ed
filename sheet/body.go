package sheet

import (
	"io"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/sgaudit/sgaudit/tables"
)

// body are the rows of a sheet in the markup of ECMA-376, part 1, section 18.3.1.
// The library takes ten times as long for them.
type body struct {
	table       *tables.Table
	first, rows int      // of the table's rows: how many come before, and how many are in the sheet
	letters     []string // of the columns
	styles      []string // of the columns
	levels      map[string]string
	day         string // the style of a date without a time

	text []byte // what is being written
}

func (wb *workbook) newBody(t *tables.Table, first, rows int) (*body, error) {
	b := &body{table: t, first: first, rows: rows, levels: map[string]string{}}
	style := func(kind tables.Kind, level string) (string, error) {
		id, err := wb.style(kindOf(kind), level)
		return strconv.Itoa(id), err
	}
	for i, c := range t.Columns {
		letter, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return nil, err
		}
		id, err := style(c.Kind, "")
		if err != nil {
			return nil, err
		}
		b.letters, b.styles = append(b.letters, letter), append(b.styles, id)
	}
	var err error
	if b.day, err = style(tables.Date, "day"); err != nil {
		return nil, err
	}
	for _, level := range slices.Sorted(maps.Keys(colors)) { // styles are numbered in the order in which they are made
		if b.levels[level], err = style(tables.Level, level); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// writeTo writes the rows, from the second row of the sheet on.
func (b *body) writeTo(w io.Writer) error {
	const enough = 1 << 16
	n := 0
	for row := range b.table.Rows {
		n++
		if n <= b.first {
			continue
		}
		if n > b.first+b.rows {
			break
		}
		b.row(n-b.first+1, row)
		if len(b.text) > enough {
			if _, err := w.Write(b.text); err != nil {
				return err
			}
			b.text = b.text[:0]
		}
	}
	_, err := w.Write(b.text)
	b.text = nil
	return err
}

func (b *body) row(number int, cells []string) {
	place := strconv.Itoa(number)
	b.add(`<row r="`, place, `"`)
	lines := 1
	for i, text := range cells {
		if c := &b.table.Columns[i]; c.Kind == tables.Prose {
			lines = max(lines, linesOf(text, widthOf(*c)))
		}
	}
	if lines > 1 {
		b.add(` ht="`, strconv.FormatFloat(min(maxHeight, 2+linePoints*float64(lines)), 'f', -1, 64), `" customHeight="1"`)
	}
	b.add(`>`)
	for i, text := range cells {
		if text != "" {
			b.cell(i, place, text)
		}
	}
	b.add(`</row>`)
}

// cell writes a text as a cell of its column's kind. What is not of that kind
// stays text.
func (b *body) cell(i int, place, text string) {
	begin := func(style, rest string) { b.add(`<c r="`, b.letters[i], place, `" s="`, style, `"`, rest) }
	style := b.styles[i]
	switch b.table.Columns[i].Kind {
	case tables.Number:
		if _, err := strconv.ParseInt(text, 10, 64); err == nil {
			begin(style, `><v>`)
			b.add(text, `</v></c>`)
			return
		}
	case tables.Date:
		if at, day, ok := parseDate(text); ok {
			if day {
				style = b.day
			}
			begin(style, `><v>`)
			b.add(strconv.FormatFloat(at, 'f', -1, 64), `</v></c>`)
			return
		}
	case tables.Level:
		if colored := b.levels[text]; colored != "" {
			style = colored
		}
	case tables.Link:
		if linkable(text) {
			begin(style, ` t="str"><f>HYPERLINK("`)
			b.escape(text)
			b.add(`","open")</f><v>open</v></c>`)
			return
		}
	}
	begin(style, ` t="inlineStr"><is><t`)
	text = clean(text)
	if text[0] == ' ' || text[len(text)-1] == ' ' {
		b.add(` xml:space="preserve"`)
	}
	b.add(`>`)
	if strings.Contains(text, "_x") {
		text = escapes.ReplaceAllString(text, "_x005F$0")
	}
	b.escape(text)
	b.add(`</t></is></c>`)
}

// escapes are what spreadsheet programs read as a character (ECMA-376, part 1,
// section 22.9.2.19); one before it makes it text.
var escapes = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

func (b *body) add(texts ...string) {
	for _, text := range texts {
		b.text = append(b.text, text...)
	}
}

// escape adds text for XML: clean has left no control characters in it.
func (b *body) escape(text string) {
	for i := range len(text) {
		switch c := text[i]; c {
		case '&':
			b.text = append(b.text, "&amp;"...)
		case '<':
			b.text = append(b.text, "&lt;"...)
		case '>':
			b.text = append(b.text, "&gt;"...)
		default:
			b.text = append(b.text, c)
		}
	}
}

// parseDate returns a time as spreadsheets count it, in days since the end of
// 1899, and whether it is a day without a time.
func parseDate(text string) (days float64, day, ok bool) {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		at, err = time.Parse(time.DateOnly, text)
		day = true
	}
	begin := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	days = at.UTC().Sub(begin).Hours() / 24
	return days, day, err == nil && at.Year() >= 1901 && at.Year() < 2191 // what the difference can hold
}

// linkable reports whether an address can stand in a formula: 255 characters are
// the most that a text in one may have, and a quote would end it.
func linkable(address string) bool {
	return strings.HasPrefix(address, "https://") && len(address) <= 255 && !strings.ContainsAny(address, "\"\\\n\r")
}

const (
	linePoints = 13.0  // of a line of text
	maxHeight  = 409.0 // of a row in points
)

// linesOf says how many lines a text takes in a column: programs do not work
// that out for a file that they open. A line ends before the word that does not
// fit, so that it holds less than the width.
func linesOf(text string, width float64) int {
	n := 0
	for _, r := range text {
		n++
		if r >= 0x1100 { // a wide character, as of Chinese
			n++
		}
	}
	return int(math.Ceil(float64(n) / (0.88 * width)))
}
