package files

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// Open opens a file, which may be a named pipe: to open one waits until another process opens it
// to write. Open waits as long as the context lasts, and returns its error then.
func Open(ctx context.Context, name string) (*os.File, error) {
	if info, err := os.Stat(name); err != nil || info.Mode()&fs.ModeNamedPipe == 0 {
		return os.Open(name) // its error says what could not be opened
	}
	type result struct {
		f   *os.File
		err error
	}
	opened := make(chan result, 1)
	go func() {
		f, err := os.Open(name)
		opened <- result{f, err}
	}()
	select {
	case r := <-opened:
		return r.f, r.err
	case <-ctx.Done():
	}
	for { // a writer ends the waiting
		if w, err := os.OpenFile(name, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
			w.Close()
		} else if os.IsPermission(err) || os.IsNotExist(err) {
			break // what waits ends with the process
		}
		select {
		case r := <-opened:
			if r.err == nil {
				r.f.Close()
			}
			return nil, fmt.Errorf("opening %s: %w", name, ctx.Err())
		case <-time.After(time.Millisecond):
		}
	}
	return nil, fmt.Errorf("opening %s: %w", name, ctx.Err())
}

// ReadContext is Read that ends with the context, also while it waits for a pipe.
func ReadContext(ctx context.Context, name string, most int64) ([]byte, error) {
	f, err := Open(ctx, name)
	if err != nil {
		return nil, err // which names the file
	}
	defer f.Close()
	defer context.AfterFunc(ctx, func() { f.Close() })()
	text, err := Text(f, most)
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return text, nil
}
