package findings

import "github.com/sgaudit/sgaudit/reach"

// compareSeverity keeps the severity of the baseline where it was lower. A verdict that is
// unknown because this run did not read the whole region says nothing about a change:
// the finding then keeps the severity that it had before for the next comparison.
func (f *Finding) compareSeverity(before Severity, judged func(*Ref) bool) {
	if f.Severity == before {
		return
	}
	if f.Exposure.Verdict == reach.Unknown {
		if k := f.Ref(); !judged(&k) {
			f.JudgedSeverity = &before
			return
		}
	}
	if f.Severity > before {
		f.SeverityBefore = &before
	}
}

// MoreSevere reports whether the baseline has the finding with a lower severity.
func (f *Finding) MoreSevere() bool { return f.SeverityBefore != nil }

// News reports whether the finding is new since the baseline, or more severe than there.
func (f *Finding) News() bool { return f.Baseline == New || f.MoreSevere() }

// Mark is what texts for people put beside a finding that is News: "NEW" or
// "WORSE (was medium)". It is empty for any other.
func (f *Finding) Mark() string {
	switch {
	case f.MoreSevere():
		return "WORSE (was " + f.SeverityBefore.String() + ")"
	case f.Baseline == New:
		return "NEW"
	}
	return ""
}

// Since counts the findings of the report by what the baseline has of them. Their sum is
// the number of findings.
type Since struct{ New, MoreSevere, Unchanged, NotKnown int }

// Since returns how many findings are new, more severe than in the baseline, unchanged,
// and not known to be new. Suppressed ones count.
func (r *Report) Since() (n Since) {
	for i := range r.Findings {
		switch f := &r.Findings[i]; {
		case f.MoreSevere():
			n.MoreSevere++
		case f.Baseline == New:
			n.New++
		case f.Baseline == Unchanged:
			n.Unchanged++
		default:
			n.NotKnown++
		}
	}
	return n
}
