package cli

import (
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
		Usage: "write the changes that remove the findings as one plan, to be read and run by you",
		Description: "The plan allows what takes the place of rules first, then revokes, then deletes, by group, with the findings, the proofs and the undo of each step. " +
			"Deletions are written as comments unless --with-deletes is given. A plan is for one account: with several accounts, --output plan.sh writes plan.ACCOUNT.sh for each. " +
			"sgaudit itself changes nothing. Exit codes: 0 written, 2 could not start or finish, 3 written, but the audit was incomplete.",
		Flags: append([]urfave.Flag{
			&urfave.StringFlag{Name: "input", Aliases: []string{"from"}, Category: categoryRead, Usage: "take the findings from this `FILE`, a report of -o json or a snapshot, instead of an account", TakesFile: true},
			savedFlag(),
			demoFlag(),
			&urfave.StringSliceFlag{Name: "finding", Category: categoryReport, Usage: "only this finding `ID`, or all that begin with it; repeatable"},
			offering(&urfave.StringSliceFlag{Name: "check", Category: categoryReport, Usage: "only findings of this check `ID`; repeatable"}, checkCandidates),
			choice(&urfave.StringFlag{Name: "format", Value: "sh", Category: categoryReport, Usage: "write `FORMAT`: " + strings.Join(planFormatNames, ", ")}, "format", planFormatNames...),
			&urfave.StringFlag{Name: "output", Aliases: []string{"o"}, Category: categoryReport, Usage: "write this `FILE` (default: standard output)", TakesFile: true},
			&urfave.BoolFlag{Name: "with-deletes", Category: categoryReport, Usage: "make the deletions of unused groups a part of the plan; ask the owners first"},
			configFlag(),
		}, readFlags()...),
		Action: p.fix,
	}
}

func (p *program) fix(c *urfave.Context) error {
	var errs []error
	try := func(err error) { errs = append(errs, err) }
	try(notEmpty(c, "input", "format", "output", "config"))
	write := planFormats[c.String("format")]
	if write == nil {
		try(console.Within("--format", console.Unknown("format", c.String("format"), planFormatNames)))
	}
	only, err := flagValues(c, "check", config.CheckID)
	try(err)
	if file := c.String("output"); file != "" && file != "-" {
		if err := writable(file); err != nil {
			try(fmt.Errorf("--output %s: %w", file, err))
		}
		try(notInput([]string{file}, c.String("input")))
	}
	src, err := newSource(c, "input")
	try(err)
	if err := console.Combine(errs...); err != nil {
		return err
	}
	report, judge, err := p.findings(c, src, only)
	if err != nil {
		return err
	}
	chosen, err := chooseFindings(report, c.StringSlice("finding"), only)
	if err != nil {
		return err
	}
	plan, err := makePlan(c, report, chosen, only, judge)
	if err != nil {
		return fmt.Errorf("planning: %w", err)
	}
	if err := p.writePlan(plan.Documents(), c.String("format"), c.String("output"), write); err != nil {
		return err
	}
	aside := ""
	if n := len(plan.Aside); n > 0 {
		aside = fmt.Sprintf("; %s for deletions as comments: see --with-deletes", words.Count(n, "change"))
	}
	p.console.Say("%s for %s%s; %s for a manual decision", words.Count(plan.Changes(), "change"), words.Count(plan.Findings(), "finding"), aside, words.Count(len(plan.Left), "finding"))
	if report.Incomplete() {
		p.tellCoverage(report, c.Context.Err() != nil)
		return status(exitIncomplete)
	}
	return nil
}

// writePlan writes the documents of a plan: Markdown as one text, and what is
// to be run as one file for each account, since one set of credentials belongs
// to one account.
func (p *program) writePlan(docs []*change.Document, format, file string, write func(*change.Document) (string, error)) error {
	texts := make([]string, len(docs))
	for i, d := range docs {
		var err error
		if texts[i], err = write(d); err != nil {
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
		return console.Usage("write a file for each account with --output plan.sh, or choose findings of one account with --finding", "the plan is for %d accounts, and one set of credentials belongs to one of them", len(docs))
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
}

// makePlan makes the plan of the chosen findings, and proves it where an
// inventory is there to prove it on: a report holds none.
func makePlan(c *urfave.Context, report *findings.Report, chosen []*findings.Finding, only []string, on *judge) (*remedy.Plan, error) {
	if on == nil {
		return remedy.NewPlan(report, chosen, c.Bool("with-deletes"))
	}
	choose := func(r *findings.Report) []*findings.Finding {
		list, _ := chooseFindings(r, c.StringSlice("finding"), only) // some of those may be gone
		return list
	}
	return remedy.Resolve(on.Inventory, report, choose, on.again, c.Bool("with-deletes"))
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
			if err := noAccount(c, "--input", "region", savedAccount); err != nil {
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
	report := p.evaluate(s, opts, conf.Exceptions, started)
	report.Finish()
	again := func(inv *inventory.Inventory) *findings.Report {
		r, _ := judged(inv, opts.AsOf(s.TakenAt), conf.Exceptions)
		return r
	}
	return report, &judge{s.Inventory, again}, nil
}

// chooseFindings returns the open findings that are asked for: every id must
// lead to one.
func chooseFindings(report *findings.Report, ids, checks []string) ([]*findings.Finding, error) {
	var chosen []*findings.Finding
	used := make([]bool, len(ids))
	for i := range report.Findings {
		f := &report.Findings[i]
		wanted := len(ids) == 0
		for k, id := range ids {
			if id != "" && strings.HasPrefix(f.ID, id) {
				used[k], wanted = true, true
			}
		}
		if wanted && f.Status != findings.Suppressed && (len(checks) == 0 || slices.Contains(checks, f.Check)) {
			chosen = append(chosen, f)
		}
	}
	var errs []error
	for k, id := range ids {
		if !used[k] {
			errs = append(errs, console.Usage("the ids are in the field id of -o json and the column id of -o csv", "--finding %q: there is no such finding", id))
		}
	}
	return chosen, console.Combine(errs...)
}
