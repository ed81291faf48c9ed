package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/history"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/remedy"
	"github.com/sgaudit/sgaudit/words"
)

func (p *program) auditVerb() *urfave.Command {
	return &urfave.Command{
		Name:  "audit",
		Usage: "audit the security groups of the account that the credentials belong to",
		Description: "Exit codes: 0 audited in full, 1 findings at or above --fail-on, 2 could not start or finish, " +
			"3 incomplete: some region or needed part could not be read.",
		Flags: append(append(auditFlags(), accountFlags()...),
			&urfave.StringFlag{Name: "from", Category: categoryRead, Usage: "audit this `SNAPSHOT` of sgaudit snapshot instead of an account, or answers of the AWS CLI or AWS Config, a file or a folder; AWS is not called", TakesFile: true}, savedFlag()),
		Action: func(c *urfave.Context) error {
			ch, err := readChoices(c)
			if err != nil {
				return err
			}
			if !c.IsSet("from") {
				if err := needsSaved(c, "from"); err != nil {
					return err
				}
				return p.audit(c.Context, ch)
			}
			if ch.history != nil {
				return console.Usage("drop one of them", "--history keeps runs that read an account, and --from reads none")
			}
			if err := notInput(filesOf(ch.targets), c.String("from")); err != nil {
				return err
			}
			started := time.Now().UTC()
			s, err := p.fromSnapshot(c, "from", ch.client.ExpectAccount)
			if err != nil {
				return err
			}
			return p.judge(c.Context, ch, s, started)
		},
	}
}

// audit reads the account and judges it. What could be read when ctx ends is
// still reported, as incomplete.
func (p *program) audit(ctx context.Context, ch *choices) error {
	started := time.Now().UTC()
	if ch.history != nil {
		unlock, err := beginHistory(ch)
		if err != nil {
			return err
		}
		defer unlock()
	}
	inv, err := p.collect(ctx, ch.client)
	if err != nil {
		return err
	}
	return p.judge(ctx, ch, &inventory.Snapshot{Tool: "sgaudit " + version(), TakenAt: started, Inventory: inv}, started)
}

// judge audits what was read, as of the day on which it was, and brings the
// report to its targets and into the history. What fails there is told when
// the report is out.
func (p *program) judge(ctx context.Context, ch *choices, s *inventory.Snapshot, started time.Time) error {
	report := p.evaluate(s, ch.audit, ch.exceptions, started)
	if ch.baseline != nil {
		report.Since(ch.baseline)
	}
	if ch.framework != nil {
		report.Controls = ch.framework.Judge(report)
	}
	if ch.firstRun {
		history.First(report)
	}
	report.Finish()
	whole := *report // the history keeps what --min-severity drops
	if ch.minSeverity > findings.Info {
		report.LeaveOut(ch.minSeverity)
	}
	report.Finish()

	err := p.write(report, ch.targets, &material{s.Inventory, &ch.audit.Settings})
	if ch.history != nil {
		err = errors.Join(err, ch.history.Keep(&whole, s))
	}
	p.tellCoverage(report, ctx.Err() != nil)
	p.console.Say("%s in %s", summary(report), time.Since(started).Round(10*time.Millisecond))
	switch {
	case err != nil:
		return err
	case reached(report, ch.failOn, ch.newOnly):
		return status(exitFindings)
	case report.Incomplete():
		return status(exitIncomplete)
	}
	return nil
}

// evaluate makes the report of what was read: what the checks found, with the
// fixes, and without what exceptions accept. Dates, of rules and of exceptions,
// are compared with the day on which it was read.
func (p *program) evaluate(s *inventory.Snapshot, opts audit.Options, exceptions []audit.Exception, started time.Time) *findings.Report {
	report, warnings := judged(s.Inventory, opts.AsOf(s.TakenAt), exceptions)
	report.Tool = findings.Tool{Name: "sgaudit", Version: version()}
	report.StartedAt, report.FinishedAt = started, time.Now().UTC()
	for _, text := range warnings {
		p.console.Warn("%s", text)
	}
	return report
}

// judged audits an inventory and attaches the fixes. Exceptions come before the
// fixes, which leave alone what is accepted.
func judged(inv *inventory.Inventory, opts audit.Options, exceptions []audit.Exception) (report *findings.Report, warnings []string) {
	run := audit.Run(inv, opts)
	warnings = audit.Except(run.Report, exceptions, opts.Settings.Now)
	remedy.Attach(inv, run.Report, run.Proposals, opts.Settings.RulesPerGroup)
	return run.Report, warnings
}

// DecoderVariable makes the SDK decode every answer, for measurements.
const DecoderVariable = "SGAUDIT_SDK_DECODER"

// collect connects, says who it is, and reads.
func (p *program) collect(ctx context.Context, opts awsclient.Options) (*inventory.Inventory, error) {
	return p.collectBy(ctx, opts, (*awsclient.Client).Collect)
}

func (p *program) collectBy(ctx context.Context, opts awsclient.Options, read func(*awsclient.Client, context.Context) (*inventory.Inventory, error)) (*inventory.Inventory, error) {
	opts.Warn = func(text string) { p.console.Warn("%s", text) }
	opts.Debug = func(text string) { p.console.Debug("%s", text) }
	opts.SDKDecoder = os.Getenv(DecoderVariable) != ""
	if p.console.Interactive() {
		opts.MFAToken = func() (string, error) { return p.console.Ask(ctx, "MFA code") }
	}
	var line *console.Progress
	opts.Progress = func(u awsclient.Progress) {
		line.Set("%d/%d regions  %d pages  %d items", u.Done, u.Regions, u.Pages, u.Items)
		p.console.Debug("%s: %s; %d pages, %d items, %d/%d regions", u.Region, u.State, u.Pages, u.Items, u.Done, u.Regions)
	}
	p.console.Debug("connecting")
	client, err := awsclient.Connect(ctx, opts)
	if err != nil {
		return nil, p.interrupted(ctx, err)
	}
	who := client.Caller()
	p.console.Say("reading account %s (partition %s) as %s", who.AccountID, who.Partition, who.ARN)
	line = p.console.StartProgress()
	defer line.End()
	inv, err := read(client, ctx)
	if err != nil && (inv == nil || ctx.Err() == nil) {
		return nil, p.interrupted(ctx, err)
	}
	return inv, nil
}

// interrupted tells Ctrl-C from the errors that it causes.
func (p *program) interrupted(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	p.console.Fail("interrupted before anything was read", "")
	return status(exitIncomplete)
}

// reached reports whether an open finding, or an open new one, is at or above
// the severity.
func reached(report *findings.Report, failOn *findings.Severity, newOnly bool) bool {
	return failOn != nil && slices.ContainsFunc(report.Findings, func(f findings.Finding) bool {
		if newOnly && f.Baseline != findings.New {
			return false
		}
		return f.Status != findings.Suppressed && f.Severity >= *failOn
	})
}

// summary is the run in one line.
func summary(report *findings.Report) string {
	regions, groups := 0, 0
	for _, c := range report.Coverage {
		if c.Status != "skipped" {
			regions++
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
