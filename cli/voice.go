package cli

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/sgaudit/sgaudit/words"
)

// voice is all that the program says about itself, on standard error. It is
// the only place that knows how its lines begin.
//
// The values that a message holds come from AWS, from files and from the
// command line. They are shown and never obeyed: a value cannot begin a line,
// move the cursor or hide anything (package words), and long ones are cut.
//
// Errors of writing are dropped, because they cannot be reported anywhere.
type voice struct {
	w       *os.File
	quiet   bool
	verbose bool
	color   bool // of standard output
	began   time.Time

	mu       sync.Mutex
	progress *progress // the line that is drawn now, or nil
}

func newVoice(w *os.File) *voice { return &voice{w: w, began: time.Now()} }

// say reports what the program does; silent when quiet.
func (v *voice) say(format string, args ...any) {
	if !v.quiet {
		v.lines("sgaudit: ", sentence(format, args))
	}
}

// warn reports what is wrong but stops nothing.
func (v *voice) warn(format string, args ...any) {
	v.lines("sgaudit: warning: ", sentence(format, args))
}

// hint advises what to do about the line before.
func (v *voice) hint(format string, args ...any) {
	v.lines("hint: ", sentence(format, args))
}

// fail says why the program ends, and what helps if that is known. Line feeds
// in the message divide lines; those of values were escaped before.
func (v *voice) fail(message, hint string) {
	v.lines("sgaudit: ", message)
	if hint != "" {
		v.lines("hint: ", hint)
	}
}

// debug reports a step, with the seconds since the start.
func (v *voice) debug(format string, args ...any) {
	if v.verbose {
		v.lines(fmt.Sprintf("debug: %6.3fs ", time.Since(v.began).Seconds()), sentence(format, args))
	}
}

// The longest text that standard error gets at once: an error of AWS can be as
// long as an answer. The report has the whole text.
const (
	mostLines = 200
	longest   = 4000 // bytes of a line
)

// lines writes each line of the text behind the prefix, above the progress.
func (v *voice) lines(prefix, text string) {
	var out strings.Builder
	n := 0
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		if n++; n <= mostLines {
			out.WriteString(prefix + words.Plain(words.Cut(line, longest)) + "\n")
		}
	}
	if n > mostLines {
		out.WriteString(prefix + "and " + words.Count(n-mostLines, "more line") + "\n")
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.progress != nil {
		v.progress.erase()
	}
	_, _ = v.w.WriteString(out.String())
	if v.progress != nil {
		v.progress.draw()
	}
}

// ask puts a question on the terminal and returns the line that is typed. The
// progress line waits meanwhile. When ctx ends first, the goroutine that reads
// stays until the program ends: a read of a terminal cannot be interrupted.
func (v *voice) ask(ctx context.Context, question string, from *os.File) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.progress != nil {
		v.progress.erase()
	}
	_, _ = v.w.WriteString("sgaudit: " + words.Plain(question) + ": ")
	type answer struct {
		line string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		line, err := bufio.NewReader(from).ReadString('\n')
		answers <- answer{strings.TrimSpace(line), err}
	}()
	select {
	case a := <-answers:
		if a.err != nil {
			return "", fmt.Errorf("reading the answer to %q: %w", question, a.err)
		}
		return a.line, nil
	case <-ctx.Done():
		_, _ = v.w.WriteString("\n")
		return "", ctx.Err()
	}
}

// redraw is the time between two drawings of the progress line.
const redraw = 120 * time.Millisecond

// progress is one line that is drawn again and again. A nil progress does
// nothing: there is none where standard error is not a terminal.
type progress struct {
	voice *voice
	text  string // under the voice's lock, as are all fields
	drawn string
	stop  chan struct{}
	ended sync.WaitGroup
}

// startProgress begins the line, where there is somebody to look at it.
func (v *voice) startProgress() *progress {
	if v.quiet || v.verbose || os.Getenv("CI") != "" || os.Getenv("TERM") == "dumb" || !term.IsTerminal(int(v.w.Fd())) {
		return nil
	}
	p := &progress{voice: v, stop: make(chan struct{})}
	v.mu.Lock()
	v.progress = p
	v.mu.Unlock()
	p.ended.Go(func() {
		tick := time.NewTicker(redraw)
		defer tick.Stop()
		for {
			select {
			case <-p.stop:
				return
			case <-tick.C:
				v.mu.Lock()
				p.draw()
				v.mu.Unlock()
			}
		}
	})
	return p
}

// set changes the text; it is drawn with the next tick.
func (p *progress) set(format string, args ...any) {
	if p == nil {
		return
	}
	p.voice.mu.Lock()
	defer p.voice.mu.Unlock()
	p.text = sentence(format, args)
}

// end takes the line away. It may be called more than once.
func (p *progress) end() {
	if p == nil {
		return
	}
	p.voice.mu.Lock()
	running := p.voice.progress == p
	if running {
		p.erase()
		p.voice.progress = nil
	}
	p.voice.mu.Unlock()
	if running {
		close(p.stop)
		p.ended.Wait()
	}
}

// draw needs the voice's lock.
func (p *progress) draw() {
	if p.voice.progress != p || p.text == "" {
		return
	}
	width, _, err := term.GetSize(int(p.voice.w.Fd()))
	if err != nil || width <= 0 {
		width = 80
	}
	line := []rune("sgaudit: " + p.text)
	line = line[:min(len(line), width-1)]
	if text := string(line); text != p.drawn {
		_, _ = p.voice.w.WriteString("\r\x1b[K" + text)
		p.drawn = text
	}
}

// erase needs the voice's lock.
func (p *progress) erase() {
	if p.drawn != "" {
		_, _ = p.voice.w.WriteString("\r\x1b[K")
		p.drawn = ""
	}
}
