package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// gapSummary is what could not be read, for one reason, in one set of regions.
type gapSummary struct {
	kind       inventory.GapKind
	places     []string // regions; of a report about several accounts, accounts and regions
	regions    []string
	operations []string
	message    string // of the first gap
}

// mostGaps caps the warnings of one run; the report has them all.
const mostGaps = 10

// tellCoverage warns of what could not be read, and hints at the remedy of
// each kind of reason once. The same reason in many regions is one warning.
// After Ctrl-C nothing but that is a reason.
func (p *program) tellCoverage(report *findings.Report, interrupted bool) {
	if !report.Incomplete() {
		return
	}
	summaries := summarizeGaps(report)
	if interrupted {
		p.console.Warn("interrupted: the report contains only what was read before")
		summaries = nil
	}
	for i, l := range summaries {
		if i == mostGaps {
			p.console.Warn("the report lists %d more kinds of gaps", len(summaries)-i)
			break
		}
		p.console.Warn("%s: %s: %s%s", words.List(l.places, 4), reasonText(l.kind), words.List(l.operations, 4), l.message)
	}
	unread := 0
	for _, c := range report.Coverage {
		if c.Status != "complete" && c.Status != "skipped" {
			unread++
		}
	}
	_, asked := report.Regions()
	p.console.Warn("incomplete: %d of %s could not be read in full", unread, words.Count(asked, "region"))
	if !interrupted {
		p.tellRoles(report)
	}
	p.hintAtGaps(summaries)
}

// hintAtGaps says for each kind of reason what helps, once, with the regions that it
// concerns. Of regions that are not enabled those that were asked for by name are apart.
func (p *program) hintAtGaps(summaries []*gapSummary) {
	for _, r := range reasonOrder {
		var regions []string
		for _, l := range summaries {
			if l.kind == r && !slices.ContainsFunc(l.operations, isRole) {
				regions = append(regions, l.regions...)
			}
		}
		slices.Sort(regions)
		regions = slices.Compact(regions)
		if r == inventory.NotOptedIn {
			named := slices.DeleteFunc(slices.Clone(regions), func(region string) bool { return !slices.Contains(p.regions, region) })
			if len(named) > 0 {
				p.console.Hint("correct or leave out --region %s: AWS has no such region, or it is not enabled for the account", strings.Join(named, ", --region "))
			}
			regions = slices.DeleteFunc(regions, func(region string) bool { return slices.Contains(named, region) })
		}
		hint := reasons[r].hint
		if p.saved {
			hint = reasons[r].again
		}
		if len(regions) > 0 && hint != "" {
			p.console.Hint("%s", strings.ReplaceAll(hint, "REGIONS", strings.Join(regions, ",")))
		}
	}
}

// summarizeGaps gathers the gaps of a report: first the places that share an
// operation and a reason, then the operations that share the places. In a report
// about several accounts the places are accounts where all their regions have the
// gap, and else regions of accounts. What was left out on request is not a gap.
func summarizeGaps(report *findings.Report) []*gapSummary {
	type cause struct {
		kind      inventory.GapKind
		operation string
		why       string // of a profile that does not work: each has its own reason
	}
	var causes []cause
	places := map[cause][]gapPlace{}
	messages := map[cause]string{}
	names := map[string]string{}
	regions := map[string]int{} // of each account
	for _, c := range report.Coverage {
		if c.Status == "skipped" {
			continue
		}
		account := cmp.Or(c.AccountID, c.AccountName)
		names[account] = strings.TrimSpace(c.AccountID + " " + c.AccountName)
		regions[account]++
		for _, g := range c.Gaps {
			k := cause{kind: inventory.GapKind(g.Kind), operation: g.Operation}
			if ofProfile(g) {
				k.why = g.Message
			}
			if places[k] == nil {
				causes = append(causes, k)
				messages[k] = describe(g)
			}
			if at := (gapPlace{account, c.Region}); !slices.Contains(places[k], at) {
				places[k] = append(places[k], at)
			}
		}
	}
	var summaries []*gapSummary
	byPlaces := map[string]*gapSummary{}
	for _, k := range causes {
		key := fmt.Sprint(k.kind, places[k])
		l := byPlaces[key]
		if l == nil {
			l = &gapSummary{kind: k.kind, message: messages[k]}
			l.at(places[k], names, regions)
			byPlaces[key] = l
			summaries = append(summaries, l)
		}
		l.operations = append(l.operations, k.operation)
	}
	return summaries
}

// gapPlace is a region of an account, by the id of the account or, if that is not known,
// its name.
type gapPlace struct{ account, region string }

