package findings

import (
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/change"
)

// HasChanges reports whether a plan has changes for the finding: deletions of groups are
// comments in it.
func (f *Finding) HasChanges() bool { return len(f.Detailed().Fix.Steps) > 0 && !f.DeletesGroup() }

// DeletesGroup reports whether the fix of the finding deletes its group.
func (f *Finding) DeletesGroup() bool {
	return slices.ContainsFunc(f.Detailed().Fix.Steps, func(s change.Step) bool { return s.Verb == change.Delete })
}

// KeepsGroup says why a plan does not delete the group of a finding, even where it is
// to delete unused groups: not everything that may use the group was searched, which
// only a full run at depth services does, another group references it, or a stack or
// the like manages it. It names the run that completes the search. It is empty for a
// group that may be deleted. The finding must be one that deletes its group.
func KeepsGroup(f *Finding) string {
	const again = "sgaudit fix --depth services --with-deletes"
	u := f.Unused
	switch {
	case u == nil:
		return "the report does not say where users of the group were searched: run " + again
	case !u.FullSearch:
		return "a search for its users was not complete: allow the actions under \"not searched\", then run " + again
	case u.Grade < Unreferenced:
		return "other unused groups reference it: run the revoke commands of this finding, then run " + again
	case u.ManagedBy != "":
		return "it seems to be managed by " + u.ManagedBy + ": delete it there"
	case u.Grade < NotHeld:
		return "idle services that may use it were not searched, which needs --depth services as well: run " + again
	}
	return ""
}

// CommandsToShow returns the commands of the fix for people to read and to copy. The
// deletion of a group is a comment below its reason there, as in a plan.
func (f *Finding) CommandsToShow() []string {
	var lines []string
	for _, command := range f.Fix.Commands {
		if !strings.HasPrefix(command, "aws ec2 delete-security-group ") {
			lines = append(lines, command)
			continue
		}
		why := KeepsGroup(f)
		if why == "" {
			why = "only sgaudit fix --with-deletes writes deletions into a plan, so that none is run by accident"
		}
		lines = append(lines, "# "+why, "# "+command)
	}
	return lines
}

// UndoToShow returns the commands that undo those of CommandsToShow, in the order in which
// they are run. Where the deletion of the group is a comment, so is its undo: above it is
// the undo of the other commands alone, which needs no group that is created again.
func (f *Finding) UndoToShow() []string {
	backwards := func(undo []string) []string {
		undo = slices.DeleteFunc(slices.Clone(undo), func(s string) bool { return s == "" })
		slices.Reverse(undo)
		return undo
	}
	deletes := func(s change.Step) bool { return s.Verb == change.Delete }
	if !slices.ContainsFunc(f.Fix.Steps, deletes) {
		return backwards(f.Fix.Undo)
	}
	var live []string
	for _, back := range change.Undo(slices.DeleteFunc(slices.Clone(f.Fix.Steps), deletes)) {
		live = append(live, change.Chain(back))
	}
	lines := backwards(live)
	if len(lines) > 0 {
		lines = append(lines, "# if the group was deleted too, run these instead:")
	}
	for _, command := range backwards(f.Fix.Undo) {
		lines = append(lines, "# "+command)
	}
	return lines
}
