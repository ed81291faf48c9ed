package output

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"github.com/sgaudit/sgaudit/words"
)

// Place is where a cell of a list stands in its compact form.
type Place uint8

const (
	InRow   Place = iota // in a column
	Heading              // above the rows that have the same headings
	Below                // under the row, behind the title of its column
)

// ListColumn is a column of a list for people.
type ListColumn struct {
	Title string
	Place Place // of the compact form
}

// ListRows are the columns of a list and its rows, each with a cell for every column.
type ListRows struct {
	Columns []ListColumn
	Rows    [][]string
	Folded  []string // lines that stand in the compact form for rows of the other
}

// List writes a list for people. A pipe, which has the width 0, gets one line for each
// row. A terminal of that many columns gets a table of wide. Where wide is wider than the
// terminal and compact has columns, it gets those of compact instead: of them, only names
// that are longer than the terminal are wider. The last line then says what is written
// by more. A list without rows is a header in a pipe, and nothing on a terminal.
func List(w io.Writer, wide, compact ListRows, width int, more string) error {
	if width > 0 && len(wide.Rows) == 0 {
		return nil
	}
	wide.plain()
	left := max(0, len(wide.Rows)-maxRows)
	wide.Rows = wide.Rows[:len(wide.Rows)-left]
	var out bytes.Buffer
	l := &layout{Options{Width: width}}
	head := make([]string, len(wide.Columns))
	for i, c := range wide.Columns {
		head[i] = c.Title
	}
	var err error
	if folded := width > 0 && len(compact.Columns) > 0 && l.left(head, wide.Rows) < leastOf(head, wide.Rows); folded {
		compact.plain()
		compact.Rows = compact.Rows[:min(len(compact.Rows), len(wide.Rows))]
		err = compact.fold(&out, width)
		for _, line := range compact.Folded {
			out.WriteString(Fit(words.Plain(line)+"\n", width))
		}
		if more != "" && err == nil {
			out.WriteString("\n" + strings.Join(wrap(more, width), "\n") + "\n")
		}
	} else {
		err = l.render(&out, head, wide.Rows)
	}
	if err != nil {
		return fmt.Errorf("laying out the table: %w", err)
	}
	if left > 0 {
		fmt.Fprintf(&out, "\n%s not shown: write them with -o csv=FILE\n", words.Count(left, "more row"))
	}
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	return nil
}

// leastOf is the narrowest that the last column of a table can be wrapped to.
func leastOf(head []string, rows [][]string) int {
	last := len(head) - 1
	longest, word := twwidth.Width(head[last]), leastText
	for _, row := range rows {
		longest = max(longest, twwidth.Width(row[last]))
		for w := range strings.FieldsSeq(row[last]) {
			word = max(word, twwidth.Width(w))
		}
	}
	return min(longest, word)
}

func (r *ListRows) plain() {
	for _, row := range r.Rows {
		for i := range row {
			row[i] = words.Plain(row[i])
		}
	}
}

// at returns which columns stand in a place.
func (r *ListRows) at(p Place) (list []int) {
	for i, c := range r.Columns {
		if c.Place == p {
			list = append(list, i)
		}
	}
	return list
}

// gap stands between the columns of the compact form, and before the first of them.
const gap = 2

// joint is a space at which no line ends: a character of Unicode's private use, one
// column wide.
const joint = "\ue000"

// fold writes the compact form: the headings where they change, the columns that stay,
// and behind or below each row what has no column.
func (r *ListRows) fold(out *bytes.Buffer, width int) error {
	shown, headings, below := r.at(InRow), r.at(Heading), r.at(Below)
	head := make([]string, len(shown))
	for k, i := range shown {
		head[k] = r.Columns[i].Title
	}
	rows := make([][]string, len(r.Rows))
	for n, row := range r.Rows {
		for _, i := range shown {
			rows[n] = append(rows[n], row[i])
		}
	}
	narrow(head, rows, width-gap)
	drawn, err := columns(head, rows)
	if err != nil {
		return err
	}
	write := func(text string) { out.WriteString(strings.TrimRight(strings.Repeat(" ", gap)+text, " ") + "\n") }
	write(drawn[0])
	drawn = drawn[1:]
	var before string
	for n, row := range r.Rows {
		if text := joined(row, headings); text != before {
			out.WriteString(strings.Join(wrap(text, width), "\n") + "\n")
			before = text
		}
		lines := 1
		for _, cell := range rows[n] {
			lines = max(lines, 1+strings.Count(cell, "\n"))
		}
		own := drawn[:lines]
		drawn = drawn[lines:]
		if !slices.ContainsFunc(rows[n], func(cell string) bool { return cell != "" }) {
			own = nil
		}
		text := r.facts(row, below)
		spaced := func(line string) string { return strings.ReplaceAll(line, joint, " ") }
		if len(own) == 1 && twwidth.Width(text) <= width-gap-twwidth.Width(own[0]) {
			own[0] += spaced(text) // the lines have blanks up to the same column
			text = ""
		}
		for _, line := range own {
			write(line)
		}
		if text != "" {
			for _, line := range wrap(text, width-2*gap) {
				write(strings.Repeat(" ", gap) + spaced(line))
			}
		}
	}
	return nil
}

// joined joins the cells of some columns that are not empty.
func joined(row []string, columns []int) string {
	var cells []string
	for _, i := range columns {
		if row[i] != "" {
			cells = append(cells, row[i])
		}
	}
	return strings.Join(cells, ", ")
}

// inSentence writes a title as it stands in a line of facts: IPv6 keeps its letters.
func inSentence(title string) string {
	if title == strings.ToUpper(title) {
		return strings.ToLower(title)
	}
	return title
}

// facts joins the cells of some columns that are not empty, each behind its title.
func (r *ListRows) facts(row []string, columns []int) string {
	var facts []string
	for _, i := range columns {
		switch title := inSentence(r.Columns[i].Title); {
		case row[i] == "":
		case title == "":
			facts = append(facts, row[i])
		default:
			facts = append(facts, title+":"+joint+row[i])
		}
	}
	return strings.Join(facts, "; ")
}

// narrow wraps the first column to what the others leave of the width.
func narrow(head []string, rows [][]string, width int) {
	left := width - gap*(len(head)-1)
	for k := 1; k < len(head); k++ {
		widest := twwidth.Width(head[k])
		for _, row := range rows {
			widest = max(widest, twwidth.Width(row[k]))
		}
		left -= widest
	}
	left = max(left, leastText)
	for _, row := range rows {
		if twwidth.Width(row[0]) > left {
			row[0] = strings.Join(broken(row[0], left), "\n")
		}
	}
}

// broken wraps a text at spaces, and breaks words that are longer than the width.
func broken(text string, width int) (lines []string) {
	for _, line := range wrap(text, width) {
		for twwidth.Width(line) > width {
			cut := 0
			for i, c := range line {
				if twwidth.Width(line[:i+len(string(c))]) > width {
					break
				}
				cut = i + len(string(c))
			}
			if cut == 0 {
				break
			}
			lines, line = append(lines, line[:cut]), line[cut:]
		}
		lines = append(lines, line)
	}
	return lines
}

// columns returns the lines of a table without borders, the head first.
func columns(head []string, rows [][]string) ([]string, error) {
	var drawn bytes.Buffer
	t := (&layout{}).table(&drawn)
	t.Header(head)
	if err := t.Bulk(rows); err != nil {
		return nil, err
	}
	if err := t.Render(); err != nil {
		return nil, err
	}
	return strings.Split(drawn.String(), "\n"), nil
}
