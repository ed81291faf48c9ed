package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/words"
)

func (p *program) trendVerb() *urfave.Command {
	return &urfave.Command{
		Name:        "trend",
		Usage:       "tell how the findings of a history came, stayed and went",
		ArgsUsage:   "FOLDER",
		Description: "FOLDER is that of audit --history. Of each run: the open findings by severity, what is new and what was fixed since the run before, the mean age of what is open, and the oldest; then what was fixed in each month.",
		Flags: []urfave.Flag{
			answerFlag(),
			&urfave.StringFlag{Name: "svg", Category: categoryReport, Usage: "draw the open findings over time into this `FILE`", TakesFile: true},
		},
		Action: func(c *urfave.Context) error {
			if err := console.Combine(checkAnswer(c), notEmpty(c, "svg")); err != nil {
				return err
			}
			files, err := (&history{folder: c.Args().First()}).reports()
			if err != nil {
				return err
			}
			if len(files) == 0 {
				return console.Usage("sgaudit audit --history "+c.Args().First()+" keeps runs there", "%s holds no run", c.Args().First())
			}
			t := &trend{SchemaVersion: "1", Months: []monthFixed{}}
			for _, file := range files {
				report, err := readReport(file)
				if err != nil {
					return err
				}
				t.add(report)
			}
			if file := c.String("svg"); file != "" {
				if err := output.Replace(file, func(w io.Writer) error { return output.Chart(w, t.points()) }); err != nil {
					return err
				}
			}
			return p.answer(c, t, t.text())
		},
	}
}

// trend is what the verb prints.
type trend struct {
	SchemaVersion string       `json:"schema_version"`
	Runs          []trendRun   `json:"runs"`
	Months        []monthFixed `json:"fixed_by_month"`

	last  *findings.Report
	since map[string]time.Time // by finding: when it was first seen
}

type trendRun struct {
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

type monthFixed struct {
	Month string `json:"month"` // 2030-01
	Fixed int    `json:"fixed"`
}

// add takes the next run, which began after those before.
func (t *trend) add(r *findings.Report) {
	run := trendRun{StartedAt: r.StartedAt, Complete: !r.Incomplete(), Open: r.Summary}
	if t.last != nil {
		r.Since(t.last)
		run.Fixed, run.Unknown = len(r.Comparison.Fixed), len(r.Comparison.Unknown)
	} else {
		t.since = map[string]time.Time{}
	}
	total, oldest := 0.0, -1.0
	open := r.Open()
	for i := range open {
		f := &open[i]
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
			run.Oldest, run.OldestID, run.OldestText = age, f.ID, f.ResourceID+": "+f.Message
		}
	}
	if len(open) > 0 {
		run.MeanAge = total / float64(len(open))
	}
	month := r.StartedAt.UTC().Format("2006-01")
	if k := len(t.Months); k == 0 || t.Months[k-1].Month != month {
		t.Months = append(t.Months, monthFixed{Month: month})
	}
	t.Months[len(t.Months)-1].Fixed += run.Fixed
	t.Runs = append(t.Runs, run)
	t.last = r
}

func (t *trend) points() []output.Point {
	var points []output.Point
	for i := range t.Runs {
		points = append(points, output.Point{At: t.Runs[i].StartedAt, Open: t.Runs[i].Open})
	}
	return points
}

func (t *trend) text() string {
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
		fmt.Fprintf(&out, " %s %d", words.Plain(m.Month), m.Fixed)
	}
	out.WriteString("\n")
	return out.String()
}
