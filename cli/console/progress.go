package console

import (
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

// redraw is the time between two drawings of the progress line.
const redraw = 120 * time.Millisecond

// Progress is one line that is drawn again and again. A nil Progress does
// nothing: there is none where standard error is not a terminal.
type Progress struct {
	console *Console
	text    string // under the console's lock, as are all fields
	drawn   string
	stop    chan struct{}
	ended   sync.WaitGroup
}

// StartProgress begins the line, where there is somebody to look at it.
func (c *Console) StartProgress() *Progress {
	if c.Quiet || c.Verbose || os.Getenv("CI") != "" || os.Getenv("TERM") == "dumb" || !term.IsTerminal(int(c.stderr.Fd())) {
		return nil
	}
	p := &Progress{console: c, stop: make(chan struct{})}
	c.mu.Lock()
	c.progress = p
	c.mu.Unlock()
	p.ended.Go(func() {
		tick := time.NewTicker(redraw)
		defer tick.Stop()
		for {
			select {
			case <-p.stop:
				return
			case <-tick.C:
				c.mu.Lock()
				p.draw()
				c.mu.Unlock()
			}
		}
	})
	return p
}

// Set changes the text; it is drawn with the next tick.
func (p *Progress) Set(format string, args ...any) {
	if p == nil {
		return
	}
	p.console.mu.Lock()
	defer p.console.mu.Unlock()
	p.text = Sentence(format, args...)
}

// End takes the line away. It may be called more than once.
func (p *Progress) End() {
	if p == nil {
		return
	}
	p.console.mu.Lock()
	running := p.console.progress == p
	if running {
		p.erase()
		p.console.progress = nil
	}
	p.console.mu.Unlock()
	if running {
		close(p.stop)
		p.ended.Wait()
	}
}

// draw needs the console's lock.
func (p *Progress) draw() {
	if p.console.progress != p || p.text == "" {
		return
	}
	width, _, err := term.GetSize(int(p.console.stderr.Fd()))
	if err != nil || width <= 0 {
		width = 80
	}
	line := []rune("sgaudit: " + p.text)
	line = line[:min(len(line), width-1)]
	if text := string(line); text != p.drawn {
		_, _ = p.console.stderr.WriteString("\r\x1b[K" + text)
		p.drawn = text
	}
}

// erase needs the console's lock.
func (p *Progress) erase() {
	if p.drawn != "" {
		_, _ = p.console.stderr.WriteString("\r\x1b[K")
		p.drawn = ""
	}
}
