package cli

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fatih/color"
	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/audit/checks"
	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/cli/config"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/words"
)

func (p *program) explainVerb() *urfave.Command {
	return &urfave.Command{
		Name:      "explain",
		Usage:     "explain a finding, a group, a check, a control, a service or a port",
		ArgsUsage: "WHAT",
		Description: "WHAT is one of these: the id of a finding, or its first characters (prints the verdict with its evidence, and the fix); the id of a security group, of another resource or of an account (its findings); the id of a check (its page); a control like EC2.19 (the checks for it); a service like ssh, or traffic like tcp/22 (the services that use it, and their checks). " +
			"Findings come from the last audit at this terminal, from --input or from --demo.",
		Flags: []urfave.Flag{
			&urfave.StringFlag{Name: "input", Aliases: []string{"from"}, Usage: "take the findings from this `REPORT`, written by audit -o json=REPORT", TakesFile: true},
			demoFlag(),
		},
		Action: p.explain,
	}
}

func (p *program) explain(c *urfave.Context) error {
	what := c.Args().First()
	if err := notEmpty(c, "input"); err != nil {
		return err
	}
	if c.Bool("demo") && c.IsSet("input") {
		return console.Usage("drop one of them", "--demo and --input cannot be used together")
	}
	if config.CheckID(what) == nil {
		return p.explainCheck(what)
	}
	if text, err := explainPort(what); text != "" || err != nil {
		return console.Combine(err, p.console.Print(text))
	}
	if text := cmp.Or(explainControl(what), explainService(what)); text != "" {
		return p.console.Print(text)
	}
	if err := askElsewhere(what); err != nil {
		return err
	}
	if !findingID().MatchString(what) && !resourceID().MatchString(what) && !inventory.IsAccountID(what) {
		if report, err := p.reportIfAny(c); err != nil {
			return err
		} else if ids := groupsNamed(report, what); len(ids) == 1 {
			return p.explainResource(report, ids[0])
		} else if len(ids) > 1 {
			return console.Usage("give one of the ids", "%d groups have the name %s: %s", len(ids), what, words.List(ids, 5))
		}
		if near := words.Nearest(what, checkIDs()); near != "" {
			return console.Usage("did you mean "+near+"?", "unknown check %q", what)
		}
		return console.Usage("give the id of a finding, a resource, an account or a check, a control like EC2.19, a service like ssh, or traffic like tcp/22; sgaudit checks lists the checks, and sgaudit group NAME shows a group by its name", "sgaudit cannot explain %q", what)
	}
	report, err := p.reportOf(c)
	if err != nil {
		return err
	}
	if resourceID().MatchString(what) || inventory.IsAccountID(what) {
		return p.explainResource(report, what)
	}
	f, err := findFinding(report, c.String("input"), what)
	if errors.Is(err, errNoFinding) && len(what) >= 6 && !c.IsSet("input") && !c.Bool("demo") {
		return fmt.Errorf("finding %s is not in the last audit (%s): it may be fixed, or of an earlier report, which --input names", what, report.StartedAt.Local().Format("2 January 2006 at 15:04"))
	}
	if err != nil {
		return err
	}
	return p.console.Print(output.Explain(f))
}

var (
	findingID  = words.Form(`^[0-9a-f]{1,64}$`)
	resourceID = words.Form(`^[a-z]+-[0-9a-f]{5,}$`)
)

// reportOf returns the report of --input or of --demo, or the last one.
func (p *program) reportOf(c *urfave.Context) (*findings.Report, error) {
	switch {
	case c.IsSet("input"):
		return readReport(c.String("input"))
	case c.Bool("demo"):
		return p.demoReport(c)
	}
	return p.readLast()
}

// demoReport audits the embedded account as sgaudit demo does.
func (p *program) demoReport(c *urfave.Context) (*findings.Report, error) {
	started := time.Now().UTC()
	s, err := p.loadInventory(&source{c: c, client: awsclient.Options{Depth: inventory.DepthNetwork}, accounts: &accountsChoice{}})
	if err != nil {
		return nil, err
	}
	conf, err := config.Read("")
	if err != nil {
		return nil, err
	}
	opts, err := conf.Choose(nil, nil)
	if err != nil {
		return nil, err
	}
	report := p.evaluate(s, opts, conf.Exceptions, started)
	report.Finish()
	return report, nil
}

// explainCheck prints what a check is, and its page.
func (p *program) explainCheck(id string) error {
	page, err := checks.Page(id)
	if err != nil {
		return err
	}
	for _, check := range audit.Checks() {
		if check.ID == id {
			page = strings.Replace(page, "\n", "\n\n"+strings.TrimSuffix(about(check), "\n")+"\n", 1)
		}
	}
	return p.console.PrintOwn(plain(page, p.console.Color))
}

// about is a check in three lines: severity, whether it runs, what it reads.
func about(check *audit.Check) string {
	severity := check.Severity.String()
	if check.Exposed {
		severity += ", one level higher where the internet can reach it, one level lower where it cannot"
	}
	runs := "by default"
	if check.OnRequest {
		runs = "only with --check " + check.ID + ", or if the configuration enables it"
	}
	var reads []string
	for _, part := range (inventory.PartGroups | check.Needs).Each() {
		reads = append(reads, part.Operations()...)
	}
	return fmt.Sprintf("Severity: %s\nRuns: %s\nReads: %s\n", severity, runs, strings.Join(reads, ", "))
}

var errNoFinding = errors.New("no finding")

// findFinding returns the one finding of a report with an id that begins so. The name
// of the report's file is empty where it has none.
func findFinding(report *findings.Report, file, id string) (*findings.Finding, error) {
	name := cmp.Or(file, "the report")
	var found []*findings.Finding
	for i := range report.Findings {
		if strings.HasPrefix(report.Findings[i].ID, id) {
			found = append(found, &report.Findings[i])
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("%s has %w %q; its ids are in the table, in the column id of -o csv and the field id of -o json", name, errNoFinding, id)
	case 1:
		return found[0], nil
	}
	return nil, fmt.Errorf("%d findings of %s begin with %q: give more characters of the id", len(found), name, id)
}

// mark is how the line of an example ends that the check reports.
var mark = words.Form(`# <- reported: .*$`)

// legend explains the notation of the examples.
const legend = "    sg-ID NAME     a security group; below it, its inbound (in) and outbound (out) rules\n" +
	"    eni-ID GROUPS  a network interface with its security groups and addresses\n" +
	"    <- reported    marks what the check reports; other lines are not reported\n\n"

// plain turns a page into text for a terminal: headings without their marks,
// bold where colour is wanted, and code indented instead of fenced.
func plain(page string, bold bool) string {
	heading := color.New(color.Bold)
	if bold {
		heading.EnableColor()
	} else {
		heading.DisableColor()
	}
	var out strings.Builder
	code := false
	at := 0
	for line := range strings.Lines(page) {
		at += len(line)
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "```"):
			code = !code
			continue
		case code && line != "":
			line = "    " + mark().ReplaceAllString(line, "<- reported")
		case !code && strings.HasPrefix(line, "#"):
			line = heading.Sprint(strings.TrimLeft(line, "# "))
		}
		out.WriteString(line + "\n")
		if strings.HasSuffix(page[:at], "\n## Example\n") {
			out.WriteString("\n" + strings.TrimSuffix(legend, "\n"))
		}
	}
	return out.String()
}
