package findings

import "time"

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
	judged := r.judgement()
	comparison := &Comparison{Baseline: old.StartedAt, Fixed: []Known{}, Unknown: []Known{}}
	for i := range old.Findings {
		was := &old.Findings[i]
		if before[was.ID] == nil {
			continue
		}
		k := was.Known()
		if judged(was) {
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

// judgement returns a function that reports whether this run could have found
// a finding again.
func (r *Report) judgement() func(*Finding) bool {
	type place struct{ account, region string }
	type task struct {
		check string
		place
	}
	read, ran, silent := map[place]bool{}, map[string]bool{}, map[task]bool{}
	for i := range r.Coverage {
		if c := &r.Coverage[i]; c.Status == "complete" {
			read[place{c.AccountID, c.Region}] = true
		}
	}
	for i := range r.Checks {
		ran[r.Checks[i].ID] = true
	}
	for _, n := range r.NotEvaluated {
		silent[task{n.Check, place{n.AccountID, n.Region}}] = true
	}
	return func(f *Finding) bool {
		where := place{f.AccountID, f.Region}
		return read[where] && ran[f.Check] && !silent[task{f.Check, where}]
	}
}
