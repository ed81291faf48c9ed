package cli

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
)

func (p *program) showVerb() *urfave.Command {
	return &urfave.Command{
		Name:      "show",
		Usage:     "convert a saved report to other formats, in full or in part",
		ArgsUsage: "REPORT",
		Description: "REPORT was written by audit -o json=REPORT. AWS is not called, and the findings and their order stay as they are. A page of HTML has no pictures, because a report does not contain the rules. " +
			"A finding is shown if every filter matches; of a repeated filter, one value is enough. Every format counts the findings that are left out. " +
			"Exit codes: 0 written, 2 could not start or finish, 3 written, but the regions that are shown could not be read in full.",
		Flags: append([]urfave.Flag{
			outputFlag(),
			outputDirFlag(),
			choice(&urfave.StringFlag{Name: "min-severity", Category: categoryReport, Usage: "only findings at or above `SEVERITY`"}, "severity", severityWords()...),
			offering(&urfave.StringSliceFlag{Name: "check", Category: categoryReport, Usage: "only this check `ID`; repeatable"}, checkCandidates),
			&urfave.StringSliceFlag{Name: "account", Category: categoryReport, Usage: "only this account `ID`; repeatable"},
			&urfave.StringSliceFlag{Name: "region", Category: categoryReport, Usage: "only this `REGION`; repeatable"},
			choice(&urfave.StringFlag{Name: "status", Category: categoryReport, Usage: "only findings that are `STATUS`: open or suppressed"}, "status", findings.Open, findings.Suppressed),
			&urfave.BoolFlag{Name: "new", Category: categoryReport, Usage: "only findings that are not in the baseline of the report, or have a lower severity there"},
		}, append(partFlags(), tableFlags()...)...),
		Action: p.show,
	}
}

func (p *program) show(c *urfave.Context) error {
	collectOften()
	targets, err := parseTargets(c.StringSlice("output"), c.String("output-dir"))
	minSeverity, wrong := parseSeverity(c, "min-severity")
	table, mistaken := tableOptions(c, targets)
	if err := console.Combine(err, wrong, mistaken, notEmpty(c, "output-dir", "min-severity", "status"), checkChoice(c, "status")); err != nil {
		return err
	}
	if err := noLists(targets, c.Args().First()); err != nil {
		return err
	}
	report, err := p.shownReport(c.Args().First())
	if err != nil {
		return err
	}
	filter, err := readFilter(c, report)
	if err != nil {
		return err
	}
	if minSeverity != nil {
		filter.MinSeverity = *minSeverity
	}
	if len(filter.Words) > 0 || minSeverity != nil {
		report = report.Select(filter)
		if s := report.Selection; filter.Part != nil && len(report.Findings) == 0 && s != nil && s.Findings > 0 {
			p.warnNoFinding(filter.Words)
		}
	}
	if err := p.write(report, targets, table, nil); err != nil {
		return err
	}
	if report.Incomplete() {
		p.tellCoverage(report, false)
		return status(exitIncomplete)
	}
	return nil
}

// warnNoFinding says of a report, which has findings, that none of them is about the part
// that these flags choose.
func (p *program) warnNoFinding(flags []string) {
	p.console.Warn("no finding of the report matches %s: a report contains no groups without findings, so a misspelt name or tag is not noticed", strings.Join(flags, " "))
}

// shownReport reads the report, and warns of what it holds that this version does
// not show.
func (p *program) shownReport(file string) (*findings.Report, error) {
	if report := streamReport(file); report != nil {
		return report, nil
	}
	in, err := readInput(file)
	if err != nil {
		return nil, err
	}
	report, err := in.report()
	if err != nil {
		return nil, err
	}
	if report.Tool.Version != version() && !known(in.text) {
		p.console.Warn("%s was written by sgaudit %s and holds fields that this version does not know: they are left out", in.name, report.Tool.Version)
	}
	return report, nil
}

// known reports whether this version knows every field of a report.
func known(text []byte) bool {
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields()
	return strict.Decode(&findings.Report{}) == nil
}

// readFilter reads the flags that choose findings. A check, an account or a
// region that the report does not hold is a mistake: an empty report would look
// clean.
func readFilter(c *urfave.Context, r *findings.Report) (findings.Filter, error) {
	f := findings.Filter{Status: c.String("status"), New: c.Bool("new")}
	var errs []error
	held := func(flag string, all []string) (given []string) {
		slices.Sort(all)
		all = slices.Compact(all)
		for _, value := range c.StringSlice(flag) {
			if !slices.Contains(all, value) {
				errs = append(errs, console.Within("--"+flag, console.Unknown(flag, value, all)))
			}
			given = append(given, value)
			f.Words = append(f.Words, "--"+flag+" "+value)
		}
		return given
	}
	var checks, accounts, regions []string
	for i := range r.Checks {
		checks = append(checks, r.Checks[i].ID)
	}
	for i := range r.Coverage {
		accounts, regions = append(accounts, r.Coverage[i].AccountID), append(regions, r.Coverage[i].Region)
	}
	for i := range r.Findings {
		checks = append(checks, r.Findings[i].Check)
		accounts, regions = append(accounts, r.Findings[i].AccountID), append(regions, r.Findings[i].Region)
	}
	f.Checks, f.Accounts, f.Regions = held("check", checks), held("account", accounts), held("region", regions)
	chosen, err := readPart(c)
	errs = append(errs, err)
	chosen.filter(&f, chosen.outsideOf(r.Findings))
	if f.Status != "" {
		f.Words = append(f.Words, "--status "+f.Status)
	}
	if f.New {
		f.Words = append(f.Words, "--new")
		if r.Comparison == nil {
			errs = append(errs, console.Usage("sgaudit audit --baseline OLD -o json=REPORT marks what is new", "--new: the report was not compared with a baseline"))
		}
	}
	return f, console.Combine(errs...)
}

// glob matches a whole text: * stands for any text and ? for one character.
func glob(text string) *regexp.Regexp {
	pattern := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(text))
	return regexp.MustCompile("^(?s:" + pattern + ")$")
}
