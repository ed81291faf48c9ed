package findings

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/words"
)

// Merge makes one report of those of several accounts or regions, which stay as
// they are. A region of an account may be in one of them alone, unless the others
// left it out on request. What a report lacks, the whole lacks: the depth is the
// least, controls pass where every report passes them, and what --min-severity and
// filters left out is added up. The reports have to be of one partition, since
// ARNs and links are made for one.
//
// The caller is that of the reports where they agree, and else has no ARN. Names
// are those of the reports, for errors.
func Merge(reports []*Report, names []string) (*Report, error) {
	if len(reports) == 0 {
		return nil, errors.New("there is no report to merge")
	}
	first := reports[0]
	merged := &Report{Tool: first.Tool, StartedAt: first.StartedAt, FinishedAt: first.FinishedAt, Caller: first.Caller, Depth: first.Depth}
	m := &merger{Report: merged, places: map[[2]string]int{}, checks: map[string]bool{}, ids: map[string]bool{}}
	for i, r := range reports {
		if r.Caller.Partition != first.Caller.Partition {
			return nil, fmt.Errorf("%s is of the partition %q and %s of %q: merge those of each partition apart", words.Plain(names[0]), first.Caller.Partition, words.Plain(names[i]), r.Caller.Partition)
		}
		if err := m.cover(r, names[i]); err != nil {
			return nil, err
		}
		m.add(r)
	}
	merged.Finish()
	return merged, nil
}

// merger is a report on its way, with what is in it already.
type merger struct {
	*Report
	places map[[2]string]int // account, and region: where the coverage stands
	from   []string          // of each coverage: the report that it came from
	checks map[string]bool
	ids    map[string]bool
}

// cover adds the regions of a report.
func (m *merger) cover(r *Report, name string) error {
	for _, c := range r.Coverage {
		at := [2]string{c.account(), c.Region}
		i, twice := m.places[at]
		switch {
		case !twice:
			m.places[at] = len(m.Coverage)
			m.Coverage, m.from = append(m.Coverage, c), append(m.from, name)
		case c.Status == "skipped":
		case m.Coverage[i].Status == "skipped":
			m.Coverage[i], m.from[i] = c, name
		default:
			return fmt.Errorf("region %s of account %s is in %s and again in %s: its findings would count twice", words.Plain(c.Region), words.Plain(c.AccountID), words.Plain(m.from[i]), words.Plain(name))
		}
	}
	return nil
}

func (m *merger) add(r *Report) {
	if r.StartedAt.Before(m.StartedAt) {
		m.StartedAt = r.StartedAt
	}
	if r.FinishedAt.After(m.FinishedAt) {
		m.FinishedAt = r.FinishedAt
	}
	if r.Caller != m.Caller {
		m.Caller.ARN = ""
		if r.Caller.AccountID != m.Caller.AccountID {
			m.Caller.AccountID = ""
		}
	}
	if depths := []string{"groups", "network", "services"}; slices.Index(depths, r.Depth) < slices.Index(depths, m.Depth) {
		m.Depth = r.Depth
	}
	for _, c := range r.Checks {
		if !m.checks[c.ID] {
			m.checks[c.ID] = true
			m.Checks = append(m.Checks, c)
		}
	}
	for i := range r.Findings {
		if f := &r.Findings[i]; !m.ids[f.ID] { // about an account with regions in several reports
			m.ids[f.ID] = true
			m.Findings = append(m.Findings, *f)
		}
	}
	m.NotEvaluated = append(m.NotEvaluated, r.NotEvaluated...)
	m.Notes = append(m.Notes, r.Notes...)
	m.control(r.Controls)
	m.compare(r.Comparison)
	m.leaveOut(r)
	m.except(r.Exceptions)
	m.Throttled = append(m.Throttled, r.Throttled...)
}

// control joins the controls: the worst status holds.
func (m *merger) control(list []Control) {
	statuses := []string{Passed, Unevaluated, Failed}
	for _, c := range list {
		i := slices.IndexFunc(m.Controls, func(o Control) bool { return o.Framework == c.Framework && o.Control == c.Control })
		if i < 0 {
			c.Checks, c.Findings = slices.Clone(c.Checks), slices.Clone(c.Findings)
			m.Controls = append(m.Controls, c)
			continue
		}
		o := &m.Controls[i]
		if slices.Index(statuses, c.Status) > slices.Index(statuses, o.Status) {
			o.Status = c.Status
		}
		o.Checks = joined(o.Checks, c.Checks)
		for _, id := range c.Findings {
			if !slices.Contains(o.Findings, id) {
				o.Findings = append(o.Findings, id)
			}
		}
	}
}

// compare joins the comparisons. Findings of a report without one are neither
// new nor unchanged, as they are there.
func (m *merger) compare(c *Comparison) {
	if c == nil {
		return
	}
	if m.Comparison == nil {
		m.Comparison = &Comparison{Baseline: c.Baseline, Fixed: []Ref{}, Unknown: []Ref{}}
	}
	if c.Baseline.Before(m.Comparison.Baseline) {
		m.Comparison.Baseline = c.Baseline
	}
	m.Comparison.Fixed = append(m.Comparison.Fixed, c.Fixed...)
	m.Comparison.Unknown = append(m.Comparison.Unknown, c.Unknown...)
}

func (m *merger) leaveOut(r *Report) {
	if b := r.Below; b != nil {
		before := cmp.Or(m.Below, &Below{LeftOut: []Ref{}})
		sum := &Below{MinSeverity: max(before.MinSeverity, b.MinSeverity), Findings: before.Findings + b.Findings}
		if before.LeftOut != nil && b.LeftOut != nil { // a report of an earlier version does not list them
			sum.LeftOut = slices.Concat([]Ref{}, before.LeftOut, b.LeftOut)
		}
		m.Below = sum
	}
	if s := r.Selection; s != nil {
		before := cmp.Or(m.Selection, &Selection{})
		m.Selection = &Selection{Filters: joined(before.Filters, s.Filters), Findings: before.Findings + s.Findings}
	}
}

// except adds up the use of exceptions, which runs with the same configuration
// share.
func (m *merger) except(list []ExceptionUse) {
	for _, e := range list {
		i := slices.IndexFunc(m.Exceptions, func(o ExceptionUse) bool {
			return o.Line == e.Line && o.Reason == e.Reason && o.Expires == e.Expires && o.Expired == e.Expired
		})
		if i < 0 {
			m.Exceptions = append(m.Exceptions, e)
		} else {
			m.Exceptions[i].Hits += e.Hits
		}
	}
}

// joined returns all that is in one of two lists, sorted.
func joined(a, b []string) []string {
	all := slices.Concat([]string{}, a, b)
	slices.SortFunc(all, strings.Compare)
	return slices.Compact(all)
}
