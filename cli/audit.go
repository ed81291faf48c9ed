package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/history"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/remedy"
	"github.com/sgaudit/sgaudit/words"
)

// auditCodes are the exit codes of the verbs that audit an account.
const auditCodes = "Exit codes: 0 audited in full, 1 findings at or above --fail-on, 2 could not start or finish, " +
	"3 incomplete (a region, a part of it, or a part of the flow logs could not be read)."

func (p *program) auditVerb() *urfave.Command {
	return &urfave.Command{
		Name:        "audit",
		Usage:       "audit the security groups of the account that the credentials belong to",
		Description: auditCodes,
		Flags: append(slices.Concat(declareAuditFlags(), accountFlags(), shardFlags()),
			&urfave.StringFlag{Name: "input", Aliases: []string{"from"}, Category: categoryRead, Usage: "audit this `SNAPSHOT` instead of an account, or a file or folder with answers of the AWS CLI or AWS Config; AWS is not called", TakesFile: true}, savedFlag(), demoFlag()),
		Action: func(c *urfave.Context) error {
			if asksForPart(c) {
				return p.auditShard(c)
			}
			flags, err := readAuditFlags(c, "input")
			if err != nil {
				return err
			}
			if flags.source.given() {
				if flags.history != nil {
					return console.Usage("drop one of them", "--history is for audits of an account and cannot be used with --input")
				}
			}
			if c.Bool("demo") {
				flags.again, flags.madeUp = demoAgain(c), madeUpAgain(c)
			}
			return p.audit(c.Context, flags)
		},
	}
}

// audit reads the account and judges it. What could be read when ctx ends is
// still reported, as incomplete.
func (p *program) audit(ctx context.Context, flags *auditFlags) error {
	started := time.Now().UTC()
	if flags.history != nil {
		unlock, err := beginHistory(flags)
		if err != nil {
			return err
		}
		defer unlock()
	}
	if flags.source.accounts.many() && !flags.source.given() && !flags.keepsInventory() {
		return p.auditAccounts(ctx, flags, started)
	}
	read, err := p.loadInventory(flags.source)
	if err != nil {
		return err
	}
	if flags.audit.Settings.Usage, err = p.judgeUsage(ctx, read.Inventory, flags.usage); err != nil {
		return err
	}
	return p.judge(ctx, flags, read, started)
}

// judge audits what was read, as of the day on which it was, and brings the
// report to its targets and into the history. What fails there is reported when
// the report is out.
func (p *program) judge(ctx context.Context, flags *auditFlags, s *inventory.Snapshot, started time.Time) error {
	report := p.evaluate(s, flags.audit, flags.exceptions, started)
	if len(flags.madeUp) > 0 {
		report.Account = quoted(flags.madeUp)
		nameMadeUp(report, flags)
	}
	return p.deliver(ctx, flags, report, s, started)
}

// nameMadeUp names the account of a run on a made-up one in the commands of sgaudit that
// the fixes advise.
func nameMadeUp(report *findings.Report, flags *auditFlags) {
	pairs := optionPairs("fix", flags.madeUp)
	if flags.again != "" { // else the last report is explained
		pairs = append(pairs, "`sgaudit explain ", "`sgaudit explain "+flags.again+" ")
	}
	named := strings.NewReplacer(pairs...)
	for i := range report.Findings {
		fix := &report.Findings[i].Fix
		fix.Summary = named.Replace(fix.Summary)
		for k, command := range fix.Commands {
			if strings.HasPrefix(command, "# ") {
				fix.Commands[k] = named.Replace(command)
			}
		}
	}
}

