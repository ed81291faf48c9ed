package findings

import (
	"slices"
	"strings"
)

// Inactive is an account of the organization that was not read because of its state.
type Inactive struct {
	AccountID   string
	AccountName string
	State       string // as AWS Organizations names it: SUSPENDED, PENDING_CLOSURE
}

// stateBegin is what the gap of a region of such an account begins with.
const stateBegin = "the account is "

// Inactive returns the accounts that were not read because they are not active, in the
// order of the coverage. The regions of such an account are skipped, and have a gap that
// says why, which regions that were skipped on request have not.
func (r *Report) Inactive() (list []Inactive) {
	for i := range r.Coverage {
		c := &r.Coverage[i]
		if state, is := c.Inactive(); is && !slices.ContainsFunc(list, func(a Inactive) bool { return a.AccountID == c.AccountID }) {
			list = append(list, Inactive{c.AccountID, c.AccountName, state})
		}
	}
	return list
}

// Regions counts the regions of accounts that were to be read, and those of which something
// was read: a failed one is not among the latter. What was left out on request and the
// regions of accounts that are not active count as neither.
func (r *Report) Regions() (read, asked int) {
	for i := range r.Coverage {
		switch r.Coverage[i].Status {
		case "skipped":
		case "failed":
			asked++
		default:
			read, asked = read+1, asked+1
		}
	}
	return read, asked
}

// Inactive reports whether a region was not read because its account is not active, and
// the state of the account.
func (c *Coverage) Inactive() (state string, is bool) {
	if c.Status != "skipped" || len(c.Gaps) == 0 {
		return "", false
	}
	return strings.TrimPrefix(c.Gaps[0].Message, stateBegin), true
}
