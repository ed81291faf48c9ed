package cli

import (
	"os"
	"slices"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/output"
)

// The demo account has the account id of the examples in AWS's documentation, which reports
// of other accounts may have too. So a file beside the last report says whether that is of a
// made-up account. Its first line is when the audit of that report started: for any other
// report the file counts for nothing. The other lines are the flags by which other verbs
// read the account.

// originOf is the file that says of which account the last report is.
func originOf(report string) string { return strings.TrimSuffix(report, ".json") + ".origin" }

// keepOrigin writes the file for a report of a made-up account, and removes it for another.
func keepOrigin(file string, started time.Time, madeUp []string) error {
	if err := os.Remove(file); err != nil && !os.IsNotExist(err) {
		return err
	}
	if len(madeUp) == 0 {
		return nil
	}
	lines := append([]string{started.UTC().Format(time.RFC3339Nano)}, madeUp...)
	return output.Create(file, writing(strings.Join(lines, "\n")))
}

// madeUpOrigin returns the flags by which other verbs read the made-up account of the last
// report; none where it is of another account.
func (p *program) madeUpOrigin(report *findings.Report) []string {
	file, err := lastReport()
	if err != nil {
		return nil
	}
	file = originOf(file)
	if info, err := os.Lstat(file); err != nil || !info.Mode().IsRegular() || info.Size() > 1<<16 {
		return nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	lines := strings.Split(string(content), "\n")
	started, err := time.Parse(time.RFC3339Nano, lines[0])
	if err != nil || !started.Equal(report.StartedAt) || len(lines) < 2 || !slices.Contains([]string{"--demo", "--input"}, lines[1]) || lines[1] == "--input" && len(lines) < 3 {
		return nil
	}
	return lines[1:]
}
