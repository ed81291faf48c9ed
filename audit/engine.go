package audit

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// Options choose what a run looks at.
type Options struct {
	Settings Settings
	Only     []string // ids of the checks to run; empty: all that are on by default
	Enable   []string // ids of checks to run beside those that are on by default
	Skip     []string // ids of checks to leave out
}

// AsOf returns the options of an audit as of the day, in UTC, on which an
// inventory was read. The zero time is not known: then it is today.
func (o Options) AsOf(read time.Time) Options {
	if !read.IsZero() {
		o.Settings.Now = read.UTC().Truncate(24 * time.Hour)
	}
	return o
}

// Accounts is the whole inventory of the run, as checks see it that follow
// references from one account to another.
type Accounts struct {
	*inventory.Inventory

	mu   sync.Mutex
	live map[string]*liveness // by region name
}

// Select returns the checks that a run with these options has, sorted by id.
// Unknown ids are ignored: the command line refuses them before.
func (o *Options) Select() []*Check {
	var selected []*Check
	for _, c := range Checks() {
		on := !c.OnRequest || c.FlowLogs && o.Settings.Usage != nil || slices.Contains(o.Enable, c.ID)
		if len(o.Only) > 0 {
			on = slices.Contains(o.Only, c.ID)
		}
		if on && !slices.Contains(o.Skip, c.ID) {
			selected = append(selected, c)
		}
	}
	return selected
}

// Result is what a run concluded: its report, and what the checks propose to do
// about the findings.
type Result struct {
	*findings.Report
	Proposals findings.Proposals
}

// Run audits an inventory that has been normalised, and leaves it as it is.
// Checks that need services beside EC2 are left out of a run that did not ask
// for them, unless they are named.
// The report is finished but for the times, the tool and the fix commands.
func Run(inv *inventory.Inventory, opts Options) *Result {
	selected := opts.Select()
	if services := inventory.DepthServices.Parts() &^ inventory.DepthNetwork.Parts(); inv.Depth != inventory.DepthServices && len(opts.Only) == 0 {
		selected = slices.DeleteFunc(selected, func(c *Check) bool { return c.Needs&services != 0 && !slices.Contains(opts.Enable, c.ID) })
	}
	return RunChecks(inv, opts.Settings, selected)
}

// RunChecks is Run with a given list of checks.
func RunChecks(inv *inventory.Inventory, settings Settings, selected []*Check) *Result {
	report := &findings.Report{
		Caller: findings.Caller{AccountID: inv.Caller.AccountID, ARN: inv.Caller.ARN, Partition: inv.Caller.Partition},
		Depth:  string(inv.Depth),
	}
	for _, c := range selected {
		report.Checks = append(report.Checks, findings.CheckInfo{ID: c.ID, Title: c.Title, Severity: c.Severity, References: c.References})
	}
	accounts := &Accounts{Inventory: inv, live: map[string]*liveness{}}
	parts := make([]part, len(inv.Regions))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, region := range inv.Regions {
		g.Go(func() error {
			parts[i] = accounts.region(region, &settings, selected)
			return nil
		})
	}
	_ = g.Wait() // a check that fails is a gap of its region
	proposals := findings.Proposals{}
	for _, p := range parts {
		report.Coverage = append(report.Coverage, p.Coverage...)
		report.Findings = append(report.Findings, p.Findings...)
		report.Notes = append(report.Notes, p.Notes...)
		report.NotEvaluated = append(report.NotEvaluated, p.NotEvaluated...)
		for i := range p.proposals {
			if !p.proposals[i].Empty() {
				proposals[p.Findings[i].ID] = p.proposals[i]
			}
		}
	}
	report.Finish()
	return &Result{report, proposals}
}

// part is the report of one region, and what is proposed for each finding.
type part struct {
	*findings.Report
	proposals []findings.Proposal
}

// region runs the checks on one region. Regions are run side by side.
func (e *Accounts) region(region *inventory.Region, settings *Settings, selected []*Check) part {
	report := &findings.Report{Coverage: []findings.Coverage{cover(region)}}
	if region.Skipped {
		return part{Report: report}
	}
	reached := reach.New(region)
	r := &Pass{Region: region, Index: reached.Index(), Settings: settings, Reach: reached, Accounts: e, report: report}
	for _, c := range selected {
		if c.Class != NoClass {
			r.runs[c.Class] = true
		}
	}
	for _, c := range selected {
		r.check = c
		if failure := r.evaluate(c); failure != nil {
			coverage := &report.Coverage[0]
			coverage.Status = "partial"
			coverage.Gaps = append(coverage.Gaps, *failure)
		}
	}
	return part{report, r.proposals}
}

// cover counts what was read of a region.
func cover(r *inventory.Region) findings.Coverage {
	c := findings.Coverage{
		AccountID: r.AccountID, AccountName: r.AccountName, Region: r.Name, Status: r.Status(),
		SecurityGroups: len(r.Groups), NetworkInterfaces: len(r.Interfaces),
	}
	for i := range r.Groups {
		c.Rules += len(r.Groups[i].Rules)
	}
	for _, g := range r.Gaps {
		c.Gaps = append(c.Gaps, findings.Gap{Operation: g.Operation, Kind: string(g.Kind), Code: g.Code, Message: g.Message})
	}
	return c
}

// evaluate runs one check on the region, or records why it cannot. A check
// that panics loses what it reported, and becomes a gap, so that
// the run counts as incomplete.
func (r *Pass) evaluate(c *Check) (failure *findings.Gap) {
	for _, part := range c.Needs.Each() {
		if !r.Read.Has(part) {
			r.NotEvaluated("%s are needed: %s", part, r.whyMissing(part))
			return nil
		}
	}
	if c.FlowLogs && !r.flowLogs() {
		return nil
	}
	if !r.Read.Has(inventory.PartGroups) {
		if len(r.Groups) == 0 {
			r.NotEvaluated("security groups are needed: %s", r.whyMissing(inventory.PartGroups))
			return nil
		}
		r.NotEvaluated("only %d security groups were read: %s", len(r.Groups), r.whyMissing(inventory.PartGroups))
	}
	before, notes := len(r.report.Findings), len(r.report.Notes)
	defer func() {
		if p := recover(); p != nil {
			r.report.Findings, r.proposals, r.report.Notes = r.report.Findings[:before], r.proposals[:before], r.report.Notes[:notes]
			r.NotEvaluated("the check failed: %v", p)
			failure = &findings.Gap{
				Operation: "check:" + c.ID, Kind: string(inventory.Failed),
				Message: fmt.Sprintf("the check failed because of a defect in sgaudit (%v): please report it", p),
			}
		}
	}()
	c.Run(r)
	return nil
}
