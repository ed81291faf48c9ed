package console

import (
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"

	"github.com/sgaudit/sgaudit/words"
)

// Sentence is fmt.Sprintf for messages on standard error: the texts among the
// arguments are shown as one line each, and long ones are cut. Only the format,
// which is the program's own, can divide lines.
func Sentence(format string, args ...any) string {
	shown := make([]any, len(args))
	for i, a := range args {
		switch kind := reflect.ValueOf(a).Kind(); {
		case kind >= reflect.Bool && kind <= reflect.Complex128: // numbers, and what is kept as a number
			shown[i] = a
		default:
			shown[i] = value{fmt.Sprint(a)}
		}
	}
	return fmt.Sprintf(format, shown...)
}

// longestValue is the length in bytes from which on a value in a message is cut.
const longestValue = 2000

// value is a text that a message holds.
type value struct{ text string }

// Format writes the text in its visible form, whichever verb asks for it. %q
// escapes by itself.
func (v value) Format(state fmt.State, verb rune) {
	text := words.Cut(v.text, longestValue)
	if verb == 'q' {
		text = strconv.Quote(text)
	} else {
		text = words.Plain(text)
	}
	if width, ok := state.Width(); ok && width > len(text) {
		text += strings.Repeat(" ", width-len(text))
	}
	_, _ = io.WriteString(state, text)
}
