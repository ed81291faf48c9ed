package findings

import (
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/words"
)

// Selection says which filters made a report of another one.
type Selection struct {
	Filters  []string `json:"filters"`  // as they are written on the command line
	Findings int      `json:"findings"` // open ones that the filters left out
}

// Filter chooses a part of a report. Of each list that is not empty a value has
// to match; all the lists have to.
type Filter struct {
	Checks, Accounts, Regions []string
	MinSeverity               Severity
	Status                    string              // open or suppressed; empty: both
	New                       bool                // only findings that are News
	Part                      func(*Finding) bool // chooses by the group or resource; nil: every one
	Gone                      func(*Ref) bool     // with Part, the same for findings of the baseline
	Words                     []string            // the filters but for MinSeverity, for Selection
}

// Select returns the part of a report that the filter chooses, in its order;
// the report stays as it is. Coverage, what was not evaluated, and the
// comparison are those of the accounts, regions and checks that are chosen. The
// counts of the summary are those of the findings that are left. Controls and
// exceptions are about the whole run and stay.
func (r *Report) Select(f Filter) *Report {
	chosen := *r
	in := func(list []string, value string) bool { return len(list) == 0 || slices.Contains(list, value) }
	place := func(account, region string) bool { return in(f.Accounts, account) && in(f.Regions, region) }

	chosen.Coverage = keep(r.Coverage, func(c *Coverage) bool { return place(c.AccountID, c.Region) })
	chosen.Checks = keep(r.Checks, func(c *CheckInfo) bool { return in(f.Checks, c.ID) })
	chosen.Notes = keep(r.Notes, func(n *Note) bool { return place(n.AccountID, n.Region) && in(f.Checks, n.Check) })
	chosen.NotEvaluated = keep(r.NotEvaluated, func(n *NotEvaluated) bool { return place(n.AccountID, n.Region) && in(f.Checks, n.Check) })
	filtered := 0
	chosen.Findings = keep(r.Findings, func(x *Finding) bool {
		if place(x.AccountID, x.Region) && in(f.Checks, x.Check) && (f.Status == "" || x.Status == f.Status) &&
			(!f.New || x.News()) && (f.Part == nil || f.Part(x)) {
			return true
		}
		if x.Status != Suppressed {
			filtered++
		}
		return false
	})
	if r.Comparison != nil {
		comparison := *r.Comparison
		known := func(k *Ref) bool {
			return place(k.AccountID, k.Region) && in(f.Checks, k.Check) && k.Severity >= f.MinSeverity && (f.Gone == nil || f.Gone(k))
		}
		comparison.Fixed, comparison.Unknown = keep(comparison.Fixed, known), keep(comparison.Unknown, known)
		chosen.Comparison = &comparison
	}
	if len(f.Words) > 0 {
		chosen.Selection = &Selection{Filters: f.Words, Findings: filtered}
		if before := r.Selection; before != nil {
			chosen.Selection = &Selection{Filters: slices.Concat(before.Filters, f.Words), Findings: before.Findings + filtered}
		}
	}
	if f.MinSeverity > Info {
		chosen.leaveOutMore(f.MinSeverity)
	}
	chosen.count()
	return &chosen
}

// leaveOutMore is LeaveOut for a report that may have left out findings before.
func (r *Report) leaveOutMore(least Severity) {
	before := r.Below
	r.LeaveOut(least)
	if before == nil {
		return
	}
	r.Below.Findings += before.Findings
	r.Below.MinSeverity = max(r.Below.MinSeverity, before.MinSeverity)
	r.Below.LeftOut = slices.Concat(r.Below.LeftOut, before.LeftOut)
	if before.LeftOut == nil { // of an earlier version, which did not list them
		r.Below.LeftOut = nil
	}
}

// LeftOut returns how many open findings the report does not hold because a
// lowest severity or filters dropped them, and says so in one line of plain text,
// which is empty where there are none.
func (r *Report) LeftOut() (n int, text string) {
	var texts []string
	if b := r.Below; b != nil && b.Findings > 0 {
		n += b.Findings
		texts = append(texts, words.Count(b.Findings, "finding")+" below "+b.MinSeverity.String()+" left out by --min-severity")
	}
	if s := r.Selection; s != nil && s.Findings > 0 {
		n += s.Findings
		texts = append(texts, words.Count(s.Findings, "finding")+" left out by "+words.Plain(strings.Join(s.Filters, " ")))
	}
	return n, strings.Join(texts, "; ")
}

// keep returns the items that are wanted, in their order, without room for more: the
// list itself where all are, an empty one where none is, and nil for nil.
func keep[T any](list []T, wanted func(*T) bool) []T {
	if list == nil {
		return nil
	}
	var places []int
	for i := range list {
		if wanted(&list[i]) {
			places = append(places, i)
		}
	}
	if len(places) == len(list) {
		return list[:len(list):len(list)]
	}
	kept := make([]T, len(places))
	for k, i := range places {
		kept[k] = list[i]
	}
	return kept
}
