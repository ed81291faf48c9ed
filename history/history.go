// Package history keeps the runs of one account in a folder: of each a snapshot
// and a report, named by the time at which the run began, in UTC. The report is
// written last, so that a run without one did not end.
package history

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/sgaudit/sgaudit/files"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/words"
)

// Folder is the place, and how much of it is kept: the last so many runs, and
// those of the last so many days. 0 keeps all.
type Folder struct {
	Path       string
	Runs, Days int
}

// ErrBusy is the error of Lock while another run writes to the folder.
var ErrBusy = errors.New("another run writes to the history")

const (
	reportEnding   = ".report.json"
	snapshotEnding = ".snapshot.json.zst"
	stampForm      = "20060102T150405Z"
)

var runForm = words.Form(`^\d{8}T\d{6}Z(\.report\.json|\.snapshot\.json\.zst)$`)

// Lock takes the lock of the folder, which the operating system gives back
// however the run ends.
func (f *Folder) Lock() (unlock func(), err error) {
	lock := flock.New(filepath.Join(f.Path, ".lock"))
	free, err := lock.TryLock()
	switch {
	case err != nil:
		return nil, fmt.Errorf("locking %s: %w", f.Path, err)
	case !free:
		return nil, ErrBusy
	}
	return func() { _ = lock.Unlock() }, nil
}

// Reports lists the files of the reports, the oldest first.
func (f *Folder) Reports() ([]string, error) {
	entries, err := os.ReadDir(f.Path)
	if err != nil {
		return nil, fmt.Errorf("reading the history: %w", err)
	}
	var names []string
	for _, e := range entries {
		if runForm().MatchString(e.Name()) && strings.HasSuffix(e.Name(), reportEnding) {
			names = append(names, filepath.Join(f.Path, e.Name()))
		}
	}
	slices.Sort(names)
	return names, nil
}

// First makes every finding of a report new: it is the first of its history.
func First(report *findings.Report) {
	report.CompareTo(&findings.Report{StartedAt: report.StartedAt})
	report.Comparison = nil
}

// ReportOf returns the file in which Keep will write a report.
func (f *Folder) ReportOf(report *findings.Report) string {
	for at := report.StartedAt.UTC(); ; at = at.Add(time.Second) { // two runs within one second
		file := filepath.Join(f.Path, at.Format(stampForm)+reportEnding)
		if _, err := os.Stat(file); err != nil {
			return file
		}
	}
}

// Keep writes the run with its finished report, and removes those that are
// older than the ones to keep.
func (f *Folder) Keep(report *findings.Report, s *inventory.Snapshot) error {
	file := f.ReportOf(report)
	if err := output.Replace(strings.TrimSuffix(file, reportEnding)+snapshotEnding, func(w io.Writer) error { return files.Compress(w, s.Save) }); err != nil {
		return fmt.Errorf("--history: %w", err)
	}
	format, _ := output.Lookup("json")
	if err := output.Save(file, format, report, output.Options{}); err != nil {
		return fmt.Errorf("--history: %w", err)
	}
	return f.prune(report.StartedAt)
}

// prune removes runs beyond the last so many, and those before so many days.
// The latest run always stays.
func (f *Folder) prune(now time.Time) error {
	entries, err := os.ReadDir(f.Path)
	if err != nil {
		return fmt.Errorf("reading the history: %w", err)
	}
	var stamps []string
	for _, e := range entries {
		if stamp, _, _ := strings.Cut(e.Name(), "."); runForm().MatchString(e.Name()) && !slices.Contains(stamps, stamp) {
			stamps = append(stamps, stamp)
		}
	}
	slices.Sort(stamps)
	for i, stamp := range stamps[:max(0, len(stamps)-1)] {
		taken, err := time.Parse(stampForm, stamp)
		tooMany := f.Runs > 0 && len(stamps)-i > f.Runs
		tooOld := f.Days > 0 && err == nil && taken.Before(now.AddDate(0, 0, -f.Days))
		if !tooMany && !tooOld {
			continue
		}
		for _, ending := range []string{reportEnding, snapshotEnding} {
			if err := os.Remove(filepath.Join(f.Path, stamp+ending)); err != nil && !os.IsNotExist(err) {
				return fmt.Errorf("--history: taking an old run away: %w", err)
			}
		}
	}
	return nil
}