// at names the places of a gap, by the names of the accounts of the report and how
// many regions each has.
func (l *gapSummary) at(places []gapPlace, names map[string]string, regions map[string]int) {
	count := map[string]int{}
	for _, at := range places {
		count[at.account]++
	}
	for _, at := range places {
		text := at.region
		switch {
		case len(names) == 1:
		case count[at.account] == regions[at.account]:
			text = "account " + names[at.account]
		default:
			text += " of account " + names[at.account]
		}
		if !slices.Contains(l.places, text) {
			l.places = append(l.places, text)
		}
		if !slices.Contains(l.regions, at.region) {
			l.regions = append(l.regions, at.region)
		}
	}
}

// describe returns what the endpoint answered, to stand behind a warning: the
// code, and the message where the kind alone does not say what happened.
func describe(g findings.Gap) string {
	const most = 200
	text := g.Code
	switch kind := inventory.GapKind(g.Kind); {
	case ofProfile(g), kind == inventory.DeniedByPolicy, kind == inventory.Failed, isRole(g.Operation) && kind != inventory.Denied:
		text = strings.Trim(g.Code+": "+g.Message, ": ")
	}
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

// ofProfile reports whether a gap says why the credentials of a profile do not work, or
// which account they are of.
func ofProfile(g findings.Gap) bool {
	return g.Operation == "sts:GetCallerIdentity" || strings.HasPrefix(g.Message, "the credentials of profile ")
}

// isRole reports whether an operation leads into an account.
func isRole(operation string) bool { return operation == "sts:AssumeRole" }

// tellRoles says once what the trust policies of the roles lack that could not be
// assumed: it is the same for all of them.
func (p *program) tellRoles(report *findings.Report) {
	for _, c := range report.Coverage {
		for _, g := range c.Gaps {
			if _, statement, found := strings.Cut(g.Message, "trust policy needs the statement "); found && isRole(g.Operation) && g.Kind == string(inventory.Denied) {
				p.console.Hint("the trust policy of each of these roles needs the statement %s, and the caller needs the permission sts:AssumeRole on them", statement)
				return
			}
		}
	}
}

func reasonText(k inventory.GapKind) string {
	if r, ok := reasons[k]; ok {
		return r.text
	}
	return string(k)
}

// reasonOrder fixes the order of the hints.
var reasonOrder = []inventory.GapKind{
	inventory.Expired, inventory.DeniedByPolicy, inventory.Denied, inventory.NotOptedIn,
	inventory.Throttled, inventory.Unreachable, inventory.Unsupported, inventory.Failed,
}

// reasons says why something was not read, what to do about it, and what to do where a
// snapshot lacks it.
var reasons = map[inventory.GapKind]struct{ text, hint, again string }{
	inventory.Denied: {
		"access denied", "`sgaudit policy` prints the permissions that an audit needs; a smaller --depth needs fewer",
		"take the snapshot again with the permissions that `sgaudit policy` prints",
	},
	inventory.DeniedByPolicy: {
		"denied by an organization policy", "if a region is closed on purpose, leave it out: --exclude-region REGIONS",
		"if a region is closed on purpose, leave it out of the next snapshot: --exclude-region REGIONS",
	},
	inventory.NotOptedIn: {
		"the region is not enabled for the account", "enable it, or leave it out: --exclude-region REGIONS",
		"enable it, or leave it out of the next snapshot: --exclude-region REGIONS",
	},
	inventory.Throttled: {
		"still throttled after all retries", "repeat the run with a lower --max-rps",
		"take the snapshot again with a lower --max-rps",
	},
	inventory.Expired: {
		"the credentials expired", "sign in again and repeat the run",
		"sign in again and take the snapshot again",
	},
	inventory.Unreachable: {
		"no answer in time", "check the network path to the endpoint, or give the region more time with --region-deadline",
		"take the snapshot again, and give the region more time with --region-deadline",
	},
	inventory.Unsupported: {
		"not supported by the endpoint", "a smaller --depth needs fewer operations",
		"a snapshot of a smaller --depth needs fewer operations",
	},
	inventory.Failed: {
		"failed", "", "",
	},
}

// conclude says what a verb that audits nothing could not read, and returns
// the exit code that it ends with.
func (p *program) conclude(inv *inventory.Inventory, interrupted bool) error {
	report := audit.RunChecks(inv, audit.Settings{}, nil).Report
	p.tellCoverage(report, interrupted)
	if report.Incomplete() {
		return status(exitIncomplete)
	}
	return nil
}
