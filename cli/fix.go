package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/cli/config"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/remedy"
	"github.com/sgaudit/sgaudit/words"
)

var planFormats = map[string]func(*change.Document) (string, error){
	"sh": (*change.Document).Shell, "terraform": (*change.Document).Terraform, "markdown": (*change.Document).Markdown,
}

var planFormatNames = []string{"sh", "terraform", "markdown"}

func (p *program) fixVerb() *urfave.Command {
	return &urfave.Command{
		Name:  "fix",
		Usage: "write a plan of changes that fix the findings, for you to read and run",
		Description: "The plan first adds rules, then revokes rules, then deletes groups. Each step names its findings, how it was checked, and how to undo it. --group, --vpc and --tag limit the plan to your own groups. " +
			"Deletions are comments unless --with-deletes is given, the most certain first; those of groups that a stack manages, or that something unread may use, stay comments: only a complete run at --depth services searches everything that may use a group. A plan is for one account: with several accounts, --output plan.sh writes plan.ACCOUNT.sh for each. " +
			"sgaudit itself changes nothing. Exit codes: 0 written, 2 could not start or finish, 3 written, but the audit was incomplete.",
		Flags: append([]urfave.Flag{
			&urfave.StringFlag{Name: "input", Aliases: []string{"from"}, Category: categoryRead, Usage: "take the findings from this `FILE`, a report of -o json or a snapshot, instead of an account", TakesFile: true},
			savedFlag(),
			demoFlag(),
			&urfave.StringSliceFlag{Name: "finding", Category: categoryReport, Usage: "only this finding `ID`, or all that begin with it; repeatable"},
			offering(&urfave.StringSliceFlag{Name: "check", Category: categoryReport, Usage: "only findings of this check `ID`; repeatable"}, checkCandidates),
			offering(&urfave.StringSliceFlag{Name: "skip-check", Category: categoryReport, Usage: "no findings of this check `ID`; repeatable"}, checkCandidates),
			choice(&urfave.StringFlag{Name: "min-severity", Category: categoryReport, Usage: "only findings at or above `SEVERITY`"}, "severity", severityWords()...),
			offering(&urfave.StringSliceFlag{Name: "output", Aliases: []string{"o"}, Category: categoryReport, Usage: "write `FORMAT[=FILE]`, repeatable: " + strings.Join(planFormatNames, ", ") + " (default: sh on standard output); a FILE alone, as in -o plan.sh, is written as sh"},
				func() []candidate { return plainCandidates(planFormatNames...) }),
			choice(&urfave.StringFlag{Name: "format", Value: "sh", Hidden: true, Category: categoryReport, Usage: "write `FORMAT`: " + strings.Join(planFormatNames, ", ")}, "format", planFormatNames...),
			&urfave.BoolFlag{Name: "with-deletes", Category: categoryReport, Usage: "delete unused groups in the plan, where a complete run at --depth services found no user of them; ask their owners first"},
			usageFlag(),
			configFlag(),
		}, append(partFlags(), readFlags()...)...),
		Action: p.fix,
	}
}

func (p *program) fix(c *urfave.Context) error {
	var errs []error
	try := func(err error) { errs = append(errs, err) }
	try(notEmpty(c, "input", "format", "min-severity", "config"))
	targets, err := planTargets(c)
	try(err)
	only, err := flagValues(c, "check", config.CheckID)
	try(err)
	skip, err := flagValues(c, "skip-check", config.CheckID)
	try(err)
	least, err := parseSeverity(c, "min-severity")
	try(err)
	chosenPart, err := readPart(c)
	try(err)
	wanted := planFilter{ids: c.StringSlice("finding"), checks: only, skip: skip, least: cmp.Or(least, new(findings.Severity)), part: chosenPart}
	src, err := newSource(c, "input")
	try(err)
	if err := console.Combine(errs...); err != nil {
		return err
	}
	report, judge, err := p.findings(c, src, only)
	if err != nil {
		return err
	}
	if judge != nil {
		if err := p.someGroup(judge.Inventory, wanted.part); err != nil {
			return err
		}
	}
	chosen, err := wanted.choose(report)
	if err != nil {
		return err
	}
	if about := func(f findings.Finding) bool { return wanted.part.hasFinding(&f) }; judge == nil && len(report.Findings) > 0 && !slices.ContainsFunc(report.Findings, about) {
		p.warnNoFinding(wanted.part.words)
	}
	plan, err := makePlan(report, chosen, wanted, judge, c.Bool("with-deletes"))
	if err != nil {
		return fmt.Errorf("planning: %w", err)
	}
	var script, simulation string // of a script that was written for one account
	for _, t := range targets {
		plan.Called = calls(c, judge != nil, targets, t, len(plan.Documents()) > 1)
		docs := plan.Documents()
		p.nameSource(c, judge != nil, docs)
		if err := p.writePlan(docs, t.format, t.file); err != nil {
			return err
		}
		if t.format == "sh" && t.file != "" && t.file != "-" && len(docs) == 1 {
			script, simulation = docs[0].Script, docs[0].Simulate
		}
	}
	inPlan := slices.ContainsFunc(targets, func(t planTarget) bool { return t.format != "terraform" })
	p.console.Say("%s%s", summedUp(plan, c.Bool("with-deletes")), worstLeft(plan.Left, findings.Digits(report.Findings), inPlan))
	if script != "" && plan.Changes() > 0 {
		p.console.Say("next: %ssh %[2]s --dry-run, then sh %[2]s", after(judge != nil, simulation), change.Quote(script))
	}
	if report.Incomplete() {
		p.tellCoverage(report, c.Context.Err() != nil)
	}
	if report.Incomplete() || judge != nil && judge.lost {
		return status(exitIncomplete)
	}
	return nil
}

