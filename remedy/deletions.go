package remedy

import (
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
)

// deletesGroup reports whether one of the steps deletes a group.
func deletesGroup(steps []change.Step) bool {
	return slices.ContainsFunc(steps, func(s change.Step) bool { return s.Verb == change.Delete })
}

// grade is the grade of the group that an entry deletes, and none for other entries.
func (e *Entry) grade() (best findings.Grade) {
	if e.Step.Verb != change.Delete {
		return best
	}
	for _, f := range e.Findings {
		if f.Unused != nil {
			best = max(best, f.Unused.Grade)
		}
	}
	return best
}

// gradeDetails says how certain it is that the group of a deletion is not needed, and
// what keeps it out of a plan that deletes groups.
func gradeDetails(f *findings.Finding) (details []string) {
	if u := f.Unused; u != nil {
		details = append(details, u.Grade.Words()+" (how certain it is that nothing uses the group)")
		if len(u.NotSearched) > 0 {
			details = append(details, "not searched: "+strings.Join(u.NotSearched, ", "))
		}
	}
	if why := findings.KeepsGroup(f); why != "" {
		details = append(details, "not deleted by --with-deletes alone: "+why)
	}
	return details
}
