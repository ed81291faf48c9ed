package cli

import (
	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
)

func (p *program) mergeVerb() *urfave.Command {
	return &urfave.Command{
		Name:      "merge",
		Usage:     "make one report of the saved reports of several accounts or regions",
		ArgsUsage: "REPORT...",
		Description: "Each REPORT was written by audit -o json=REPORT. AWS is not called, and nothing is judged anew. A region of an account may be in one report alone. " +
			"Exit codes: 0 written, 2 could not start or finish, 3 written, but some region could not be read in full.",
		Flags:  append([]urfave.Flag{outputFlag(), outputDirFlag()}, tableFlags()...),
		Action: p.merge,
	}
}

func (p *program) merge(c *urfave.Context) error {
	collectOften()
	files := c.Args().Slice()
	targets, err := parseTargets(c.StringSlice("output"), c.String("output-dir"))
	table, wrong := tableOptions(c)
	errs := []error{err, wrong, notEmpty(c, "output-dir"), noLists(targets, "that merge makes")}
	for _, file := range files {
		errs = append(errs, notInput(filesOf(targets), file))
	}
	if err := console.Combine(errs...); err != nil {
		return err
	}
	var reports []*findings.Report
	for _, file := range files {
		r, err := readReport(file)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		reports = append(reports, r)
	}
	if err := console.Combine(errs...); err != nil {
		return err
	}
	report, err := findings.Merge(reports, files)
	if err != nil {
		return console.Usage("", "%s", err)
	}
	report.Tool = findings.Tool{Name: "sgaudit", Version: version()}
	if err := p.write(report, targets, table, nil); err != nil {
		return err
	}
	if report.Incomplete() {
		p.tellCoverage(report, false)
		return status(exitIncomplete)
	}
	return nil
}