// worstLeft names the most severe of the findings that need a manual decision, and says
// where they are, unless only Terraform was written, which does not list them.
func worstLeft(left []*findings.Finding, digits int, inPlan bool) string {
	if len(left) == 0 {
		return ""
	}
	worst := slices.MaxFunc(left, func(a, b *findings.Finding) int { return cmp.Compare(a.Severity, b.Severity) })
	count := 0
	for _, f := range left {
		if f.Severity == worst.Severity {
			count++
		}
	}
	text := fmt.Sprintf(": %s %s (%s)", worst.Short(digits), words.Plain(worst.Subject()), worst.Severity)
	if len(left) > 1 {
		text = fmt.Sprintf(", %d of them %s: %s %s", count, worst.Severity, worst.Short(digits), words.Plain(worst.Subject()))
		if count > 1 {
			text += fmt.Sprintf(" and %d more", count-1)
		}
	}
	switch {
	case !inPlan:
	case len(left) == 1:
		text += "; it is at the end of the plan"
	default:
		text += "; they are at the end of the plan"
	}
	return text
}

// judge is what findings were made of: an inventory, and how it was judged.
type judge struct {
	*inventory.Inventory
	again remedy.Audit
	lost  bool // records of flow logs are missing
}

// makePlan makes the plan of the chosen findings, and proves it where an
// inventory is there to prove it on: a report holds none.
func makePlan(report *findings.Report, chosen []*findings.Finding, wanted planFilter, on *judge, withDeletes bool) (*remedy.Plan, error) {
	if on == nil {
		return remedy.NewPlan(report, chosen, withDeletes)
	}
	choose := func(r *findings.Report) []*findings.Finding {
		list, _ := wanted.choose(r) // some of those may be gone
		return list
	}
	return remedy.Resolve(on.Inventory, report, choose, on.again, withDeletes)
}

// planFilter chooses the findings of a plan.
type planFilter struct {
	ids    []string // or the beginnings of them; none: every finding
	checks []string // none: every check
	skip   []string // checks
	least  *findings.Severity
	part   *part
}

// findings takes the report that --input names, or audits the snapshot that it
// names, or the account; then it also returns what can be judged again.
func (p *program) findings(c *urfave.Context, src *source, only []string) (*findings.Report, *judge, error) {
	if src.given() {
		in, err := src.input()
		switch {
		case err != nil:
			return nil, nil, err
		case in.kind == reportInput:
			if err := noAccount(c, "--input", "region", savedAccount, "usage"); err != nil {
				return nil, nil, err
			}
			report, err := in.report()
			return report, nil, err
		}
	}
	started := time.Now().UTC()
	s, err := p.loadInventory(src)
	if err != nil {
		return nil, nil, err
	}
	conf, err := config.Read(c.String("config"))
	if err != nil {
		return nil, nil, err
	}
	opts, err := conf.Choose(only, nil)
	if err != nil {
		return nil, nil, err
	}
	if opts.Settings.Usage, err = p.judgeUsage(c.Context, s.Inventory, c.StringSlice("usage")); err != nil {
		return nil, nil, err
	}
	report := p.evaluate(s, opts, conf.Exceptions, started)
	report.Finish()
	again := func(inv *inventory.Inventory) *findings.Report {
		r, _ := judged(inv, opts.AsOf(s.TakenAt), conf.Exceptions)
		return r
	}
	return report, &judge{s.Inventory, again, flowLogsLost(&opts.Settings)}, nil
}

// choose returns the open findings that are asked for: every id must lead to one.
func (w planFilter) choose(report *findings.Report) ([]*findings.Finding, error) {
	var chosen []*findings.Finding
	used := make([]bool, len(w.ids))
	for i := range report.Findings {
		f := &report.Findings[i]
		wanted := len(w.ids) == 0
		for k, id := range w.ids {
			if id != "" && strings.HasPrefix(f.ID, id) {
				used[k], wanted = true, true
			}
		}
		if wanted && f.Status != findings.Suppressed && (len(w.checks) == 0 || slices.Contains(w.checks, f.Check)) &&
			!slices.Contains(w.skip, f.Check) && f.Severity >= *w.least {
			chosen = append(chosen, f)
		}
	}
	var errs []error
	for k, id := range w.ids {
		if !used[k] {
			errs = append(errs, console.Usage("the ids are in the field id of -o json and the column id of -o csv", "--finding %q: no finding has this id", id))
		}
	}
	if len(w.ids) > 0 {
		chosen = withEntries(report, chosen)
	}
	chosen = slices.DeleteFunc(chosen, func(f *findings.Finding) bool { return !w.part.hasFinding(f) })
	return chosen, console.Combine(errs...)
}

// withEntries adds to findings, which were chosen by their ids, the others that the table
// shows with them in one entry, in the order of the report.
func withEntries(report *findings.Report, chosen []*findings.Finding) []*findings.Finding {
	var open []*findings.Finding
	for i := range report.Findings {
		if f := &report.Findings[i]; f.Status != findings.Suppressed {
			open = append(open, f)
		}
	}
	wanted := map[*findings.Finding]bool{}
	for _, e := range findings.Entries(open) {
		if slices.ContainsFunc(e.Findings, func(f *findings.Finding) bool { return slices.Contains(chosen, f) }) {
			for _, f := range e.Findings {
				wanted[f] = true
			}
		}
	}
	return slices.DeleteFunc(open, func(f *findings.Finding) bool { return !wanted[f] })
}
