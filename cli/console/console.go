// Package console is what the program says and asks: its messages on standard
// error, its answers on standard output, the colours, the progress line, the
// questions, and the errors that come with advice. It knows no verb and no flag.
//
// Standard output has the report alone. Everything that the program says
// about itself goes to standard error, and this is the only place that knows how
// such lines begin.
//
// The values that a message holds come from AWS, from files and from the
// command line. They are shown and never obeyed: a value cannot begin a line,
// move the cursor or hide anything (package words), and long ones are cut.
package console

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/sgaudit/sgaudit/words"
)

// Console is the three streams of one run. Errors of writing to standard error
// are dropped, because they cannot be reported anywhere.
type Console struct {
	// Quiet leaves warnings and errors alone on standard error; Verbose adds
	// every step; Color is for standard output.
	Quiet, Verbose, Color bool

	// Wrap, if it is set, wraps text for a terminal of so many columns.
	Wrap func(text string, width int) string

	stdin, stdout, stderr *os.File
	began                 time.Time

	mu       sync.Mutex
	progress *Progress // the line that is drawn now, or nil
}

// New returns a console without colours on the streams of a program.
func New(stdin, stdout, stderr *os.File) *Console {
	return &Console{stdin: stdin, stdout: stdout, stderr: stderr, began: time.Now()}
}

// SetColor chooses the colour of standard output: always, never, or auto, which
// is on a terminal that can show it, unless NO_COLOR is set.
func (c *Console) SetColor(when string) {
	switch when {
	case "always":
		c.Color = true
	case "never":
		c.Color = false
	case "auto":
		c.Color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(c.stdout.Fd()))
	}
}

// Say reports what the program does; silent when quiet.
func (c *Console) Say(format string, args ...any) {
	if !c.Quiet {
		c.lines("sgaudit: ", Sentence(format, args...))
	}
}

// Warn reports what is wrong but stops nothing.
func (c *Console) Warn(format string, args ...any) {
	c.lines("sgaudit: warning: ", Sentence(format, args...))
}

// Hint advises what to do about the line before.
func (c *Console) Hint(format string, args ...any) {
	c.lines("hint: ", Sentence(format, args...))
}

// Fail says why the program ends, and what helps if that is known. Line feeds
// in the message divide lines; those of values were escaped before.
func (c *Console) Fail(message, hint string) {
	c.lines("sgaudit: ", message)
	if hint != "" {
		c.lines("hint: ", hint)
	}
}

// Debug reports a step, with the seconds since the start.
func (c *Console) Debug(format string, args ...any) {
	if c.Verbose {
		c.lines(fmt.Sprintf("debug: %6.3fs ", time.Since(c.began).Seconds()), Sentence(format, args...))
	}
}

// The longest text that standard error gets at once: an error of AWS can be as
// long as an answer. The report has the whole text.
const (
	mostLines = 200
	longest   = 4000 // bytes of a line
)

// wrapped wraps a line where standard error is a terminal.
func (c *Console) wrapped(line string) string {
	if c.Wrap == nil || !term.IsTerminal(int(c.stderr.Fd())) {
		return line
	}
	width, _, err := term.GetSize(int(c.stderr.Fd()))
	if err != nil {
		return line
	}
	return c.Wrap(line, width)
}

// lines writes each line of the text behind the prefix, above the progress.
func (c *Console) lines(prefix, text string) {
	var out strings.Builder
	n := 0
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		if n++; n <= mostLines {
			out.WriteString(c.wrapped(prefix + words.Plain(words.Cut(line, longest)) + "\n"))
		}
	}
	if n > mostLines {
		out.WriteString(prefix + "and " + words.Count(n-mostLines, "more line") + "\n")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.progress != nil {
		c.progress.erase()
	}
	_, _ = c.stderr.WriteString(out.String())
	if c.progress != nil {
		c.progress.draw()
	}
}
