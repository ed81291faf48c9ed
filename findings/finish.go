package findings

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// Identity returns the finding's id: a hash of what the finding is about and
// of nothing that changes while the mistake stays (time, severity, order,
// message, ids that AWS gives to rules).
func Identity(check, partition, account, region, resource, rule string) string {
	h := sha256.Sum256([]byte(strings.Join([]string{check, partition, account, region, resource, rule}, "\x00")))
	return hex.EncodeToString(h[:10])
}

// Compare orders findings as reports list them: gravest first, then by
// account, region, resource, check and rule.
func Compare(a, b *Finding) int {
	if c := cmp.Or(
		cmp.Compare(b.Severity, a.Severity),
		cmp.Compare(a.AccountID, b.AccountID),
		cmp.Compare(a.Region, b.Region),
		cmp.Compare(a.GroupID, b.GroupID),
	); c != 0 {
		return c // most differ by now, and the rest need not be read
	}
	return cmp.Or(
		cmp.Compare(a.ResourceID, b.ResourceID),
		cmp.Compare(a.Check, b.Check),
		cmp.Compare(ruleText(a), ruleText(b)),
		cmp.Compare(a.ID, b.ID),
	)
}

func ruleText(f *Finding) string {
	if f.Rule == nil {
		return ""
	}
	return f.Rule.String()
}

// Finish sorts the report's lists, replaces nil lists by empty ones and
// counts the summary. It is idempotent.
func (r *Report) Finish() {
	r.SchemaVersion = SchemaVersion
	slices.SortFunc(r.Coverage, func(a, b Coverage) int {
		return cmp.Or(cmp.Compare(a.AccountID, b.AccountID), cmp.Compare(a.Region, b.Region), cmp.Compare(a.AccountName, b.AccountName))
	})
	slices.SortFunc(r.Checks, func(a, b CheckInfo) int { return cmp.Compare(a.ID, b.ID) })
	r.sortFindings()
	slices.SortFunc(r.Notes, func(a, b Note) int {
		return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.AccountID, b.AccountID), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Text, b.Text))
	})
	r.Notes = slices.Compact(r.Notes)
	slices.SortFunc(r.NotEvaluated, func(a, b NotEvaluated) int {
		return cmp.Or(cmp.Compare(a.AccountID, b.AccountID), cmp.Compare(a.Region, b.Region),
			cmp.Compare(a.Check, b.Check), cmp.Compare(a.Reason, b.Reason))
	})
	r.NotEvaluated = slices.Compact(r.NotEvaluated)
	slices.SortFunc(r.Throttled, func(a, b Throttled) int {
		return cmp.Or(cmp.Compare(a.AccountID, b.AccountID), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Calls, b.Calls))
	})
	r.Coverage, r.Checks = orEmpty(r.Coverage), orEmpty(r.Checks)
	r.Findings, r.NotEvaluated = orEmpty(r.Findings), orEmpty(r.NotEvaluated)
	for i := range r.Coverage {
		r.Coverage[i].Gaps = orEmpty(r.Coverage[i].Gaps)
	}
	for i := range r.Checks {
		r.Checks[i].References = orEmpty(r.Checks[i].References)
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Services, f.Interfaces = orEmpty(f.Services), orEmpty(f.Interfaces)
		f.Exposure.Evidence, f.Fix.Commands = orEmpty(f.Exposure.Evidence), orEmpty(f.Fix.Commands)
		f.Fix.Undo, f.Fix.Proof, f.Fix.Notes = orEmpty(f.Fix.Undo), orEmpty(f.Fix.Proof), orEmpty(f.Fix.Notes)
		f.Fix.Steps, f.References = orEmpty(f.Fix.Steps), orEmpty(f.References)
		if u := f.Unused; u != nil {
			u.Searched, u.NotSearched, u.HeldBy = orEmpty(u.Searched), orEmpty(u.NotSearched), orEmpty(u.HeldBy)
		}
		if f.Tags == nil {
			f.Tags = map[string]string{}
		}
		if f.AttachedTo == nil {
			f.AttachedTo = map[string]int{}
		}
	}
	r.count()
}

// count makes the summary of the lists.
func (r *Report) count() {
	r.Summary = Summary{NotEvaluated: len(r.NotEvaluated)}
	counts := [...]*int{&r.Summary.Info, &r.Summary.Low, &r.Summary.Medium, &r.Summary.High, &r.Summary.Critical}
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Status == Suppressed {
			r.Summary.Suppressed++
		} else {
			*counts[f.Severity]++
		}
	}
}

// sortFindings sorts pointers: a finding is so large that a sort would spend
// its time with moving them.
func (r *Report) sortFindings() {
	order := make([]*Finding, len(r.Findings))
	for i := range r.Findings {
		order[i] = &r.Findings[i]
	}
	if slices.IsSortedFunc(order, Compare) {
		return
	}
	slices.SortFunc(order, Compare)
	sorted := make([]Finding, len(order))
	for i, f := range order {
		sorted[i] = *f
	}
	r.Findings = sorted
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Incomplete reports whether some region or needed part could not be read.
func (r *Report) Incomplete() bool {
	for _, c := range r.Coverage {
		if c.Status != "complete" && c.Status != "skipped" {
			return true
		}
	}
	return len(r.Coverage) == 0
}
