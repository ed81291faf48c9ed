package cli

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
	v := newVoice(term.screen)
	p := v.startProgress()
	p.set("%d regions and a long tail\x1b[2J of words", 17)
	const line = "\r\x1b[Ksgaudit: 17 regions and a lon"
	if all := term.waitFor(t, "17 regions"); all != line {
		t.Errorf("drew %q, want %q", all, line)
	}
	v.warn("odd")
	const below = line + "\r\x1b[Ksgaudit: warning: odd\r\n" + line
	if all := term.waitFor(t, "odd\r\n"+line); all != below {
		t.Errorf("drew %q, want %q", all, below)
	}
	p.end()
	p.end()
	v.say("end")
	if all, want := term.waitFor(t, "end"), below+"\r\x1b[Ksgaudit: end"; !strings.HasPrefix(all, want) {
		t.Errorf("drew %q, want %q", all, want)
	}
}

// TestProgressOnlyWhereItIsWatched: a terminal alone is not enough.
func TestProgressOnlyWhereItIsWatched(t *testing.T) {
	term := openTerminal(t, 80)
	for name, c := range map[string]struct {
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
			t.Setenv("CI", c.ci)
			t.Setenv("TERM", c.term)
			v := newVoice(term.screen)
			v.quiet = c.quiet
			p := v.startProgress()
			defer p.end()
			if (p != nil) != c.want {
				t.Errorf("progress is drawn: %t, want %t", p != nil, c.want)
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
	v := newVoice(term.screen)
	answer, err := v.ask(t.Context(), "MFA code", r)
	if err != nil || answer != "123456" {
		t.Errorf("got %q, %v", answer, err)
	}
	term.waitFor(t, "sgaudit: MFA code: ")

	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if answer, err := v.ask(ctx, "again", r); !errors.Is(err, context.Canceled) {
		t.Errorf("got %q, %v after Ctrl-C", answer, err)
	}
}

// TestColour: by itself only on a terminal that can and to somebody who wants
// it; asked for, always.
func TestColour(t *testing.T) {
	term := openTerminal(t, 80)
	for _, c := range []struct {
		when, noColor, term string
		want                bool
	}{
		{"auto", "", "xterm", true},
		{"auto", "1", "xterm", false},
		{"auto", "", "dumb", false},
		{"always", "1", "dumb", true},
		{"never", "", "xterm", false},
	} {
		t.Setenv("NO_COLOR", c.noColor)
		t.Setenv("TERM", c.term)
		p := &program{stdout: term.screen, stderr: term.screen, voice: newVoice(term.screen)}
		if err := p.run(t.Context(), []string{"sgaudit", "--color", c.when, "policy"}); err != nil {
			t.Fatal(err)
		}
		if p.voice.color != c.want {
			t.Errorf("%+v: colour is %t", c, p.voice.color)
		}
	}
}

// TestWidth: the terminal's, or that of COLUMNS; no terminal has none.
func TestWidth(t *testing.T) {
	term := openTerminal(t, 93)
	p := &program{stdout: term.screen}
	t.Setenv("COLUMNS", "")
	if got := p.width(); got != 93 {
		t.Errorf("width %d of a terminal of 93 columns", got)
	}
	t.Setenv("COLUMNS", "70")
	if got := p.width(); got != 70 {
		t.Errorf("width %d where COLUMNS is 70", got)
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if got := (&program{stdout: file}).width(); got != 0 {
		t.Errorf("width %d of a file", got)
	}
}
