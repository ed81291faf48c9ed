package console

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

func TestSentence(t *testing.T) {
	for _, c := range []struct {
		format string
		args   []any
		want   string
	}{
		{"two\nlines", nil, "two\nlines"},
		{"%s: %d of %s", []any{"a\nsgaudit: b", 3, errors.New("c\x1b[2J")}, `a\nsgaudit: b: 3 of c\x1b[2J`},
		{"%q %v", []any{"a\n\u202e", []string{"b\r", "c"}}, `"a\n\u202e" [b\r c]`},
		{"%s %s %s %5.1f%%", []any{findings.High, inventory.Denied, 90 * time.Second, 2.5}, "high denied 1m30s   2.5%"},
		{"%-5s|", []any{"a\n"}, `a\n  |`},
		{"%s", []any{strings.Repeat("x", 3000)}, strings.Repeat("x", 2000) + "… (1000 bytes more)"},
	} {
		if got := Sentence(c.format, c.args...); got != c.want {
			t.Errorf("%q: got %q, want %q", c.format, got, c.want)
		}
	}
}

// TestErrorLines: only errors that were joined, and failures, have several
// lines. What an error quotes never begins one.
func TestErrorLines(t *testing.T) {
	hostile := errors.New("answer\nsgaudit: complete\x1b[2J")
	for _, c := range []struct {
		err  error
		want []string
	}{
		{hostile, []string{`answer\nsgaudit: complete\x1b[2J`}},
		{fmt.Errorf("reading: %w", hostile), []string{`reading: answer\nsgaudit: complete\x1b[2J`}},
		{errors.Join(hostile, errors.New("second")), []string{`answer\nsgaudit: complete\x1b[2J`, "second"}},
		{fmt.Errorf("a\nb: %w", errors.Join(errors.New("c"), errors.New("d"))), []string{`a\nb: c`, "d"}},
		{Usage("", "first %s\nsecond", "x\ny"), []string{`first x\ny`, "second"}},
		{fmt.Errorf("%w and %w", hostile, fs.ErrExist), []string{`answer\nsgaudit: complete\x1b[2J and file already exists`}},
		{Combine(hostile, nil, Usage("", "%s", "z\n")), []string{`answer\nsgaudit: complete\x1b[2J`, `z\n`}},
	} {
		if got := Lines(c.err); !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.err, got, c.want)
		}
	}
}

// TestMessagesAreShort: an error as long as an answer, in one line or in many, does
// not fill the terminal.
func TestMessagesAreShort(t *testing.T) {
	long := strings.Repeat("é", 1<<20)
	many := strings.Repeat("line\n", 1<<16)
	for name, talk := range map[string]func(*Console){
		"say":         func(c *Console) { c.Say("%s", long) },
		"warn":        func(c *Console) { c.Warn("%s failed: %s", long, errors.New(many)) },
		"hint":        func(c *Console) { c.Hint("%v", []string{long}) },
		"debug":       func(c *Console) { c.Verbose = true; c.Debug("%s", long) },
		"fail":        func(c *Console) { c.Fail(long, long) },
		"fail, lines": func(c *Console) { c.Fail(many, "") },
	} {
		file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		talk(New(os.Stdin, os.Stdout, file))
		text, err := os.ReadFile(file.Name())
		if err != nil {
			t.Fatal(err)
		}
		if len(text) > 20000 || !strings.Contains(string(text), " more") {
			t.Errorf("%s: %d bytes, ending %q", name, len(text), text[max(0, len(text)-60):])
		}
	}
}
