package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// keepsInventory reports whether the run needs all that was read until its end: for
// tables and pictures, for the history, to compare with flow logs, and to choose a part
// of the groups.
func (f *auditFlags) keepsInventory() bool {
	return f.history != nil || len(f.usage) > 0 || !f.part.everything() || slices.ContainsFunc(f.targets, func(t target) bool { return t.format.Lists || t.format.Draws || t.format.AddsLists })
}

// auditAccounts audits several accounts region name by region name, and keeps the
// findings alone: no check looks from one region name into another.
func (p *program) auditAccounts(ctx context.Context, flags *auditFlags, started time.Time) error {
	collectAccounts()
	opts := flags.audit.AsOf(time.Now())
	run, err := p.enter(ctx, flags.source)
	if err != nil {
		return err
	}
	opts.Settings.Accounts = ownAccounts(opts.Settings.Accounts, run.List())
	var parts []*findings.Report
	var names []string
	run.findings.Store(0)
	p.read(ctx, run, func(regions []*inventory.Region) {
		inv := run.Inventory()
		inv.Regions = regions
		part, _ := judged(inv, opts, flags.exceptions)
		parts, names = append(parts, part), append(names, regions[0].Name)
		run.findings.Add(int64(len(part.Findings)))
	})
	report, err := findings.Merge(parts, names)
	if err != nil {
		return err
	}
	p.sign(report, report.Attention(flags.exceptions, opts.Settings.Now), started)
	return p.deliver(ctx, flags, report, nil, started)
}

// ownAccounts adds the accounts of a run to those that the configuration lists.
func ownAccounts(listed []string, run []awsclient.Account) []string {
	all := slices.Clone(listed)
	for _, a := range run {
		all = append(all, a.ID)
	}
	return all
}

// throttled returns what AWS throttled in a run.
func throttled(t *awsclient.Throttles) (list []findings.Throttled) {
	if t == nil {
		return nil
	}
	for _, one := range t.List() {
		list = append(list, findings.Throttled{AccountID: one.Account, Region: one.Region, Operation: one.Operation, Calls: one.Calls})
	}
	return list
}

// tellThrottled says how often AWS throttled the run, and where most.
func (p *program) tellThrottled(report *findings.Report) {
	total := 0
	places := map[string]int{}
	for _, t := range report.Throttled {
		total += t.Calls
		places[fmt.Sprintf("%s in %s of account %s", t.Operation, t.Region, t.AccountID)] += t.Calls
	}
	if total == 0 {
		return
	}
	most := ""
	for place, calls := range places {
		if calls > places[most] || calls == places[most] && place < most {
			most = place
		}
	}
	p.console.Say("AWS throttled %s, most often %s (%d)", words.Count(total, "call"), most, places[most])
}
