package output

import (
	"strings"

	"github.com/olekukonko/tablewriter/pkg/twwidth"
)

// Fit wraps the lines of a text that are wider than a terminal of so many columns; 0 is
// a pipe, which gets the text as it is. A line goes on below its last column, or four
// spaces further in than it began. Words are never cut, so that ids and commands can be
// copied: a command of the AWS CLI stays on one line, and a comment goes on as a comment.
func Fit(text string, width int) string { return fit(text, width, width/3, 4) }

// FitHelp is Fit for the help of a verb and for paragraphs: a line goes on below its last column, which may
// begin up to the middle, or as far in as it began. Examples stay on one line.
func FitHelp(text string, width int) string { return fit(text, width, width/2, 0) }

// fit wraps lines. Columns begin before most; a line without columns goes on so many
// spaces further in.
func fit(text string, width, most, deeper int) string {
	if width <= 0 {
		return text
	}
	var out strings.Builder
	for line := range strings.Lines(text) {
		bare := strings.TrimSuffix(line, "\n")
		if twwidth.Width(bare) <= width || isCommand(bare) {
			out.WriteString(line)
			continue
		}
		out.WriteString(strings.Join(hung(bare, width, most, deeper), "\n") + line[len(bare):])
	}
	return out.String()
}

// isCommand reports whether a line is a command of the AWS CLI, or an example of the help.
func isCommand(line string) bool {
	return strings.HasPrefix(strings.TrimPrefix(strings.TrimSpace(line), "# "), "aws ") || strings.HasPrefix(line, "     sgaudit ") || strings.Contains(line, "=$(aws ")
}

// hung wraps one line.
func hung(line string, width, most, deeper int) []string {
	begin := lastColumn(line, most)
	indent := twwidth.Width(line[:begin])
	if trimmed := strings.TrimLeft(line, " "); begin <= len(line)-len(trimmed) {
		begin = len(line) - len(trimmed)
		indent = begin + deeper
	}
	comment := ""
	if strings.HasPrefix(line[begin:], "# ") {
		comment, indent = "# ", begin
	}
	var lines []string
	now, indented := line[:begin], strings.Repeat(" ", indent)+comment
	some := false // the line has a word
	for word := range strings.FieldsSeq(line[begin:]) {
		switch {
		case !some:
			now += word
		case twwidth.Width(now)+1+twwidth.Width(word) <= width:
			now += " " + word
		default:
			lines = append(lines, now)
			now = indented + word
		}
		some = true
	}
	return append(lines, now)
}

// lastColumn returns where the last column begins of those that begin before most:
// behind two spaces or more. Colours take no place.
func lastColumn(line string, most int) int {
	column := 0
	for i := 2; i < len(line) && i <= most; i++ {
		if line[i] != ' ' && line[i-1] == ' ' && line[i-2] == ' ' {
			column = i
		}
		if line[i] == '\x1b' {
			escape := max(0, strings.IndexByte(line[i:], 'm'))
			i, most = i+escape, most+escape+1
		}
	}
	return column
}
