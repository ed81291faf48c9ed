package cli

import (
	"strings"

	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/words"
)

// fitPage wraps the page of a check to a terminal of so many columns; 0 is a pipe, which
// gets the lines of the page. A paragraph is wrapped anew, and every other line, of an
// example or of a table, goes on below itself.
func fitPage(text string, width int) string {
	if width <= 0 {
		return text
	}
	var out strings.Builder
	paragraph := ""
	end := func() {
		out.WriteString(output.FitHelp(paragraph, width))
		if paragraph != "" {
			out.WriteString("\n")
		}
		paragraph = ""
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.ContainsAny(line[:1], " |-#\x1b") {
			end()
			out.WriteString(output.Fit(line+"\n", width))
			continue
		}
		if paragraph != "" && fact().MatchString(line) {
			end()
		}
		paragraph = strings.TrimLeft(paragraph+" "+line, " ")
	}
	end()
	return out.String()
}

// fact is how a line of function about begins, which is not the rest of a paragraph.
var fact = words.Form(`^(Severity|Runs|Reads): `)
