package console

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/term"

	"github.com/sgaudit/sgaudit/words"
)

// Print writes text to standard output: all that verbs print but data goes
// through here. Values are escaped where a text is composed (words.Plain); what
// was forgotten there is escaped here, except line feeds and tabs.
func (c *Console) Print(text string) error {
	return c.PrintOwn(words.Block(text))
}

// PrintOwn writes text that holds nothing from outside, with its colours.
func (c *Console) PrintOwn(text string) error {
	_, err := c.stdout.WriteString(text)
	return wrote(err)
}

// Stream gives the function standard output, for data that is long or that
// escapes by itself.
func (c *Console) Stream(write func(io.Writer) error) error {
	out := bufio.NewWriterSize(c.stdout, 1<<16)
	err := write(out)
	return wrote(errors.Join(err, out.Flush()))
}

// wrote judges the error of a write to standard output. A reader that has
// seen enough and closed the pipe is not an error.
func wrote(err error) error {
	if err == nil || errors.Is(err, syscall.EPIPE) {
		return nil
	}
	return fmt.Errorf("writing to standard output: %w", err)
}

// Width is the number of columns of the terminal that standard output is, or
// 0 where it is none: then nothing is wrapped or cut.
func (c *Console) Width() int {
	if !term.IsTerminal(int(c.stdout.Fd())) {
		return 0
	}
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	n, _, err := term.GetSize(int(c.stdout.Fd()))
	if err != nil || n <= 0 {
		return 80
	}
	return n
}
