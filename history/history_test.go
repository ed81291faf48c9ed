package history

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/files"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

func report(at time.Time, ids ...string) *findings.Report {
	r := &findings.Report{SchemaVersion: "1", StartedAt: at, Coverage: []findings.Coverage{{AccountID: "1", Region: "eu-west-1", Status: "complete"}}}
	for _, id := range ids {
		r.Findings = append(r.Findings, findings.Finding{ID: id, Check: "c", AccountID: "1", Region: "eu-west-1", Severity: findings.High, Status: findings.Open, ResourceID: "sg-1", Message: id})
	}
	r.Checks = []findings.CheckInfo{{ID: "c"}}
	r.Finish()
	return r
}

func keep(t *testing.T, f *Folder, at time.Time) {
	t.Helper()
	if err := f.Keep(report(at), &inventory.Snapshot{TakenAt: at, Inventory: &inventory.Inventory{}}); err != nil {
		t.Fatal(err)
	}
}

// TestKeep: runs are listed the oldest first, two of one second are two runs, and
// what is kept can be read.
func TestKeep(t *testing.T) {
	f := &Folder{Path: t.TempDir()}
	day := time.Date(2030, 1, 1, 2, 0, 0, 0, time.UTC)
	for _, at := range []time.Time{day.AddDate(0, 0, 1), day, day} {
		keep(t, f, at)
	}
	names, err := f.Reports()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, name := range names {
		got = append(got, filepath.Base(name))
	}
	if want := "20300101T020000Z.report.json 20300101T020001Z.report.json 20300102T020000Z.report.json"; strings.Join(got, " ") != want {
		t.Errorf("%v", got)
	}
	text, err := files.Read(filepath.Join(f.Path, "20300102T020000Z.snapshot.json.zst"), files.Most)
	if err != nil || !strings.Contains(string(text), "sgaudit_snapshot") {
		t.Errorf("%v: %.100s", err, text)
	}
}

// TestPrune: the last runs stay, and the latest one whatever its age; files of
// other names are not touched.
func TestPrune(t *testing.T) {
	day := time.Date(2030, 1, 1, 2, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		runs, days int
		want       int
	}{
		"all": {0, 0, 5}, "two runs": {2, 0, 2}, "three days": {0, 3, 4}, "both": {3, 1, 2},
	} {
		t.Run(name, func(t *testing.T) {
			f := &Folder{Path: t.TempDir()}
			other := filepath.Join(f.Path, "notes.report.json")
			if err := os.WriteFile(other, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			for i := range 4 {
				keep(t, f, day.AddDate(0, 0, i))
			}
			f.Runs, f.Days = c.runs, c.days
			keep(t, f, day.AddDate(0, 0, 4))
			names, err := f.Reports()
			if err != nil || len(names) != c.want {
				t.Errorf("%v, %v: want %d runs", names, err, c.want)
			}
			snapshots, err := filepath.Glob(filepath.Join(f.Path, "*"+snapshotEnding))
			if err != nil || len(snapshots) != c.want {
				t.Errorf("%v, %v: want %d snapshots", snapshots, err, c.want)
			}
			if _, err := os.Stat(other); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestLock(t *testing.T) {
	f := &Folder{Path: t.TempDir()}
	unlock, err := f.Lock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Lock(); !errors.Is(err, ErrBusy) {
		t.Errorf("a second lock: %v", err)
	}
	unlock()
	again, err := f.Lock()
	if err != nil {
		t.Fatal(err)
	}
	again()
}

// TestTrend: what is new, what was fixed and how old the rest is, from run to run.
func TestTrend(t *testing.T) {
	day := time.Date(2030, 1, 30, 2, 0, 0, 0, time.UTC)
	trend := NewTrend()
	trend.Add(report(day, "a", "b"))
	trend.Add(report(day.AddDate(0, 0, 4), "b", "c"))
	last := trend.Runs[1]
	if trend.Runs[0].New != 2 || last.New != 1 || last.Fixed != 1 || last.Unknown != 0 || last.MeanAge != 2 || last.Oldest != 4 || last.OldestID != "b" {
		t.Errorf("%+v", trend.Runs)
	}
	if want := []Month{{"2030-01", 0}, {"2030-02", 1}}; len(trend.Months) != 2 || trend.Months[0] != want[0] || trend.Months[1] != want[1] {
		t.Errorf("%+v", trend.Months)
	}
	if points := trend.Points(); len(points) != 2 || points[1].Open.High != 2 {
		t.Errorf("%+v", points)
	}
}

// TestTrendOfSeverity: a finding that is more severe than in the run before is not new; it is
// counted apart, and the table has a column for it where there was one.
func TestTrendOfSeverity(t *testing.T) {
	day := time.Date(2030, 1, 30, 2, 0, 0, 0, time.UTC)
	trend := NewTrend()
	trend.Add(report(day, "a", "b"))
	if text := trend.Text(0); strings.Contains(text, "WORSE") {
		t.Errorf("a column of what never was:\n%s", text)
	}
	worse := report(day.AddDate(0, 0, 1), "a", "b")
	worse.Findings[0].Severity = findings.Critical
	worse.Finish()
	trend.Add(worse)
	if last := trend.Runs[1]; last.MoreSevere != 1 || last.New != 0 || last.Oldest != 1 {
		t.Errorf("%+v", last)
	}
	text := trend.Text(0)
	if head, _, _ := strings.Cut(text, "\n"); !strings.Contains(head, "NEW  WORSE  FIXED") {
		t.Errorf("%q", head)
	}
}

func TestFirst(t *testing.T) {
	r := report(time.Date(2030, 1, 30, 2, 0, 0, 0, time.UTC), "a")
	First(r)
	if r.Findings[0].Baseline != findings.New || r.Comparison != nil {
		t.Errorf("%+v, %+v", r.Findings[0].Baseline, r.Comparison)
	}
}
