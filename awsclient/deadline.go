package awsclient

import (
	"context"
	"errors"
	"sync"
	"time"
)

// deadline ends a context after a time in which the user is not asked for anything:
// the time that typing an MFA code takes is not the endpoint's. The zero value
// has not begun.
type deadline struct {
	mu    sync.Mutex
	limit time.Duration
	timer *time.Timer
}

// begin returns a context that ends after the limit, with the cause
// context.DeadlineExceeded, and the function that frees it.
func (d *deadline) begin(ctx context.Context, limit time.Duration) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(limit, func() { cancel(context.DeadlineExceeded) })
	d.mu.Lock()
	defer d.mu.Unlock()
	d.limit, d.timer = limit, timer
	return ctx, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		timer.Stop()
		d.timer = nil
		cancel(context.Canceled)
	}
}

// outside returns a function that asks for a text while the time stands still,
// and begins anew behind it.
func (d *deadline) outside(ask func() (string, error)) func() (string, error) {
	return func() (string, error) {
		d.stop()
		defer d.start()
		return ask()
	}
}

func (d *deadline) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
	}
}

func (d *deadline) start() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Reset(d.limit)
	}
}

// passed reports whether a context of begin ended at its deadline.
func passed(ctx context.Context) bool {
	return errors.Is(context.Cause(ctx), context.DeadlineExceeded)
}
