package history

import (
	"fmt"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/words"
)

// Trend is how the findings of a history came, stayed and went. As JSON it is
// the answer of sgaudit trend, and its names are a contract.
type Trend struct {
	SchemaVersion string  `json:"schema_version"`
	Runs          []Run   `json:"runs"`
	Months        []Month `json:"fixed_by_month"`

	last  *findings.Report
	since map[string]time.Time // by finding: when it was first seen
}

// Run is one run of the trend.
type Run struct {
	StartedAt  time.Time        `json:"started_at"`
	Complete   bool             `json:"complete"`
	Open       findings.Summary `json:"open"`
	New        int              `json:"new"`
	Fixed      int              `json:"fixed"`
	Unknown    int              `json:"unknown"`       // gone, but not judged this time
	MeanAge    float64          `json:"mean_age_days"` // of what is open
	Oldest     float64          `json:"oldest_days"`
	OldestID   string           `json:"oldest_finding"`
	OldestText string           `json:"oldest_message"`
}

// Month counts what was fixed in a month of UTC.
type Month struct {
	Name  string `json:"month"` // 2030-01
	Fixed int    `json:"fixed"`
}

// NewTrend returns a trend without runs.
func NewTrend() *Trend {
	return &Trend{SchemaVersion: "1", Months: []Month{}, since: map[string]time.Time{}}
}

// Add takes the report of the next run, which began after those before.
func (t *Trend) Add(r *findings.Report) {
	run := Run{StartedAt: r.StartedAt, Complete: !r.Incomplete(), Open: r.Summary}
	if t.last != nil {
		r.CompareTo(t.last)
		run.Fixed, run.Unknown = len(r.Comparison.Fixed), len(r.Comparison.Unknown)
	}
	total, oldest := 0.0, -1.0
	open := r.Open()
	for _, f := range open {
		first, known := t.since[f.ID]
		if !known {
			first = r.StartedAt
			if f.FirstSeen != nil && f.FirstSeen.Before(first) {
				first = *f.FirstSeen
			}
			t.since[f.ID] = first
		}
		if t.last == nil && first.Equal(r.StartedAt) || t.last != nil && f.Baseline == findings.New {
			run.New++
		}
		age := r.StartedAt.Sub(first).Hours() / 24
		total += age
		if age > oldest {
			oldest = age
			run.Oldest, run.OldestID, run.OldestText = age, f.ID, f.Subject()+": "+f.Message
		}
	}
	if len(open) > 0 {
		run.MeanAge = total / float64(len(open))
	}
	month := r.StartedAt.UTC().Format("2006-01")
	if k := len(t.Months); k == 0 || t.Months[k-1].Name != month {
		t.Months = append(t.Months, Month{Name: month})
	}
	t.Months[len(t.Months)-1].Fixed += run.Fixed
	t.Runs = append(t.Runs, run)
	t.last = r
}

// Points returns the open findings of each run, for a chart.
func (t *Trend) Points() []output.Point {
	var points []output.Point
	for i := range t.Runs {
		points = append(points, output.Point{At: t.Runs[i].StartedAt, Open: t.Runs[i].Open})
	}
	return points
}

// Text says it to a reader of a terminal. There must be a run.
func (t *Trend) Text() string {
	var out strings.Builder
	out.WriteString("RUN (UTC)         CRITICAL  HIGH  MEDIUM   LOW  INFO   NEW  FIXED  UNKNOWN  MEAN AGE  OLDEST\n")
	for i := range t.Runs {
		r := &t.Runs[i]
		note := ""
		if !r.Complete {
			note = "  incomplete"
		}
		fmt.Fprintf(&out, "%s  %8d  %4d  %6d  %4d  %4d  %4d  %5d  %7d  %6.1f d  %4.0f d%s\n", r.StartedAt.UTC().Format("2006-01-02 15:04"),
			r.Open.Critical, r.Open.High, r.Open.Medium, r.Open.Low, r.Open.Info, r.New, r.Fixed, r.Unknown, r.MeanAge, r.Oldest, note)
	}
	if last := &t.Runs[len(t.Runs)-1]; last.OldestID != "" {
		fmt.Fprintf(&out, "\nOldest, open for %.0f days: %s %s\n", last.Oldest, words.Plain(last.OldestID), words.Plain(last.OldestText))
	}
	out.WriteString("\nFixed by month:")
	for _, m := range t.Months {
		fmt.Fprintf(&out, " %s %d", words.Plain(m.Name), m.Fixed)
	}
	out.WriteString("\n")
	return out.String()
}
