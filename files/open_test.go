//go:build unix

package files_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sgaudit/sgaudit/files"
)

// A named pipe is read to its end. One that no process opens to write, or that no process writes
// into, is waited for until the context ends, and nothing waits afterwards.
func TestPipesEndWithTheContext(t *testing.T) {
	running := goleak.IgnoreCurrent()
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	read := func(within time.Duration, writes func()) ([]byte, error) {
		ctx, cancel := context.WithTimeout(t.Context(), within)
		defer cancel()
		go writes()
		return files.ReadContext(ctx, name, files.Most)
	}
	if text, err := read(time.Minute, func() {
		if err := os.WriteFile(name, []byte("all of it"), 0); err != nil {
			t.Error(err)
		}
	}); err != nil || string(text) != "all of it" {
		t.Errorf("%s, %v", text, err)
	}
	if _, err := read(50*time.Millisecond, func() {}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a pipe without a writer: %v", err)
	}
	quiet := make(chan struct{})
	if _, err := read(200*time.Millisecond, func() {
		if w, err := os.OpenFile(name, os.O_WRONLY, 0); err == nil {
			defer w.Close()
			<-quiet
		}
	}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a pipe into which no process writes: %v", err)
	}
	close(quiet)
	if err := goleak.Find(running); err != nil {
		t.Error(err)
	}
}
