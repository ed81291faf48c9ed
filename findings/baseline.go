package findings

import (
	"slices"
	"time"
)

// Known is a finding of the baseline that is not in this report.
type Known struct {
	ID         string   `json:"id"`
	Check      string   `json:"check"`
	Severity   Severity `json:"severity"`
	AccountID  string   `json:"account_id"`
	Region     string   `json:"region"`
	ResourceID string   `json:"resource_id"`
	Rule       string   `json:"rule,omitempty"` // as "ingress tcp 22 0.0.0.0/0"
	Message    string   `json:"message"`
}

// The values of Finding.Baseline.
const (
	New       = "new"
	Unchanged = "unchanged"
)

// Since marks the findings as new or unchanged since an older report, carries
// the dates on which they were first seen, and lists what is gone: fixed where
// the check ran on a region that was read in full, unknown elsewhere. It must
// be called before findings are dropped by severity.
func (r *Report) Since(old *Report) {
	before := make(map[string]*Finding, len(old.Findings))
	for i := range old.Findings {
		before[old.Findings[i].ID] = &old.Findings[i]
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Baseline = New
		first := r.StartedAt
		if was := before[f.ID]; was != nil {
			f.Baseline = Unchanged
			first = old.StartedAt
			if was.FirstSeen != nil {
				first = *was.FirstSeen
			}
			delete(before, f.ID)
		}
		f.FirstSeen = &first
	}
	comparison := &Comparison{Baseline: old.StartedAt, Fixed: []Known{}, Unknown: []Known{}}
	for i := range old.Findings {
		was := &old.Findings[i]
		if before[was.ID] == nil {
			continue
		}
		k := was.Known()
		if r.judged(was) {
			comparison.Fixed = append(comparison.Fixed, k)
		} else {
			comparison.Unknown = append(comparison.Unknown, k)
		}
	}
	r.Comparison = comparison
}

// Known returns the finding in short.
func (f *Finding) Known() Known {
	k := Known{f.ID, f.Check, f.Severity, f.AccountID, f.Region, f.ResourceID, "", f.Message}
	if f.Rule != nil {
		k.Rule = f.Rule.Direction + " " + f.Rule.Protocol + " " + f.Rule.Ports + " " + f.Rule.Source
	}
	return k
}

// Comparison is what became of the findings of a baseline that are not in the
// report any more.
type Comparison struct {
	Baseline time.Time `json:"baseline_started_at"`
	Fixed    []Known   `json:"fixed"`
	Unknown  []Known   `json:"unknown"` // their region was not read in full, or their check did not run there
}

// judged reports whether this run could have found the finding again.
func (r *Report) judged(f *Finding) bool {
	read := slices.ContainsFunc(r.Coverage, func(c Coverage) bool {
		return c.AccountID == f.AccountID && c.Region == f.Region && c.Status == "complete"
	})
	ran := slices.ContainsFunc(r.Checks, func(c CheckInfo) bool { return c.ID == f.Check })
	silent := slices.ContainsFunc(r.NotEvaluated, func(n NotEvaluated) bool {
		return n.Check == f.Check && n.AccountID == f.AccountID && n.Region == f.Region
	})
	return read && ran && !silent
}
