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

// KeepsGroup says why a plan does not delete the group of a finding, even where it is
// to delete unused groups: not everything that may use the group was searched, which
// only a full run at depth services does, another group references it, or a stack or
// the like manages it. It names the run that completes the search. It is empty for a group that may be deleted. The
// finding must be one that deletes its group.
func KeepsGroup(f *findings.Finding) string {
	const again = "sgaudit fix --depth services --with-deletes"
	u := f.Unused
	switch {
	case u == nil:
		return "the report does not say where users of the group were searched: run " + again
	case !u.FullSearch:
		return "a search for its users was not complete: allow the actions under \"not searched\", then run " + again
	case u.Grade < findings.Unreferenced:
		return "other unused groups still reference it"
	case u.ManagedBy != "":
		return "it seems to be managed by " + u.ManagedBy + ": delete it there"
	case u.Grade < findings.NotHeld:
		return "idle services that may use it were not searched: run " + again
	}
	return ""
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
		details = append(details, "grade: "+u.Grade.String())
		if len(u.NotSearched) > 0 {
			details = append(details, "not searched: "+strings.Join(u.NotSearched, ", "))
		}
	}
	if why := KeepsGroup(f); why != "" {
		details = append(details, "stays a comment with --with-deletes too: "+why)
	}
	return details
}
