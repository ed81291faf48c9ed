package output

import (
	"bytes"
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
	"github.com/sgaudit/sgaudit/words"
)

// maxRows caps the table: nobody reads more, and the library holds them all.
const maxRows = 10000

// The widths from which on a layout reads well. Below the last one the table
// is a list of paragraphs.
const (
	wide   = 140 // every fact in a column of its own
	medium = 76  // where it is, and what is wrong
)

// Table fits the terminal. Ids, addresses and ports are never cut: only the
// free text of the last column wraps, here, to what the others leave. The
// library's own widths make all columns equal and cut words without a mark,
// so it is given none.
var _ = declare("table", "for people, fitted to the terminal", func(w io.Writer, r *findings.Report, o Options) error {
	var out bytes.Buffer
	var open []*findings.Finding
	for i := range r.Findings {
		if r.Findings[i].Status != findings.Suppressed {
			open = append(open, &r.Findings[i])
		}
	}
	if len(open) > 0 {
		if err := findingsTable(&out, open, o); err != nil {
			return fmt.Errorf("laying out the table: %w", err)
		}
	}
	closing(&out, r, o)
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	return nil
})

func findingsTable(out *bytes.Buffer, open []*findings.Finding, o Options) error {
	accounts := map[string]bool{}
	for _, f := range open {
		accounts[f.AccountID] = true
	}
	l := layout{o: o, accounts: len(accounts) > 1}
	rows := open[:min(len(open), maxRows)]
	if o.Width == 0 || o.Width >= wide {
		if err := l.columns(out, rows); err != nil {
			return err
		}
	} else if o.Width >= medium {
		if err := l.stacked(out, rows); err != nil {
			return err
		}
	} else {
		l.paragraphs(out, rows)
	}
	if more := len(open) - len(rows); more > 0 {
		fmt.Fprintf(out, "\n%d more findings are not shown: write them with -o csv=FILE or -o json=FILE\n", more)
	}
	return nil
}

type layout struct {
	o        Options
	accounts bool // more than one: each finding names its own
}

// columns is the table with every fact in a column of its own.
func (l *layout) columns(out *bytes.Buffer, found []*findings.Finding) error {
	head := []string{"SEVERITY", "REGION", "GROUP", "NAME", "RULE", "EXPOSURE", "FINDING"}
	if l.accounts {
		head = slices.Insert(head, 1, "ACCOUNT")
	}
	rows := make([][]string, len(found))
	for i, f := range found {
		rows[i] = []string{l.severity(f), words.Plain(f.Region), words.Plain(subject(f)), words.Plain(f.GroupName), ruleText(f), words.Plain(f.Exposure.Verdict), words.Plain(f.Message)}
		if l.accounts {
			rows[i] = slices.Insert(rows[i], 1, words.Plain(f.AccountID))
		}
	}
	return l.render(out, head, rows)
}

// stacked puts where the finding is into one column, line under line. Where
// rules are too long for that (an IPv6 address has up to 43 characters), their
// source stands on a line of its own; where even that leaves too little to the
// text, there are paragraphs.
func (l *layout) stacked(out *bytes.Buffer, found []*findings.Finding) error {
	head := []string{"SEVERITY", "WHERE", "FINDING"}
	for _, separator := range []string{" ", "\n"} {
		rows := make([][]string, len(found))
		for i, f := range found {
			rows[i] = l.stack(f, separator)
		}
		if l.left(head, rows) >= leastText {
			return l.render(out, head, rows)
		}
	}
	l.paragraphs(out, found)
	return nil
}

func (l *layout) stack(f *findings.Finding, separator string) []string {
	severity := l.severity(f)
	if f.Exposure.Verdict != "" {
		severity += "\n" + words.Plain(f.Exposure.Verdict)
	}
	where := words.Plain(subject(f))
	if rule := ruleText(f); rule != "" {
		before, source := rule[:strings.LastIndexByte(rule, ' ')], rule[strings.LastIndexByte(rule, ' ')+1:]
		where += "\n" + before + separator + source
	}
	where += "\n" + words.Plain(f.Region)
	if l.accounts {
		where += " " + words.Plain(f.AccountID)
	}
	what := words.Plain(f.Message)
	if f.GroupName != "" {
		what = words.Plain(f.GroupName) + ": " + what
	}
	return []string{severity, where, what}
}

// paragraphs is for terminals too narrow for any table.
func (l *layout) paragraphs(out *bytes.Buffer, rows []*findings.Finding) {
	for _, f := range rows {
		out.WriteString(strings.TrimRight(l.severity(f)+"  "+words.Plain(f.Exposure.Verdict), " ") + "\n")
		for _, line := range []string{words.Plain(f.Region), words.Plain(f.AccountID), words.Plain(subject(f)), words.Plain(f.GroupName), ruleText(f)} {
			if line != "" && (l.accounts || line != f.AccountID) {
				fmt.Fprintf(out, "  %s\n", line)
			}
		}
		for _, line := range wrap(words.Plain(f.Message), max(20, l.o.Width-2)) {
			fmt.Fprintf(out, "  %s\n", line)
		}
		out.WriteByte('\n')
	}
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
		if l.o.Width < wide {
			settings.Separators.BetweenRows = tw.On
		}
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

func ruleText(f *findings.Finding) string {
	if f.Rule == nil {
		return ""
	}
	way := "in"
	if f.Rule.Direction == "egress" {
		way = "out"
	}
	traffic := f.Rule.Protocol
	switch traffic {
	case "tcp", "udp", "icmp", "icmpv6":
		traffic += "/" + f.Rule.Ports
	}
	return words.Plain(way + " " + traffic + " " + f.Rule.Source)
}

var severityColors = map[findings.Severity][]color.Attribute{
	findings.Critical: {color.FgHiRed, color.Bold}, findings.High: {color.FgRed}, findings.Medium: {color.FgYellow},
	findings.Low: {color.FgCyan}, findings.Info: {color.Faint},
}

// severity is the word, coloured where that is wanted.
func (l *layout) severity(f *findings.Finding) string {
	return paint(l.o, f.Severity, strings.ToUpper(f.Severity.String()))
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
