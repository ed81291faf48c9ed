package output

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/fatih/color"
	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/pkg/twwidth"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// maxRows caps the table: no one reads more, and the library holds them all.
const maxRows = 10000

// Table is for people. A terminal gets the compact form; pipes, and terminals
// with Options.Wide, get one line for each finding, with every fact in a column
// of its own. Ids, addresses and ports are never cut: only the free text of the
// last column wraps, here, to what the others leave. The library's own widths
// make all columns equal and cut words without a mark, so it is given none.
var _ = declare("table", "text/plain", "a table for reading, fitted to the terminal", func(w io.Writer, r *findings.Report, o Options) error {
	var out bytes.Buffer
	open := r.Open()
	known := 0
	if o.NewOnly {
		all := len(open)
		open = slices.DeleteFunc(open, func(f *findings.Finding) bool { return !f.News() })
		known = all - len(open)
	}
	switch {
	case len(open) == 0:
	case o.Width > 0 && !o.Wide && len(o.Columns) == 0:
		c := &compact{
			o: o, digits: findings.Digits(r.Findings), compared: r.Comparison != nil,
			accounts: several(open, func(f *findings.Finding) string { return f.AccountID }),
		}
		shown := c.write(&out, open)
		notes(&out, r, o, shown)
	default:
		if err := (&layout{o}).columns(&out, r, open); err != nil {
			return fmt.Errorf("laying out the table: %w", err)
		}
		notes(&out, r, o, func(check string) bool {
			return slices.ContainsFunc(open, func(f *findings.Finding) bool { return f.Check == check })
		})
	}
	if known > 0 {
		verb := "are"
		if known == 1 {
			verb = "is"
		}
		not := "not new"
		if slices.ContainsFunc(open, (*findings.Finding).MoreSevere) {
			not = "neither new nor more severe"
		}
		fmt.Fprintf(&out, "%s %s %s and %[2]s not listed\n", words.Count(known, "finding"), verb, not)
	}
	var end bytes.Buffer
	closing(&end, r, o)
	out.WriteString(Fit(end.String(), o.Width))
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	return nil
})

type layout struct{ o Options }

// columns is the table with every fact in a column of its own.
func (l *layout) columns(out *bytes.Buffer, r *findings.Report, open []*findings.Finding) error {
	slices.SortStableFunc(open, findings.WorstFirst)
	order(open, l.o.Sort, func(f **findings.Finding) *findings.Finding { return *f })
	chosen := l.chosen(r, open)
	head := make([]string, len(chosen))
	for c, column := range chosen {
		head[c] = strings.ToUpper(column.name)
	}
	rows := make([][]string, min(len(open), maxRows))
	digits := findings.Digits(r.Findings)
	for i := range rows {
		for _, column := range chosen {
			text := words.Plain(column.text(open[i], digits))
			if column.name == "severity" {
				text = paint(l.o, open[i].Severity, text)
			}
			rows[i] = append(rows[i], text)
		}
	}
	if err := l.render(out, head, rows); err != nil {
		return err
	}
	if more := len(open) - len(rows); more > 0 {
		fmt.Fprintf(out, "\n%d more findings are not shown: write them with -o csv=FILE or -o json=FILE\n", more)
	}
	return nil
}

// tableColumn is a column of the table. Its text may be hostile.
type tableColumn struct {
	name string
	text func(f *findings.Finding, digits int) string
}

var tableColumns = []tableColumn{
	{"severity", func(f *findings.Finding, _ int) string { return strings.ToUpper(f.Severity.String()) }},
	{"id", (*findings.Finding).Short},
	{"new", func(f *findings.Finding, _ int) string { return f.Mark() }},
	{"account", func(f *findings.Finding, _ int) string { return inventory.Named(f.AccountName, f.AccountID) }},
	{"region", func(f *findings.Finding, _ int) string { return f.Region }},
	{"vpc", func(f *findings.Finding, _ int) string { return inventory.Named(f.VPCName, f.VPCID) }},
	{"group", func(f *findings.Finding, _ int) string { return subject(f) }},
	{"name", func(f *findings.Finding, _ int) string { return cmp.Or(f.ResourceName, f.GroupName) }},
	{"rule", func(f *findings.Finding, _ int) string { return ruleWords(f) }},
	{"services", func(f *findings.Finding, _ int) string { return strings.Join(f.Services, ", ") }},
	{"attached", func(f *findings.Finding, _ int) string { return fmt.Sprint(f.Attached) }},
	{"exposure", exposure},
	{"check", func(f *findings.Finding, _ int) string { return f.Check }},
	{"fix", func(f *findings.Finding, _ int) string { return f.Fix.Summary }},
	{"finding", func(f *findings.Finding, _ int) string { return f.Message }},
}

// exposure is the verdict, and nothing for a finding that none applies to.
func exposure(f *findings.Finding, _ int) string {
	if !f.Judged() {
		return ""
	}
	return string(f.Exposure.Verdict)
}

// TableColumns are the values of Options.Columns.
func TableColumns() (names []string) {
	for _, c := range tableColumns {
		names = append(names, c.name)
	}
	return names
}

