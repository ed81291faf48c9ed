package history

import (
	"fmt"
	"slices"
	"strconv"
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
	MoreSevere int              `json:"more_severe"` // there before, with a lower severity
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
		if t.last != nil && f.MoreSevere() {
			run.MoreSevere++
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

// Text says it to a reader, with a line for each run; there must be one. On a terminal of
// so many columns (0: a pipe) where that would be too wide, it leaves out the column
// UNKNOWN if all are 0, and the mean age; the lines below the table are wrapped. The
// column WORSE, of findings that are more severe than before, is there if one is not 0.
func (t *Trend) Text(width int) string {
	var table, out strings.Builder
	columns, narrow := runColumns, false
	if !slices.ContainsFunc(t.Runs, func(r Run) bool { return r.MoreSevere > 0 }) {
		columns = slices.DeleteFunc(slices.Clone(columns), func(c runColumn) bool { return c.title == "WORSE" })
	}
	for _, less := range []string{"UNKNOWN", "MEAN AGE"} {
		known := less == "UNKNOWN" && slices.ContainsFunc(t.Runs, func(r Run) bool { return r.Unknown > 0 })
		if width > 0 && t.wide(columns) > width && !known {
			columns, narrow = slices.DeleteFunc(slices.Clone(columns), func(c runColumn) bool { return c.title == less }), true
		}
	}
	if narrow {
		columns = t.fitted(columns)
	}
	table.WriteString(titles(columns) + "\n")
	for i := range t.Runs {
		r := &t.Runs[i]
		line := r.line(columns)
		table.WriteString(line)
		switch {
		case r.Complete:
		case width > 0 && len(line)+len("  incomplete") > width:
			table.WriteString("\n    incomplete")
		default:
			table.WriteString("  incomplete")
		}
		table.WriteByte('\n')
	}
	if narrow && !slices.ContainsFunc(columns, func(c runColumn) bool { return c.title == "MEAN AGE" }) {
		out.WriteString("\nThe mean age is not shown: a wider terminal, a pipe and -o json show it.\n")
	}
	if last := &t.Runs[len(t.Runs)-1]; last.OldestID != "" {
		fmt.Fprintf(&out, "\nOldest, open for %.0f days: %s %s\n", last.Oldest, words.Plain(last.OldestID), words.Plain(last.OldestText))
	}
	out.WriteString("\nFixed by month:")
	for _, m := range t.Months {
		fmt.Fprintf(&out, " %s %d", words.Plain(m.Name), m.Fixed)
	}
	out.WriteString("\n")
	return table.String() + output.Fit(out.String(), width)
}

// runColumn is a column of the table of runs.
type runColumn struct {
	title string
	width int
	text  func(*Run) string
}

var runColumns = []runColumn{
	{"RUN (UTC)", -16, func(r *Run) string { return r.StartedAt.UTC().Format("2006-01-02 15:04") }},
	{"CRITICAL", 8, func(r *Run) string { return strconv.Itoa(r.Open.Critical) }},
	{"HIGH", 4, func(r *Run) string { return strconv.Itoa(r.Open.High) }},
	{"MEDIUM", 6, func(r *Run) string { return strconv.Itoa(r.Open.Medium) }},
	{"LOW", 4, func(r *Run) string { return strconv.Itoa(r.Open.Low) }},
	{"INFO", 4, func(r *Run) string { return strconv.Itoa(r.Open.Info) }},
	{"NEW", 4, func(r *Run) string { return strconv.Itoa(r.New) }},
	{"WORSE", 5, func(r *Run) string { return strconv.Itoa(r.MoreSevere) }},
	{"FIXED", 5, func(r *Run) string { return strconv.Itoa(r.Fixed) }},
	{"UNKNOWN", 7, func(r *Run) string { return strconv.Itoa(r.Unknown) }},
	{"MEAN AGE", 8, func(r *Run) string { return fmt.Sprintf("%.1f d", r.MeanAge) }},
	{"OLDEST", 6, func(r *Run) string { return fmt.Sprintf("%.0f d", r.Oldest) }},
}

func titles(columns []runColumn) string {
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = fmt.Sprintf("%*s", c.width, c.title)
	}
	return strings.Join(cells, "  ")
}

// line is the line of a run.
func (r *Run) line(columns []runColumn) string {
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = fmt.Sprintf("%*s", c.width, c.text(r))
	}
	return strings.Join(cells, "  ")
}

// wide is the width of the table of runs.
func (t *Trend) wide(columns []runColumn) int {
	widest := len(titles(columns))
	for i := range t.Runs {
		widest = max(widest, len(t.Runs[i].line(columns)))
	}
	return widest
}

// fitted returns the columns with the width of what is in them.
func (t *Trend) fitted(columns []runColumn) []runColumn {
	columns = slices.Clone(columns)
	for k := range columns {
		c := &columns[k]
		if c.width < 0 {
			continue // the time, which is on the left
		}
		c.width = len(c.title)
		for i := range t.Runs {
			c.width = max(c.width, len(c.text(&t.Runs[i])))
		}
	}
	return columns
}
