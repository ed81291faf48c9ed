// Package words puts values into text: what AWS, a file or the command line
// gave is shown and never obeyed (Plain, Block, Markdown, JSON), and numbers
// and lists become English (Count, List).
//
// Names, tags, descriptions, error messages and file names can hold any
// character. Some of them move the cursor of a terminal, begin a new line,
// turn the direction of the text behind them, or take no space at all, so that
// two names look alike. Every text for people goes through this package on its
// way out; it is the only place that decides which characters these are.
package words

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Plain returns the text as one line in which every character can be seen:
// those that cannot are written as Go writes them in a string, for example
// \n, \x1b, \u202e or \U000e0041. A byte that is not UTF-8 becomes \x and its
// two digits. Other text is returned unchanged.
func Plain(text string) string { return show(text, "") }

// Block does the same with text of several lines: line feeds and tabs stay.
func Block(text string) string { return show(text, "\n\t") }

// Cut shortens text to about so many bytes, at the border of a character, and
// says how many bytes are left out.
func Cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	end := most
	for end > 0 && end > most-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return fmt.Sprintf("%s… (%s more)", text[:end], Count(len(text)-end, "byte"))
}

var marks = strings.NewReplacer(
	`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "|", `\|`, "#", `\#`, "~", `\~`, "$", `\$`,
	"<", "&lt;", ">", "&gt;", "&", "&amp;", "@", "@&#8203;",
)

// Markdown returns the text as one line that Markdown shows as it is. An @ is followed by a
// space of no width: else GitHub and GitLab notify the person or the team that a name from
// outside mentions, and neither an escape nor a reference to the character keeps them from it.
func Markdown(text string) string { return marks.Replace(Plain(text)) }

// JSON writes the characters that Plain would show as \u escapes, in text that
// is JSON already. A reader of JSON gets the same values.
func JSON(text []byte) []byte {
	if !slow(text) {
		return text
	}
	var out bytes.Buffer
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch high, low := utf16.EncodeRune(r); {
		case r < 0x7f || !hidden(r):
			out.Write(text[:size])
		case r > 0xffff:
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
		text = text[size:]
	}
	return out.Bytes()
}

func show(text, except string) string {
	i := 0
	for i < len(text) && text[i] >= ' ' && text[i] < 0x7f { // nearly every text is of these alone
		i++
	}
	if i == len(text) {
		return text
	}
	var out strings.Builder
	out.WriteString(text[:i])
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&out, `\x%02x`, text[i])
		case !hidden(r) || strings.ContainsRune(except, r):
			out.WriteRune(r)
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\r':
			out.WriteString(`\r`)
		case r == '\t':
			out.WriteString(`\t`)
		case r <= 0xff:
			fmt.Fprintf(&out, `\x%02x`, r)
		case r <= 0xffff:
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			fmt.Fprintf(&out, `\U%08x`, r)
		}
		i += size
	}
	return out.String()
}

// slow reports whether JSON text holds a byte that may have to be escaped. An
// encoder has escaped those below the blank.
func slow(text []byte) bool {
	for _, b := range text {
		if b >= 0x7f {
			return true
		}
	}
	return false
}

// hidden reports whether a terminal or a reader would obey the character or
// not show it: the control characters C0 and C1, separators of lines and
// paragraphs, format characters (marks of direction, zero width, the byte order
// mark, tags), what Unicode lets a program ignore, code points that will never be
// characters, which XML cannot hold, and selectors of variants, but for the two
// that choose between text and emoji.
func hidden(r rune) bool {
	switch {
	case r < ' ' || r >= 0x7f && r < 0xa0:
		return true
	case r < 0xad:
		return false
	case r == 0xfe0e || r == 0xfe0f:
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector, unicode.Noncharacter_Code_Point)
}
