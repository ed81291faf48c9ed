package console

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"golang.org/x/term"

	"github.com/sgaudit/sgaudit/words"
)

// Interactive reports whether a person can answer questions.
func (c *Console) Interactive() bool { return term.IsTerminal(int(c.stdin.Fd())) }

// Ask puts a question on the terminal and returns the line that is typed. The
// progress line waits meanwhile. When ctx ends first, the goroutine that reads
// stays until the program ends: a read of a terminal cannot be interrupted.
func (c *Console) Ask(ctx context.Context, question string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.progress != nil {
		c.progress.erase()
	}
	_, _ = c.stderr.WriteString("sgaudit: " + words.Plain(question) + ": ")
	type answer struct {
		line string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		line, err := bufio.NewReader(c.stdin).ReadString('\n')
		answers <- answer{strings.TrimSpace(line), err}
	}()
	select {
	case a := <-answers:
		if a.err != nil {
			return "", fmt.Errorf("reading the answer to %q: %w", question, a.err)
		}
		return a.line, nil
	case <-ctx.Done():
		_, _ = c.stderr.WriteString("\n")
		return "", ctx.Err()
	}
}
