package console

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal is a pseudo-terminal that remembers what was written to it.
type terminal struct {
	screen *os.File // what a program writes to
	mu     sync.Mutex
	text   strings.Builder
}

func openTerminal(t *testing.T, columns uint16) *terminal {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { master.Close() })
	fd := int(master.Fd())
	number, err := unix.IoctlGetUint32(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	screen, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { screen.Close() })
	if err := unix.IoctlSetWinsize(int(screen.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: columns, Row: 24}); err != nil {
		t.Fatal(err)
	}
	term := &terminal{screen: screen}
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, err := master.Read(buffer)
			term.mu.Lock()
			term.text.Write(buffer[:n])
			term.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return term
}

// waitFor returns all that was written, once it holds the text.
func (term *terminal) waitFor(t *testing.T, text string) string {
	t.Helper()
	for range 200 {
		term.mu.Lock()
		all := term.text.String()
		term.mu.Unlock()
		if strings.Contains(all, text) {
			return all
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%q never came to the terminal", text)
	return ""
}

// TestProgress: one line, clipped to the terminal, drawn anew below what is
// said meanwhile, and gone in the end.
func TestProgress(t *testing.T) {
	t.Setenv("CI", "")
	t.Setenv("TERM", "xterm")
	term := openTerminal(t, 30)
	c := New(os.Stdin, os.Stdout, term.screen)
	p := c.StartProgress()
	p.Set("%d regions and a long tail\x1b[2J of words", 17)
	const line = "\r\x1b[Ksgaudit: 17 regions and a lon"
	if all := term.waitFor(t, "17 regions"); all != line {
		t.Errorf("drew %q, want %q", all, line)
	}
	c.Warn("odd")
	const below = line + "\r\x1b[Ksgaudit: warning: odd\r\n" + line
	if all := term.waitFor(t, "odd\r\n"+line); all != below {
		t.Errorf("drew %q, want %q", all, below)
	}
	p.End()
	p.End()
	c.Say("end")
	if all, want := term.waitFor(t, "end"), below+"\r\x1b[Ksgaudit: end"; !strings.HasPrefix(all, want) {
		t.Errorf("drew %q, want %q", all, want)
	}
}

// TestProgressOnlyWhereItIsWatched: a terminal alone is not enough.
func TestProgressOnlyWhereItIsWatched(t *testing.T) {
	term := openTerminal(t, 80)
	for name, tc := range map[string]struct {
		ci, term string
		quiet    bool
		want     bool
	}{
		"terminal":        {term: "xterm", want: true},
		"build machine":   {ci: "true", term: "xterm"},
		"dumb terminal":   {term: "dumb"},
		"asked for quiet": {term: "xterm", quiet: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("CI", tc.ci)
			t.Setenv("TERM", tc.term)
			c := New(os.Stdin, os.Stdout, term.screen)
			c.Quiet = tc.quiet
			p := c.StartProgress()
			defer p.End()
			if (p != nil) != tc.want {
				t.Errorf("progress is drawn: %t, want %t", p != nil, tc.want)
			}
		})
	}
}

// TestQuestion: it is asked on the terminal, the answer is what is typed, and
// Ctrl-C ends the waiting.
func TestQuestion(t *testing.T) {
	term := openTerminal(t, 80)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if _, err := w.WriteString("123456\n"); err != nil {
		t.Fatal(err)
	}
	c := New(r, os.Stdout, term.screen)
	answer, err := c.Ask(t.Context(), "MFA code")
	if err != nil || answer != "123456" {
		t.Errorf("got %q, %v", answer, err)
	}
	term.waitFor(t, "sgaudit: MFA code: ")

	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if answer, err := c.Ask(ctx, "again"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %q, %c after Ctrl-C", answer, err)
	}
}

// TestColour: by default only on a terminal that has colours, unless the user does not want
// them; on request always.
func TestColour(t *testing.T) {
	term := openTerminal(t, 80)
	for _, tc := range []struct {
		when, noColor, term string
		want                bool
	}{
		{"auto", "", "xterm", true},
		{"auto", "1", "xterm", false},
		{"auto", "", "dumb", false},
		{"always", "1", "dumb", true},
		{"never", "", "xterm", false},
	} {
		t.Setenv("NO_COLOR", tc.noColor)
		t.Setenv("TERM", tc.term)
		c := New(os.Stdin, term.screen, term.screen)
		c.SetColor(tc.when)
		if c.Color != tc.want {
			t.Errorf("%+v: colour is %t", tc, c.Color)
		}
	}
}

// TestWidth: the terminal's, or that of COLUMNS; no terminal has none.
func TestWidth(t *testing.T) {
	term := openTerminal(t, 93)
	c := New(os.Stdin, term.screen, os.Stderr)
	t.Setenv("COLUMNS", "")
	if got := c.Width(); got != 93 {
		t.Errorf("width %d of a terminal of 93 columns", got)
	}
	t.Setenv("COLUMNS", "70")
	if got := c.Width(); got != 70 {
		t.Errorf("width %d where COLUMNS is 70", got)
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if got := New(os.Stdin, file, os.Stderr).Width(); got != 0 {
		t.Errorf("width %d of a file", got)
	}
}
