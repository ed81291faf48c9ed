package change

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/sgaudit/sgaudit/words"
)

// word is one word of a command: literal text and names of shell variables,
// next to each other.
type word []part

// part is literal text, or the name of a variable with its dollar sign.
type part struct {
	text     string
	variable bool
}

// lit is a word of literal text.
func lit(text string) word { return word{{text: text}} }

// id is a word for the id of a group, or for one that is created before.
func id(text string) word { return word{{text: text, variable: IsNew(text)}} }

// shell writes the word for a POSIX shell: bare where every character of it
// stands for itself alone, else in single quotes, with variables in double
// quotes between them.
func (w word) shell() string {
	if len(w) == 1 && !w[0].variable && bare(w[0].text) {
		return w[0].text
	}
	var out strings.Builder
	for _, p := range w {
		if p.variable {
			out.WriteString(`"` + p.text + `"`)
			continue
		}
		out.WriteString("'" + strings.ReplaceAll(p.text, "'", `'\''`) + "'")
	}
	if out.Len() == 0 {
		return "''"
	}
	return out.String()
}

// bare reports whether a shell takes the text as it is, as one word.
func bare(text string) bool {
	for i := range len(text) {
		c := text[i]
		plain := '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || strings.IndexByte("-_./:,", c) >= 0 || c == '=' && i > 0
		if !plain {
			return false
		}
	}
	return text != ""
}

// call is a call of aws ec2, word by word.
type call struct {
	sets  string // the variable that takes what the call prints, with its dollar sign; or empty
	words []word
}

func (c *call) add(words ...word) { c.words = append(c.words, words...) }

// shell writes the call for a POSIX shell, behind the words of before.
func (c *call) shell(before string) string {
	texts := make([]string, len(c.words))
	for i, w := range c.words {
		texts[i] = w.shell()
	}
	text := before + strings.Join(texts, " ")
	if c.sets == "" {
		return text
	}
	return strings.TrimPrefix(c.sets, "$") + "=$(" + text + ")"
}

// jsonWriter writes one word that is JSON.
type jsonWriter struct {
	done word
	text []byte
}

func (j *jsonWriter) raw(text string) *jsonWriter {
	j.text = append(j.text, text...)
	return j
}

func (j *jsonWriter) quoted(text string) *jsonWriter {
	j.text = appendQuoted(j.text, text)
	return j
}

// appendQuoted appends a string of JSON. Whatever is not printed as one
// visible character is written by its number: no line break, no control
// character and no mark of direction stands in a command.
func appendQuoted(to []byte, text string) []byte {
	to = append(to, '"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			to = append(to, '\\', byte(c))
		case c < utf8.RuneSelf && c >= ' ' && c != 0x7f:
			to = append(to, byte(c))
		case visible(c):
			to = utf8.AppendRune(to, c)
		case c > 0xffff:
			high, low := utf16.EncodeRune(c)
			to = fmt.Appendf(to, `\u%04x\u%04x`, high, low)
		default:
			to = fmt.Appendf(to, `\u%04x`, c)
		}
	}
	return append(to, '"')
}

// visible reports whether a reader sees the character, and sees that alone.
func visible(c rune) bool { return words.Plain(string(c)) == string(c) }

// group writes the id of a group as a string, or the variable that holds it.
func (j *jsonWriter) group(text string) *jsonWriter {
	if !IsNew(text) {
		return j.quoted(text)
	}
	j.raw(`"`)
	j.done = append(j.done, part{text: string(j.text)}, part{text: text, variable: true})
	j.text = nil
	return j.raw(`"`)
}

func (j *jsonWriter) number(n int32) *jsonWriter { return j.raw(strconv.Itoa(int(n))) }

func (j *jsonWriter) word() word { return append(j.done, part{text: string(j.text)}) }

// show quotes a text of the outside for a message: on one line, and cut.
func show(text string) string {
	const most = 80
	return strconv.Quote(words.Cut(text, most))
}
