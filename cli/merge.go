package cli

import (
	"slices"
	"time"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/shard"
)

func (p *program) mergeVerb() *urfave.Command {
	return &urfave.Command{
		Name:      "merge",
		Usage:     "make one report of several saved reports, or of the parts of a run on several machines",
		ArgsUsage: "REPORT...",
		Description: "Each REPORT was written by audit -o json=REPORT: nothing is judged anew, and a region of an account may be in one report alone. " +
			"Or each is a part of audit --shard K/N -o part=PART, or a folder of parts: they are judged together, as one run would have done, and shards and accounts without a part are gaps. AWS is not called. " +
			"Exit codes: 0 written, 1 findings of the parts at or above --fail-on, 2 could not start or finish, 3 written, but some region could not be read in full.",
		Flags:  slices.Concat([]urfave.Flag{outputFlag(), outputDirFlag(), waitFlag()}, mergePartFlags(), tableFlags()),
		Action: p.merge,
	}
}

func (p *program) merge(c *urfave.Context) error {
	collectOften()
	if err := noPart(c); err != nil {
		return err
	}
	files := c.Args().Slice()
	longest, folder, err := readWait(c)
	if err != nil {
		return err
	}
	if longest > 0 {
		since := time.Now().Add(-shard.MostApart)
		if err := p.waitForParts(c.Context, folder, since, longest); err != nil {
			if c.Context.Err() != nil {
				return console.Usage("write the same command again to wait on", "interrupted while waiting for the shards: no report was made")
			}
			return err
		}
		return p.mergeParts(c, files, since)
	}
	if slices.ContainsFunc(files, isPart) {
		return p.mergeParts(c, files, time.Time{})
	}
	targets, err := parseTargets(c.StringSlice("output"), c.String("output-dir"))
	table, wrong := tableOptions(c, targets)
	errs := []error{err, wrong, notEmpty(c, "output-dir"), noLists(targets, "that merge makes")}
	_, wrong = parseSeverity(c, "fail-on")
	errs = append(errs, wrong)
	for _, f := range mergePartFlags() {
		if name := f.Names()[0]; c.IsSet(name) {
			errs = append(errs, console.Usage("give it to sgaudit audit, which writes the reports", "--%s has no effect on reports: it is for parts", name))
		}
	}
	if err := console.Combine(errs...); err != nil {
		return err
	}
	var reports []*findings.Report
	for _, file := range files {
		r, err := readPacked(file)
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
