package output

import (
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// sameGap is one gap with all regions that have it: a permission that no account has is
// said once, and not for each region of each account.
type sameGap struct {
	findings.Gap // the first
	regions      []*findings.Coverage
	differ       bool // the messages are not all the same
}

// sameGaps gathers the gaps of regions, in the order in which they are met, by operation,
// kind and code. The messages of some kinds name an account or a region, and so differ.
func sameGaps(unread []*findings.Coverage) (list []*sameGap) {
	at := map[[3]string]*sameGap{}
	for _, c := range unread {
		for _, g := range unreadParts(c) {
			key := [3]string{g.Operation, g.Kind, g.Code}
			same := at[key]
			if same == nil {
				same = &sameGap{Gap: g}
				at[key] = same
				list = append(list, same)
			}
			if n := len(same.regions); n == 0 || same.regions[n-1] != c {
				same.regions = append(same.regions, c)
			}
			same.differ = same.differ || g.Message != same.Message
		}
	}
	return list
}

// where names the regions: "eu-west-1 of 111122223333 shop", "17 regions of 111122223333
// shop: eu-west-1, …", or "34 regions of 2 accounts: 111122223333 shop, 444455556666".
func (s *sameGap) where() string {
	var accounts, regions []string
	for _, c := range s.regions {
		if name := placeWords(c.AccountID, c.AccountName, ""); !slices.Contains(accounts, name) {
			accounts = append(accounts, name)
		}
		if !slices.Contains(regions, c.Region) {
			regions = append(regions, c.Region)
		}
	}
	switch {
	case len(s.regions) == 1:
		return strings.TrimSpace(regions[0] + " of " + accounts[0])
	case len(accounts) == 1:
		return words.Count(len(s.regions), "region") + " of " + accounts[0] + ": " + words.List(regions, 3)
	}
	return words.Count(len(s.regions), "region") + " of " + words.Count(len(accounts), "account") + ": " + words.List(accounts, 3)
}

// message is what AWS or the program said, empty if nothing was said. Where each region has
// another one, it is that of the first, which is named.
func (s *sameGap) message() string {
	if s.Message == "" || !s.differ {
		return s.Message
	}
	c := s.regions[0]
	return "for example in " + placeWords(c.AccountID, c.AccountName, c.Region) + ": " + s.Message
}

// inactiveLine names the accounts that were not read because they are not active, at most
// so many of them, or is empty.
func inactiveLine(r *findings.Report, most int) string {
	var names []string
	for _, a := range r.Inactive() {
		names = append(names, placeWords(a.AccountID, a.AccountName, "")+" is "+a.State)
	}
	if len(names) == 0 {
		return ""
	}
	verb := " are"
	if len(names) == 1 {
		verb = " is"
	}
	return words.Plain(words.Count(len(names), "account") + " of the organization" + verb + " not active, and not read: " + words.List(names, most))
}

// notEvaluatedIn gathers what was not evaluated by region and reason, in the order of the
// report.
func notEvaluatedIn(r *findings.Report) (list []unevaluated) {
	type reason struct{ account, region, text string }
	at := map[reason]int{}
	for _, n := range r.NotEvaluated {
		why := reason{n.AccountID, n.Region, n.Reason}
		place, known := at[why]
		if !known {
			place = len(list)
			at[why] = place
			list = append(list, unevaluated{account: n.AccountID, region: n.Region, reason: n.Reason})
		}
		list[place].checks = append(list[place].checks, n.Check)
	}
	return list
}

// unevaluated are the checks that could not judge a region, for one reason.
type unevaluated struct {
	account, region, reason string
	checks                  []string
}

// words says how many checks they are.
func (u *unevaluated) words() string { return words.Count(len(u.checks), "check") + " not evaluated" }

// notEvaluatedApart divides what was not evaluated: the checks of regions of which nothing
// could be read, which are named together, and all others one by one. Each list is in the
// order of the report.
func notEvaluatedApart(r *findings.Report) (together []unevaluated, single []findings.NotEvaluated) {
	failed := map[[2]string]bool{}
	for i := range r.Coverage {
		if c := &r.Coverage[i]; c.Status == "failed" {
			failed[[2]string{c.AccountID, c.Region}] = true
		}
	}
	if len(failed) == 0 {
		return nil, r.NotEvaluated
	}
	said := map[[3]string]bool{}
	for _, u := range notEvaluatedIn(r) {
		if len(u.checks) > 1 && failed[[2]string{u.account, u.region}] {
			together = append(together, u)
			said[[3]string{u.account, u.region, u.reason}] = true
		}
	}
	for _, n := range r.NotEvaluated {
		if !said[[3]string{n.AccountID, n.Region, n.Reason}] {
			single = append(single, n)
		}
	}
	return together, single
}
