package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/words"
)

// The last report of a person at a terminal is kept in the user's cache folder
// ($XDG_CACHE_HOME/sgaudit, ~/.cache/sgaudit, ~/Library/Caches/sgaudit or
// %LocalAppData%\sgaudit), so that explain and except take an id of the table
// without a file. It is readable by its owner alone and holds what -o json writes:
// no credentials. Runs without a terminal, which cron and CI start, keep none.

// lastReport is the file of the last report.
func lastReport() (string, error) {
	folder, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("looking for the folder of the last report: %w", err)
	}
	return filepath.Join(folder, "sgaudit", "last-report.json"), nil
}

// keepLast keeps the report of a run at a terminal, and reports whether it did.
// Where it cannot be kept the run goes on: the table then names no command.
// The file beside it says of which account it is, where that is a made-up one.
func (p *program) keepLast(report *findings.Report, madeUp []string) bool {
	if p.console.Width() == 0 || os.Getenv("CI") != "" {
		return false
	}
	file, err := lastReport()
	if err == nil {
		err = makePrivate(file)
	}
	if err == nil {
		err = keepOrigin(originOf(file), report.StartedAt, madeUp)
	}
	format, _ := output.Lookup("json")
	if err == nil {
		err = output.Save(file, format, report, output.Options{})
	}
	if err != nil {
		p.console.Debug("the report is not kept for sgaudit explain: %s", err)
	}
	return err == nil
}

// makePrivate makes the folder of the last report, and removes what stands in
// the report's place unless it is a file that its owner alone can read: a link is
// not followed, and a file does not keep a wider mode.
func makePrivate(file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	if err := isPrivate(filepath.Dir(file)); err != nil {
		return err
	}
	info, err := os.Lstat(file)
	if err == nil && (!info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0) && runtime.GOOS != "windows" {
		return os.Remove(file)
	}
	return nil
}

// isPrivate refuses a folder in which other users can put a report of their own.
// Windows has no such modes; there the folder is in the user's profile.
func isPrivate(folder string) error {
	info, err := os.Lstat(folder)
	switch {
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder", folder)
	case info.Mode().Perm()&0o022 != 0 && runtime.GOOS != "windows":
		return fmt.Errorf("other users can write to %s", folder)
	}
	return nil
}

// openLast returns the last report, from a regular file in a private folder.
func openLast() (*findings.Report, error) {
	file, err := lastReport()
	if err != nil {
		return nil, err
	}
	if err := isPrivate(filepath.Dir(file)); err != nil {
		return nil, fmt.Errorf("the last report is not used: %w", err)
	}
	info, err := os.Lstat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("the last report is not used: %s is not a regular file", file)
	}
	return readReport(file)
}

// readLast returns the last report and says of which account and when it is.
func (p *program) readLast() (*findings.Report, error) {
	report, err := openLast()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, console.Usage("for the demo account, add --demo; for a report that sgaudit audit -o json=report.json wrote, add --input report.json", "no last report was found: only an audit of an account at a terminal keeps one, and an audit of the demo account does not")
	}
	if err != nil {
		return nil, err
	}
	account := "account " + report.Caller.AccountID
	if p.madeUp = p.madeUpOrigin(report); len(p.madeUp) > 0 {
		account = "the demo account"
		if p.madeUp[0] != "--demo" {
			account = "the made-up account of " + p.madeUp[1]
		}
	}
	p.console.Say("from the audit of %s on %s, %s ago", account, report.StartedAt.Local().Format("2 January 2006 at 15:04"), age(time.Since(report.StartedAt)))
	return report, nil
}

// age is a duration in the unit that a person would say.
func age(d time.Duration) string {
	for _, unit := range []struct {
		name   string
		length time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}} {
		if n := int(d / unit.length); n > 0 {
			return words.Count(n, unit.name)
		}
	}
	return "less than a minute"
}