// deliver compares a report, brings it to its targets and returns how the run ends.
// The snapshot is nil where the inventory was not kept.
func (p *program) deliver(ctx context.Context, flags *auditFlags, report *findings.Report, s *inventory.Snapshot, started time.Time) error {
	if flags.baseline != nil {
		report.CompareTo(flags.baseline)
	}
	if flags.framework != nil {
		flags.framework.Cite(report)
		report.Controls = flags.framework.Judge(report)
	}
	if flags.firstRun {
		history.First(report)
	}
	if flags.source != nil {
		report.Throttled = append(throttled(flags.source.client.Throttles), flags.throttled...)
	}
	report.Finish()
	whole := *report // the history keeps what --min-severity drops, and what is outside of the part
	var from *material
	if s != nil {
		from = &material{s.Inventory, &flags.audit.Settings, flags.part, flags.table.TagColumns}
		var err error
		if report, err = p.selectPart(report, s.Inventory, flags.part); err != nil {
			return err
		}
	}
	if flags.framework != nil {
		report.Controls = flags.framework.Judge(report)
	}
	if flags.minSeverity > findings.Info {
		report.LeaveOut(flags.minSeverity)
	}
	report.Finish()

	flags.table.Next = p.nextCommand(&whole, flags)
	flags.table.Fixes = fixCommand(flags)
	err := p.write(report, flags.targets, flags.table, from)
	if flags.history != nil {
		err = errors.Join(err, flags.history.Keep(&whole, s))
	}
	p.tellThrottled(report)
	p.tellCoverage(report, ctx.Err() != nil)
	p.console.Say("%s in %s", summary(report), time.Since(started).Round(10*time.Millisecond))
	switch {
	case err != nil:
		return err
	case reached(report, flags.failOn, flags.newOnly):
		return status(exitFindings)
	case report.Incomplete() || flowLogsLost(&flags.audit.Settings):
		return status(exitIncomplete)
	}
	return nil
}

// flowLogsLost reports whether flow logs were given, and records of them are missing: no
// record could be read, or a part could not be.
func flowLogsLost(s *audit.Settings) bool {
	return s.Usage != nil && (s.Usage.Lost() || s.Usage.WhyNothing() != "")
}

// evaluate makes the report of what was read: what the checks found, with the
// fixes, and without what exceptions accept. Dates, of rules and of exceptions,
// are compared with the day on which it was read.
func (p *program) evaluate(s *inventory.Snapshot, opts audit.Options, exceptions []findings.Exception, started time.Time) *findings.Report {
	opts = opts.AsOf(s.TakenAt)
	report, warnings := judged(s.Inventory, opts, exceptions)
	p.sign(report, warnings, started)
	return report
}

// sign says what made a report and when, and warns of exceptions that need care.
func (p *program) sign(report *findings.Report, warnings []string, started time.Time) {
	report.Tool = findings.Tool{Name: "sgaudit", Version: version()}
	report.StartedAt, report.FinishedAt = started, time.Now().UTC()
	for _, text := range warnings {
		p.console.Warn("%s", text)
	}
}

// judged audits an inventory and attaches the fixes. Exceptions come before the
// fixes, which leave alone what is accepted.
func judged(inv *inventory.Inventory, opts audit.Options, exceptions []findings.Exception) (report *findings.Report, warnings []string) {
	run := audit.Run(inv, opts)
	warnings = run.Except(exceptions, opts.Settings.Now)
	remedy.Attach(inv, run.Report, run.Proposals, opts.Settings.RulesPerGroup)
	return run.Report, warnings
}

// reached reports whether an open finding is at or above the severity: with newOnly, one
// that is new, or more severe than in the baseline.
func reached(report *findings.Report, failOn *findings.Severity, newOnly bool) bool {
	return failOn != nil && slices.ContainsFunc(report.Findings, func(f findings.Finding) bool {
		return f.Status != findings.Suppressed && f.Severity >= *failOn && (f.News() || !newOnly)
	})
}

// summary is the run in one line.
func summary(report *findings.Report) string {
	groups := 0
	regions, _ := report.Regions()
	for _, c := range report.Coverage {
		if c.Status != "skipped" {
			groups += c.SecurityGroups
		}
	}
	text := fmt.Sprintf("%s, %s, %s", words.Count(regions, "region"), words.Count(groups, "security group"), words.Count(report.Summary.Total(), "finding"))
	first := true
	for _, s := range findings.Severities() {
		if n := report.Summary.Of(s); n > 0 {
			if first {
				text += " ("
			} else {
				text += ", "
			}
			text += fmt.Sprintf("%d %s", n, s)
			first = false
		}
	}
	if !first {
		text += ")"
	}
	if b := report.Below; b != nil && b.Findings > 0 {
		text += fmt.Sprintf(", %d below %s not shown", b.Findings, b.MinSeverity)
	}
	if n := report.Summary.NotEvaluated; n > 0 {
		text += fmt.Sprintf(", %d not evaluated", n)
	}
	return text
}
