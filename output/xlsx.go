package output

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/sheet"
	"github.com/sgaudit/sgaudit/tables"
	"github.com/sgaudit/sgaudit/words"
)

// XLSX is a workbook: a summary with charts, and a sheet for each list of the
// report. Where the inventory is known, everything that was audited is in it too.
var _ = tagged(adding(declare("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "a workbook for spreadsheet programs, with charts", func(w io.Writer, r *findings.Report, o Options) error {
	book := &sheet.Book{
		Title:   "Security groups of " + strings.Join(accounts(r), ", "),
		Creator: strings.TrimSpace(r.Tool.Name + " " + r.Tool.Version),
		Created: r.StartedAt,
		Facts:   facts(r, o.Tables != nil),
		Tables:  []*tables.Table{findingSheet("findings", r, false, o)},
	}
	if len(accounts(r)) > 3 {
		book.Title = fmt.Sprintf("Security groups of %d accounts", len(accounts(r)))
	}
	for _, s := range findings.Severities() {
		book.Levels = append(book.Levels, sheet.Level{Name: s.String(), Count: r.Summary.Of(s)})
	}
	book.Counts = []sheet.Counts{
		countBy(r, "By check", func(f *findings.Finding) string { return f.Check }), // as the sheet of the findings names it,
		countBy(r, "By account", func(f *findings.Finding) string { return strings.TrimSpace(f.AccountID + " " + f.AccountName) }),
		countBy(r, "By region", func(f *findings.Finding) string { return f.Region }),
	}
	if o.Tables != nil {
		book.Tables = append(book.Tables, o.Tables.All()...)
	}
	book.Tables = append(book.Tables, coverageSheet(r), findingSheet("suppressed", r, true, o), notEvaluatedSheet(r))
	if r.Comparison != nil {
		book.Tables = append(book.Tables, comparisonSheet(r))
	}
	if len(r.Controls) > 0 {
		book.Tables = append(book.Tables, controlsSheet(r))
	}
	if err := sheet.Write(w, book); err != nil {
		return fmt.Errorf("writing XLSX: %w", err)
	}
	return nil
})))

// facts are the top of the summary: what was run, and above all what is missing.
func facts(r *findings.Report, listed bool) []sheet.Fact {
	var all []sheet.Fact
	add := func(label string, value any) { all = append(all, sheet.Fact{Label: label, Value: value}) }
	warn := func(label, value string) {
		all = append(all, sheet.Fact{Label: label, Value: value, Warning: true})
	}
	add("Read as", cmp.Or(r.Caller.ARN, r.Caller.AccountID))
	add("Read at (UTC)", r.StartedAt)
	add("By", strings.TrimSpace(r.Tool.Name+" "+r.Tool.Version)+", depth "+r.Depth)
	regions, groups, rules, interfaces := 0, 0, 0, 0
	for i := range r.Coverage {
		if c := &r.Coverage[i]; c.Status != "skipped" {
			regions++
			groups, rules, interfaces = groups+c.SecurityGroups, rules+c.Rules, interfaces+c.NetworkInterfaces
		}
	}
	add("Regions", regions)
	add("Security groups", groups)
	add("Rules", rules)
	add("Network interfaces", interfaces)
	add("Open findings", r.Summary.Total())
	if r.Summary.Suppressed > 0 {
		add("Suppressed by exceptions", r.Summary.Suppressed)
	}
	if missing := unread(r); len(missing) > 0 {
		warn("INCOMPLETE", fmt.Sprintf("%d of %s could not be read in full: see the sheet Coverage", len(missing), words.Count(max(1, regions), "region")))
	}
	if text := inactiveLine(r, 10); text != "" {
		warn("Not active", text)
	}
	if n := r.Summary.NotEvaluated; n > 0 {
		warn("Not evaluated", words.Count(n, "check of a region")+": see the sheet Not evaluated")
	}
	if text := leftOut(r); text != "" {
		warn("Left out", text)
	}
	if c := r.Comparison; c != nil {
		n := r.Since()
		text := fmt.Sprintf("%d new, ", n.New)
		if n.MoreSevere > 0 {
			text += fmt.Sprintf("%d more severe, ", n.MoreSevere)
		}
		add("Since the baseline", text+fmt.Sprintf("%d fixed, %d unknown: see the sheet Since the baseline", len(c.Fixed), len(c.Unknown)))
	}
	if !listed {
		add("Rules, groups, interfaces", "not listed: the workbook was made of a saved report, which holds findings alone")
	}
	return all
}

// countBy counts the open findings by something and severity, the most first.
func countBy(r *findings.Report, title string, by func(*findings.Finding) string) sheet.Counts {
	c := sheet.Counts{Title: title}
	at := map[string]int{}
	levels := findings.Severities()
	sum := map[string]int{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Status == findings.Suppressed {
			continue
		}
		label := by(f)
		n, known := at[label]
		if !known {
			n = len(c.Rows)
			at[label] = n
			c.Rows = append(c.Rows, sheet.Count{Label: label, Numbers: make([]int, len(levels))})
		}
		c.Rows[n].Numbers[slices.Index(levels, f.Severity)]++
		sum[label]++
	}
	slices.SortFunc(c.Rows, func(a, b sheet.Count) int {
		return cmp.Or(slices.Compare(b.Numbers, a.Numbers), cmp.Compare(sum[b.Label], sum[a.Label]), cmp.Compare(a.Label, b.Label))
	})
	return c
}

