package findings

import (
	"strings"
	"unicode"
)

// OneLine makes text one line: control characters and other breaks of lines
// become blanks.
func OneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
}

var marks = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "<", "&lt;", "[", `\[`, "|", `\|`, "#", `\#`)

// Markdown makes text one line that Markdown shows as it is.
func Markdown(text string) string { return marks.Replace(OneLine(text)) }
