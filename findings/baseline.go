package findings

import (
	"cmp"
	"time"

	"github.com/sgaudit/sgaudit/inventory"
)

// Ref is a finding of an older report in short: enough to name it, to decide
// whether this run could have found it again, and to know it when it is found
// again later.
type Ref struct {
	ID         string     `json:"id"`
	Check      string     `json:"check"`
	Severity   Severity   `json:"severity"`
	AccountID  string     `json:"account_id"`
	Region     string     `json:"region"`
	ResourceID string     `json:"resource_id"`
	Name       string     `json:"resource_name,omitempty"`
	Rule       string     `json:"rule,omitempty"` // as "ingress tcp 22 0.0.0.0/0"
	Message    string     `json:"message"`
	FirstSeen  *time.Time `json:"first_seen,omitempty"` // when the first of the reports found it
}

// The values of Finding.Baseline.
const (
	New       = "new"
	Unchanged = "unchanged"
)

// CompareTo marks the findings as new or unchanged since an older report, keeps
// the dates on which they were first seen, and lists what is gone: fixed where
// this run could have found it again, unknown elsewhere. What the older report
// lists as unknown belongs to the baseline too, so that a finding stays
// in report after report until a run judges it again: a region that could not
// be read for some nights makes none of its findings new. So do the findings
// that --min-severity left out of the older report. Where a report of an
// earlier version does not list those, a finding below its lowest severity is
// neither new nor unchanged. A finding that the baseline has with a lower severity
// is unchanged, and MoreSevere. It must be called before findings are dropped by
// severity.
func (r *Report) CompareTo(old *Report) {
	before := make(map[string]Ref, len(old.Findings))
	order := make([]string, 0, len(old.Findings))
	put := func(k Ref, otherwise time.Time) {
		if _, twice := before[k.ID]; twice {
			return
		}
		if k.FirstSeen == nil {
			k.FirstSeen = &otherwise
		}
		before[k.ID] = k
		order = append(order, k.ID)
	}
	for i := range old.Findings {
		k := old.Findings[i].Ref()
		if judged := old.Findings[i].JudgedSeverity; judged != nil {
			k.Severity = *judged
		}
		put(k, old.StartedAt)
	}
	if old.Below != nil {
		for _, k := range old.Below.LeftOut {
			put(k, old.StartedAt)
		}
	}
	if old.Comparison != nil {
		for _, k := range old.Comparison.Unknown {
			put(k, old.Comparison.Baseline)
		}
	}
	judged := r.couldDetect()
	for i := range r.Findings {
		f := &r.Findings[i]
		f.SeverityBefore, f.JudgedSeverity = nil, nil
		if _, ok := before[f.ID]; !ok && old.omits(f.Severity) {
			continue
		}
		f.Baseline = New
		first := r.StartedAt
		if was, ok := before[f.ID]; ok {
			f.Baseline = Unchanged
			first = *was.FirstSeen
			f.compareSeverity(was.Severity, judged)
			delete(before, f.ID)
		}
		f.FirstSeen = &first
	}
	comparison := &Comparison{Baseline: old.StartedAt, Fixed: []Ref{}, Unknown: []Ref{}}
	for _, id := range order {
		switch was, gone := before[id]; {
		case !gone:
		case judged(&was):
			comparison.Fixed = append(comparison.Fixed, was)
		default:
			comparison.Unknown = append(comparison.Unknown, was)
		}
	}
	r.Comparison = comparison
}

// omits reports whether the report says nothing about findings of a severity:
// earlier versions counted those below --min-severity and did not list them.
func (r *Report) omits(s Severity) bool {
	return r.Below != nil && r.Below.LeftOut == nil && s < r.Below.MinSeverity
}

// Ref returns the finding in short.
func (f *Finding) Ref() Ref {
	k := Ref{f.ID, f.Check, f.Severity, f.AccountID, f.Region, f.ResourceID, cmp.Or(f.ResourceName, f.GroupName), "", f.Message, f.FirstSeen}
	if f.Rule != nil {
		t := f.Rule.Texts()
		k.Rule = t.Direction + " " + t.Protocol + " " + t.Ports + " " + t.Source
	}
	return k
}

// Subject is what the finding is about, by name and id: "shop-web (sg-0a100011)".
func (k *Ref) Subject() string { return inventory.Named(k.Name, k.ResourceID) }

// AccountsApart returns what names an account by its id: name and id where the report is
// about more than one account, else nothing.
func (r *Report) AccountsApart() func(id string) string {
	names := map[string]string{}
	for i := range r.Coverage {
		names[r.Coverage[i].AccountID] = r.Coverage[i].AccountName
	}
	if c := r.Comparison; c != nil {
		for _, list := range [][]Ref{c.Fixed, c.Unknown} {
			for i := range list {
				if id := list[i].AccountID; names[id] == "" {
					names[id] = ""
				}
			}
		}
	}
	return func(id string) string {
		if len(names) < 2 {
			return ""
		}
		return inventory.Named(names[id], id)
	}
}

// Comparison is what became of the findings of a baseline that are not in the
// report any more. Fixed come in the order of the baseline, and so do Unknown,
// those that were unknown there already last.
type Comparison struct {
	Baseline time.Time `json:"baseline_started_at"`
	Fixed    []Ref     `json:"fixed"`
	Unknown  []Ref     `json:"unknown"` // neither found again nor fixed: this run could not judge them
}

// couldDetect returns a function that reports whether this run could have found
// a finding again: its check ran, and its region was read in full, or lacks
// only parts that the check does not need.
func (r *Report) couldDetect() func(*Ref) bool {
	type place struct{ account, region string }
	type task struct {
		check string
		place
	}
	read, ran, silent := map[place]bool{}, map[string]bool{}, map[task]bool{}
	for i := range r.Coverage {
		c := &r.Coverage[i]
		read[place{c.AccountID, c.Region}] = c.Status == "complete" || c.Status == "partial" && onlyClosed(c.Gaps)
	}
	for i := range r.Checks {
		ran[r.Checks[i].ID] = true
	}
	for _, n := range r.NotEvaluated {
		silent[task{n.Check, place{n.AccountID, n.Region}}] = true
	}
	return func(k *Ref) bool {
		where := place{k.AccountID, k.Region}
		return read[where] && ran[k.Check] && !silent[task{k.Check, where}]
	}
}

// onlyClosed reports whether all that a region lacks are whole parts that are
// closed to the caller every night. The checks that need such a part are listed
// as not evaluated, and the others judge whole lists. Other gaps may be of
// single items, which no list names.
func onlyClosed(gaps []Gap) bool {
	for _, g := range gaps {
		if g.Operation == "ec2:GetManagedPrefixListEntries" { // of some lists only
			return false
		}
		switch g.Kind {
		case "denied", "denied-by-policy", "unsupported":
		default:
			return false
		}
	}
	return len(gaps) > 0
}