// kinds of the columns of findings that are not text.
var kinds = map[string]tables.Kind{
	"severity": tables.Level, "base_severity": tables.Level, "severity_before": tables.Level, "attached": tables.Number, "first_seen": tables.Date, "expires": tables.Date,
	"message": tables.Prose, "fix": tables.Prose, "rule_description": tables.Prose, "reason": tables.Prose, "commands": tables.Prose,
}

// findingSheet lists the findings that are open, or those that are suppressed,
// with the cells of CSV.
func findingSheet(name string, r *findings.Report, suppressed bool, o Options) *tables.Table {
	columns := findingTable(r, o.TagColumns).Columns
	columns = append(columns, tables.Column{Name: "console", Kind: tables.Link})
	return &tables.Table{Name: name, Columns: columns, Rows: func(yield func([]string) bool) {
		for i := range r.Findings {
			f := &r.Findings[i]
			if (f.Status == findings.Suppressed) != suppressed {
				continue
			}
			row := Row(f)
			for _, key := range o.TagColumns {
				row = append(row, f.Tags[key])
			}
			if !yield(append(row, findings.Console(r.Caller.Partition, f.Region, cmp.Or(f.GroupID, f.ResourceID)))) {
				return
			}
		}
	}}
}

// coverageSheet has a row for each region, and one for each further gap of it:
// the numbers stand in the first alone, so that a column can be added up.
func coverageSheet(r *findings.Report) *tables.Table {
	return &tables.Table{
		Name: "coverage",
		Columns: []tables.Column{
			{Name: "account_id"},
			{Name: "account_name"},
			{Name: "region"},
			{Name: "status"},
			{Name: "security_groups", Kind: tables.Number},
			{Name: "rules", Kind: tables.Number},
			{Name: "network_interfaces", Kind: tables.Number},
			{Name: "operation"},
			{Name: "kind"},
			{Name: "code"},
			{Name: "message", Kind: tables.Prose},
		},
		Rows: func(yield func([]string) bool) {
			for i := range r.Coverage {
				c := &r.Coverage[i]
				row := []string{c.AccountID, c.AccountName, c.Region, c.Status, strconv.Itoa(c.SecurityGroups), strconv.Itoa(c.Rules), strconv.Itoa(c.NetworkInterfaces), "", "", "", ""}
				for k := range max(1, len(c.Gaps)) {
					if k < len(c.Gaps) {
						g := &c.Gaps[k]
						copy(row[7:], []string{g.Operation, g.Kind, g.Code, g.Message})
					}
					if !yield(row) {
						return
					}
					row[4], row[5], row[6] = "", "", ""
				}
			}
		},
	}
}

func notEvaluatedSheet(r *findings.Report) *tables.Table {
	return &tables.Table{
		Name:    "not_evaluated",
		Columns: []tables.Column{{Name: "check"}, {Name: "account_id"}, {Name: "region"}, {Name: "reason", Kind: tables.Prose}},
		Rows: func(yield func([]string) bool) {
			for _, n := range r.NotEvaluated {
				if !yield([]string{n.Check, n.AccountID, n.Region, n.Reason}) {
					return
				}
			}
		},
	}
}

// comparisonSheet lists the findings of the baseline that are gone or that this
// run could not judge.
func comparisonSheet(r *findings.Report) *tables.Table {
	return &tables.Table{
		Name: "since_the_baseline",
		Columns: []tables.Column{
			{Name: "id"}, {Name: "now"}, {Name: "severity", Kind: tables.Level}, {Name: "check"}, {Name: "account_id"}, {Name: "region"}, {Name: "resource_id"}, {Name: "message", Kind: tables.Prose},
		},
		Rows: func(yield func([]string) bool) {
			for _, list := range []struct {
				word  string
				known []findings.Ref
			}{{"fixed", r.Comparison.Fixed}, {"unknown", r.Comparison.Unknown}} {
				for i := range list.known {
					k := &list.known[i]
					if !yield([]string{k.ID, list.word, k.Severity.String(), k.Check, k.AccountID, k.Region, k.ResourceID, k.Message}) {
						return
					}
				}
			}
		},
	}
}

func controlsSheet(r *findings.Report) *tables.Table {
	return &tables.Table{
		Name:    "controls",
		Columns: []tables.Column{{Name: "framework"}, {Name: "control"}, {Name: "status"}, {Name: "checks", Kind: tables.Prose}, {Name: "findings", Kind: tables.Number}},
		Rows: func(yield func([]string) bool) {
			for _, c := range r.Controls {
				if !yield([]string{c.Framework, c.Control, c.Status, strings.Join(c.Checks, "; "), strconv.Itoa(len(c.Findings))}) {
					return
				}
			}
		},
	}
}
