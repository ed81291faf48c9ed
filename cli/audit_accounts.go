package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/sgaudit/sgaudit/audit"
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
	var all reportsByName
	run.findings.Store(0)
	p.read(ctx, run, func(regions []*inventory.Region) {
		inv := run.Inventory()
		inv.Regions = regions
		run.findings.Add(int64(all.add(inv, opts, flags.exceptions)))
	})
	report, err := all.report()
	if err != nil {
		return err
	}
	p.sign(report, report.Attention(flags.exceptions, opts.Settings.Now), started)
	return p.deliver(ctx, flags, report, nil, started)
}

// reportsByName are the reports of a run over several accounts, one for each region
// name.
type reportsByName struct {
	reports []*findings.Report
	names   []string
}

// add judges all regions of one name and returns how many findings that makes.
func (r *reportsByName) add(inv *inventory.Inventory, opts audit.Options, exceptions []findings.Exception) int {
	one, _ := judged(inv, opts, exceptions)
	r.reports, r.names = append(r.reports, one), append(r.names, inv.Regions[0].Name)
	return len(one.Findings)
}

// report joins them.
func (r *reportsByName) report() (*findings.Report, error) { return findings.Merge(r.reports, r.names) }

// ownAccounts adds the accounts of a run to those that the configuration lists.
func ownAccounts(listed []string, run []awsclient.Account) []string {
	all := slices.Clone(listed)
	for _, a := range run {
		if a.ID != "" { // else of a profile that does not work
			all = append(all, a.ID)
		}
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
