package cli

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/cli/config"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
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
		Description: "The plan first adds rules, then revokes rules, then deletes groups. Each step names its findings, how it was checked, and how to undo it. " +
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
			offering(&urfave.StringSliceFlag{Name: "output", Aliases: []string{"o"}, Category: categoryReport, Usage: "write `FORMAT[=FILE]`, repeatable: " + strings.Join(planFormatNames, ", ") + " (default: sh on standard output); a FILE alone is written in the format of --format"},
				func() []candidate { return plainCandidates(planFormatNames...) }),
			choice(&urfave.StringFlag{Name: "format", Value: "sh", Hidden: true, Category: categoryReport, Usage: "write `FORMAT`: " + strings.Join(planFormatNames, ", ")}, "format", planFormatNames...),
			&urfave.BoolFlag{Name: "with-deletes", Category: categoryReport, Usage: "delete unused groups in the plan, where a complete run at --depth services found no user of them; ask their owners first"},
			usageFlag(),
			configFlag(),
		}, readFlags()...),
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
	wanted := planFilter{ids: c.StringSlice("finding"), checks: only, skip: skip, least: cmp.Or(least, new(findings.Severity))}
	src, err := newSource(c, "input")
	try(err)
	if err := console.Combine(errs...); err != nil {
		return err
	}
	report, judge, err := p.findings(c, src, only)
	if err != nil {
		return err
	}
	chosen, err := wanted.choose(report)
	if err != nil {
		return err
	}
	plan, err := makePlan(report, chosen, wanted, judge, c.Bool("with-deletes"))
	if err != nil {
		return fmt.Errorf("planning: %w", err)
	}
	for _, t := range targets {
		if err := p.writePlan(plan.Documents(), t.format, t.file); err != nil {
			return err
		}
	}
	aside := ""
	if n := len(plan.Aside); n > 0 {
		why := ": see --with-deletes"
		if c.Bool("with-deletes") {
			why = " with the reason"
		}
		aside = fmt.Sprintf("; %s for deletions, written as comments%s", words.Count(n, "change"), why)
	}
	p.console.Say("%s for %s%s; %s for a manual decision", words.Count(plan.Changes(), "change"), words.Count(plan.Findings(), "finding"), aside, words.Count(len(plan.Left), "finding"))
	if report.Incomplete() {
		p.tellCoverage(report, c.Context.Err() != nil)
	}
	if report.Incomplete() || judge != nil && judge.lost {
		return status(exitIncomplete)
	}
	return nil
}

// writePlan writes the documents of a plan: Markdown as one text, and
// scripts as one file for each account, since one set of credentials belongs
// to one account.
func (p *program) writePlan(docs []*change.Document, format, file string) error {
	texts := make([]string, len(docs))
	for i, d := range docs {
		var err error
		if texts[i], err = planFormats[format](d); err != nil {
			return fmt.Errorf("planning: %w", err)
		}
	}
	apart := len(docs) > 1 && format != "markdown"
	switch {
	case file != "" && file != "-" && !apart:
		return replaceText(file, strings.Join(texts, "\n"))
	case file != "" && file != "-":
		for i, d := range docs {
			if !inventory.IsAccountID(d.Account) {
				return fmt.Errorf("planning: a finding is for the account %q, which is not an id of twelve digits", d.Account)
			}
			name := strings.TrimSuffix(file, filepath.Ext(file)) + "." + d.Account + filepath.Ext(file)
			if err := replaceText(name, texts[i]); err != nil {
				return err
			}
			p.console.Say("the plan for account %s is %s", d.Account, name)
		}
		return nil
	case apart:
		return console.Usage("write a file for each account with --output plan.sh, or choose findings of one account with --finding", "the plan would be for %d accounts, but a plan is for one account", len(docs))
	}
	return p.console.Print(strings.Join(texts, "\n"))
}

func replaceText(file, text string) error {
	return output.Replace(file, func(w io.Writer) error { _, err := io.WriteString(w, text); return err })
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
}

// planTarget is one place that a plan goes to; the file is empty or - for
// standard output.
type planTarget struct{ format, file string }

// planTargets reads --output: FORMAT[=FILE], or as before a FILE in the format of
// --format.
func planTargets(c *urfave.Context) (targets []planTarget, err error) {
	var errs []error
	var taken destinations
	values := c.StringSlice("output")
	if len(values) == 0 {
		values = []string{"-"}
	}
	for _, value := range values {
		t := planTarget{c.String("format"), value}
		before, after, given := strings.Cut(value, "=")
		switch {
		case planFormats[before] != nil:
			t = planTarget{before, after}
			if given && after == "" {
				errs = append(errs, console.Usage("", "--output %s: the file's name is missing", value))
				continue
			}
		case value == "":
			errs = append(errs, console.Usage("", "--output is empty"))
			continue
		case planFormats[t.format] == nil:
			errs = append(errs, console.Within("--format", console.Unknown("format", t.format, planFormatNames)))
		}
		if t.file == "-" {
			t.file = ""
		}
		if t.file != "" {
			if err := writable(t.file); err != nil {
				errs = append(errs, fmt.Errorf("--output %s: %w", value, err))
			}
			errs = append(errs, notInput([]string{t.file}, c.String("input")))
		}
		if !taken.claim(t.file) {
			errs = append(errs, console.Usage("give all but one a file of its own, as in -o sh=plan.sh", "--output %s: another plan is written there already", value))
		}
		targets = append(targets, t)
	}
	return targets, console.Combine(errs...)
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
