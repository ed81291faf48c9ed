package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"
	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
)

// history is a folder that keeps runs: of each a snapshot and a report, named
// by the time at which it began, in UTC. The report is written last, so that a
// run without one did not end.
type history struct {
	folder   string
	runs     int // to keep; 0: all
	days     int // to keep; 0: all
	baseless bool
}

const (
	reportEnding   = ".report.json"
	snapshotEnding = ".snapshot.json.zst"
	stampForm      = "20060102T150405Z"
)

var runForm = regexp.MustCompile(`^\d{8}T\d{6}Z(\.report\.json|\.snapshot\.json\.zst)$`)

// parseHistory reads --history, --keep-runs and --keep-days.
func parseHistory(c *urfave.Context) (*history, error) {
	h := &history{folder: c.String("history")}
	var errs []error
	for _, keep := range []struct {
		name string
		to   *int
	}{{"keep-runs", &h.runs}, {"keep-days", &h.days}} {
		text := c.String(keep.name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if *keep.to = n; err != nil || n < 1 {
			errs = append(errs, console.Usage("", "--%s %q is not a number above 0", keep.name, text))
		}
		if h.folder == "" {
			errs = append(errs, console.Usage("", "--%s says what --history keeps: it needs --history", keep.name))
		}
	}
	if h.folder == "" {
		return nil, console.Combine(errs...)
	}
	if info, err := os.Stat(h.folder); err != nil || !info.IsDir() {
		errs = append(errs, console.Usage("create it first", "--history %s is not a folder", h.folder))
	}
	return h, console.Combine(errs...)
}

// begin takes the lock of the folder, which the operating system gives back
// however the run ends, and the last report as the baseline, unless there is
// one already.
func (h *history) begin(ch *choices) (unlock func(), err error) {
	lock := flock.New(filepath.Join(h.folder, ".lock"))
	free, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("--history: locking %s: %w", h.folder, err)
	}
	if !free {
		return nil, console.Usage("wait for it, or give this run a folder of its own", "--history: another run writes to %s", h.folder)
	}
	unlock = func() { _ = lock.Unlock() }
	if ch.baseline != nil {
		return unlock, nil
	}
	reports, err := h.reports()
	if err != nil {
		unlock()
		return nil, err
	}
	if len(reports) == 0 {
		h.baseless = true
		return unlock, nil
	}
	if ch.baseline, err = readReport(reports[len(reports)-1]); err != nil {
		unlock()
		return nil, console.Usage("this report is the baseline of the run; move it out of the folder, and the one before it will be", "--history: %s", err)
	}
	return unlock, nil
}

// reports lists the reports of a folder, the oldest first.
func (h *history) reports() ([]string, error) {
	entries, err := os.ReadDir(h.folder)
	if err != nil {
		return nil, fmt.Errorf("reading the history: %w", err)
	}
	var files []string
	for _, e := range entries {
		if runForm.MatchString(e.Name()) && strings.HasSuffix(e.Name(), reportEnding) {
			files = append(files, filepath.Join(h.folder, e.Name()))
		}
	}
	slices.Sort(files)
	return files, nil
}

// mark makes every finding of the first run of a history new.
func (h *history) mark(report *findings.Report) {
	if h.baseless {
		report.Since(&findings.Report{StartedAt: report.StartedAt})
		report.Comparison = nil
	}
}

// keep writes the run, whose report is finished, and takes away those that are
// not to be kept any more.
func (h *history) keep(report *findings.Report, s *inventory.Snapshot) error {
	at := report.StartedAt.UTC()
	place := func() string { return filepath.Join(h.folder, at.Format(stampForm)) }
	for {
		if _, err := os.Stat(place() + reportEnding); err != nil {
			break
		}
		at = at.Add(time.Second) // two runs within one second
	}
	if err := output.Replace(place()+snapshotEnding, func(w io.Writer) error { return saveSnapshot(w, s, true) }); err != nil {
		return fmt.Errorf("--history: %w", err)
	}
	format, _ := output.Lookup("json")
	if err := output.Save(place()+reportEnding, format, report, output.Options{}); err != nil {
		return fmt.Errorf("--history: %w", err)
	}
	return h.prune(report.StartedAt)
}

// prune removes runs beyond the last so many, and those before so many days.
// The latest run always stays.
func (h *history) prune(now time.Time) error {
	entries, err := os.ReadDir(h.folder)
	if err != nil {
		return fmt.Errorf("reading the history: %w", err)
	}
	var stamps []string
	for _, e := range entries {
		if stamp, _, _ := strings.Cut(e.Name(), "."); runForm.MatchString(e.Name()) && !slices.Contains(stamps, stamp) {
			stamps = append(stamps, stamp)
		}
	}
	slices.Sort(stamps)
	for i, stamp := range stamps[:max(0, len(stamps)-1)] {
		taken, err := time.Parse(stampForm, stamp)
		tooMany := h.runs > 0 && len(stamps)-i > h.runs
		tooOld := h.days > 0 && err == nil && taken.Before(now.AddDate(0, 0, -h.days))
		if !tooMany && !tooOld {
			continue
		}
		for _, ending := range []string{reportEnding, snapshotEnding} {
			if err := os.Remove(filepath.Join(h.folder, stamp+ending)); err != nil && !os.IsNotExist(err) {
				return fmt.Errorf("--history: taking an old run away: %w", err)
			}
		}
	}
	return nil
}