// order sorts a list by columns, and leaves the order of what is equal in all.
func order[T any](list []T, by []string, finding func(*T) *findings.Finding) {
	for _, name := range slices.Backward(by) {
		k := slices.IndexFunc(tableColumns, func(c tableColumn) bool { return c.name == name })
		slices.SortStableFunc(list, func(a, b T) int {
			x, y := finding(&a), finding(&b)
			switch name {
			case "severity":
				return cmp.Compare(y.Severity, x.Severity)
			case "attached":
				return cmp.Compare(y.Attached, x.Attached)
			}
			return cmp.Compare(tableColumns[k].text(x, len(x.ID)), tableColumns[k].text(y, len(y.ID)))
		})
	}
}

// chosen are the columns that were asked for, or else those that differ and fit.
func (l *layout) chosen(r *findings.Report, open []*findings.Finding) (chosen []tableColumn) {
	names := l.o.Columns
	if len(names) == 0 {
		names = []string{"severity", "id", "region", "group", "name", "rule", "exposure", "finding"}
		if several(open, func(f *findings.Finding) string { return f.AccountID }) {
			names = slices.Insert(names, 2, "account")
		}
		if r.Comparison != nil {
			names = slices.Insert(names, 2, "new")
		}
		if l.o.Wide {
			names = slices.Insert(names, len(names)-1, "check")
		}
	}
	for _, name := range names {
		for _, column := range tableColumns {
			if column.name == name {
				chosen = append(chosen, column)
			}
		}
	}
	return chosen
}

// leastText is the narrowest column that free text is wrapped to. Where the
// other columns leave less, the table is wider than the terminal.
const leastText = 24

// render wraps the last column to what the others leave, and writes the table.
func (l *layout) render(out *bytes.Buffer, head []string, rows [][]string) error {
	last := len(head) - 1
	if l.o.Width > 0 {
		left := l.left(head, rows)
		for _, row := range rows {
			row[last] = strings.Join(wrap(row[last], max(left, leastText)), "\n")
		}
	}
	var drawn bytes.Buffer
	t := l.table(&drawn)
	t.Header(head)
	if err := t.Bulk(rows); err != nil {
		return err
	}
	if err := t.Render(); err != nil {
		return err
	}
	for line := range bytes.Lines(drawn.Bytes()) { // the library fills columns with blanks
		out.Write(bytes.TrimRight(line, " \n"))
		out.WriteByte('\n')
	}
	return nil
}

// left returns the columns of the terminal that remain to the last column.
func (l *layout) left(head []string, rows [][]string) int {
	left := l.o.Width - 3*len(head) - 1 // borders and padding
	for c := range len(head) - 1 {
		widest := len(head[c])
		for _, row := range rows {
			for line := range strings.SplitSeq(row[c], "\n") {
				widest = max(widest, twwidth.Width(line))
			}
		}
		left -= widest
	}
	return left
}

// table prepares the library, with borders on a terminal and plain columns
// for pipes.
func (l *layout) table(out *bytes.Buffer) *tablewriter.Table {
	style := tw.Rendition{Borders: tw.BorderNone, Settings: tw.Settings{Separators: tw.SeparatorsNone, Lines: tw.LinesNone}}
	options := []tablewriter.Option{
		tablewriter.WithRenderer(renderer.NewBlueprint()),
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithHeaderAlignment(tw.AlignLeft),
		tablewriter.WithRowAlignment(tw.AlignLeft),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
	}
	if l.o.Width > 0 {
		settings := tw.Settings{Separators: tw.Separators{BetweenRows: tw.Off}}
		style = tw.Rendition{Symbols: tw.NewSymbols(tw.StyleRounded), Settings: settings}
	} else {
		options = append(options, tablewriter.WithPadding(tw.Padding{Right: "  ", Overwrite: true}))
	}
	return tablewriter.NewTable(out, append(options, tablewriter.WithRendition(style))...)
}

// subject is the id of what the finding is about.
func subject(f *findings.Finding) string {
	if f.ResourceID != "" {
		return f.ResourceID
	}
	return f.GroupID
}

// ruleIdentity is the rule of a finding by ids alone, which stays the same when a group
// gets another name.
func ruleIdentity(f *findings.Finding) string {
	if f.Rule == nil {
		return ""
	}
	return words.Plain(f.Rule.String())
}

// ruleText is the rule of a finding with the name of its source.
func ruleText(f *findings.Finding) string {
	if f.Rule == nil {
		return ""
	}
	return words.Plain(f.Rule.Named())
}

// ruleWords is the rule of a finding as a sentence has it: "tcp/22 from 0.0.0.0/0".
func ruleWords(f *findings.Finding) string {
	if f.Rule == nil {
		return ""
	}
	return words.Plain(f.Rule.Words())
}

// severityColors are readable on white and on black: the plain yellow and cyan of
// terminals are not. 38, 5 and a number choose one of 256 colours.
var severityColors = map[findings.Severity][]color.Attribute{
	findings.Critical: {38, 5, 160, color.Bold}, findings.High: {38, 5, 160}, findings.Medium: {38, 5, 130},
	findings.Low: {38, 5, 31}, findings.Info: {38, 5, 244},
}

func paint(o Options, s findings.Severity, text string) string {
	if !o.Color {
		return text
	}
	c := color.New(severityColors[s]...)
	c.EnableColor()
	return c.Sprint(text)
}

// wrap breaks text at spaces; a word longer than the width stays whole.
func wrap(text string, width int) []string {
	if width <= 0 {
		return []string{text}
	}
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case twwidth.Width(line)+1+twwidth.Width(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}
