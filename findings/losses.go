package findings

import (
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/change"
)

// ListsLosses returns the commands of sgaudit that list which interfaces lose access by the
// fix of the finding, for a sentence. It is empty for a fix that takes no access away: one
// that revokes nothing, that has a proof, or of a group that is attached to nothing. The
// script has the name of the finding: a plan.sh that is there may be a larger plan, with the
// undo of changes that were made. Account are the options that name the account for the
// commands; empty: that of the credentials.
func (f *Finding) ListsLosses(account string) string {
	revokes := func(s change.Step) bool { return s.Verb == change.Revoke }
	if len(f.Fix.Proof) > 0 || f.Attached == 0 || !slices.ContainsFunc(f.Fix.Steps, revokes) {
		return ""
	}
	if account != "" {
		account += " "
	}
	id := f.Short(8) // of a report, which may hold any text
	return fmt.Sprintf("sgaudit fix %[3]s--finding %[1]s -o %[2]s, then sgaudit simulate %[3]s%[4]s", change.Quote(id), change.Quote("sh="+id+".sh"), account, change.Quote(id+".sh"))
}
