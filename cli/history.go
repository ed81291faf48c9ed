package cli

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/history"
)

// parseHistory reads --history, --keep-runs and --keep-days.
func parseHistory(c *urfave.Context) (*history.Folder, error) {
	f := &history.Folder{Path: c.String("history")}
	var errs []error
	for _, keep := range []struct {
		name string
		to   *int
	}{{"keep-runs", &f.Runs}, {"keep-days", &f.Days}} {
		text := c.String(keep.name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if *keep.to = n; err != nil || n < 1 {
			errs = append(errs, console.Usage("", "--%s %q is not a number above 0", keep.name, text))
		}
		if f.Path == "" {
			errs = append(errs, console.Usage("", "--%s says what --history keeps: it needs --history", keep.name))
		}
	}
	if f.Path == "" {
		return nil, console.Combine(errs...)
	}
	if err := makable(f.Path); err != nil {
		errs = append(errs, fmt.Errorf("--history: %w", err))
	}
	return f, console.Combine(errs...)
}

// beginHistory locks the folder of the history, and takes its last report as the
// baseline, unless the flags name one.
func beginHistory(flags *auditFlags) (unlock func(), err error) {
	f := flags.history
	if err := os.MkdirAll(f.Path, 0o700); err != nil {
		return nil, fmt.Errorf("--history: %w", err)
	}
	unlock, err = f.Lock()
	switch {
	case errors.Is(err, history.ErrBusy):
		return nil, console.Usage("wait for it, or give this run a folder of its own", "--history: another run writes to %s", f.Path)
	case err != nil:
		return nil, fmt.Errorf("--history: %w", err)
	case flags.baseline != nil:
		return unlock, nil
	}
	reports, err := f.Reports()
	switch {
	case err != nil:
		unlock()
		return nil, err
	case len(reports) == 0:
		flags.firstRun = true
		return unlock, nil
	}
	if flags.baseline, err = readPacked(reports[len(reports)-1]); err != nil {
		unlock()
		return nil, console.Usage("this report is the baseline of the run; move it out of the folder, and the one before it will be", "--history: %s", err)
	}
	return unlock, nil
}
