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
		Flags: append([]urfave.Flag{
			&urfave.StringFlag{Name: "input", Aliases: []string{"from"}, Usage: "take the findings from this `REPORT`, written by audit -o json=REPORT", TakesFile: true},
			demoFlag(),
		}, explainDemoFlags()...),
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
	if _, err := parseDepth(c.String("depth")); err != nil {
		return err
	}
	if flags := flagsOf(c, explainDemoFlags()); !c.Bool("demo") && len(flags) > 0 {
		return console.Usage("drop it, or add --demo", "%s says how the demo account is audited, and has no effect without --demo", flags[0])
	}
	if config.CheckID(what) == nil {
		return p.explainCheck(what)
	}
	if text, err := explainTerm(what, c.Bool("demo")); text != "" || err != nil {
		return console.Combine(err, p.console.Print(output.Fit(text, p.console.Width())))
	}
	if err := askElsewhere(what, p.sourceNamed(c)); err != nil {
		return err
	}
	if !findingID().MatchString(what) && !resourceID().MatchString(what) && !inventory.IsAccountID(what) {
		if report, err := p.reportIfAny(c); err != nil {
			return err
		} else if ids := groupsNamed(report, what); len(ids) == 1 {
			return p.explainResource(c, report, ids[0])
		} else if len(ids) > 1 {
			return console.Usage("give one of the ids", "%d groups have the name %s: %s", len(ids), what, words.List(ids, 5))
		}
		if near := words.Nearest(what, checkIDs()); near != "" {
			return console.Usage("did you mean "+near+"?", "unknown check %q", what)
		}
		if len(what) >= 6 && len(what) <= 64 && lettersAndDigits().MatchString(what) {
			return console.Usage("the id of a finding has only the characters 0-9 and a-f; copy it from the table, from the column id of -o csv, or from the field id of -o json", "there is no finding %q", what)
		}
		return console.Usage("give the id of a finding, a resource, an account or a check, a control like EC2.19, a service like ssh, or traffic like tcp/22; sgaudit checks lists the checks, and sgaudit group NAME shows a group by its name", "sgaudit cannot explain %q", what)
	}
	report, err := p.reportOf(c, explained(c))
	if err != nil {
		return err
	}
	if resourceID().MatchString(what) || inventory.IsAccountID(what) {
		return p.explainResource(c, report, what)
	}
	return p.explainFinding(c, report, what)
}

// explainFinding prints what a report knows of the finding with an id that begins so.
func (p *program) explainFinding(c *urfave.Context, report *findings.Report, what string) error {
	f, err := findFinding(report, c.String("input"), what)
	if errors.Is(err, errNoFinding) && len(what) >= 6 && !c.IsSet("input") && !c.Bool("demo") {
		return fmt.Errorf("finding %s is not in the last audit (%s): it may be fixed, or it is in an older report: name that with --input FILE", what, report.StartedAt.Local().Format("2 January 2006 at 15:04"))
	}
	if errors.Is(err, errNoFinding) && c.Bool("demo") && c.String("depth") != string(inventory.DepthServices) {
		return console.Usage("add --depth services for what only that depth finds", "at depth %s the demo account has no finding %q", c.String("depth"), what)
	}
	if err != nil {
		return err
	}
	f = p.withLosses(f)
	return p.console.Print(output.Fit(p.withSource(c, output.Explain(f, audit.SeverityWords(f))), p.console.Width()))
}

// explainTerm explains traffic, a control or a service. It returns nothing for another word.
func explainTerm(what string, demo bool) (string, error) {
	source := ""
	if demo {
		source = " --demo"
	}
	text, err := explainPort(what, source)
	if text != "" || err != nil {
		return text, err
	}
	return cmp.Or(explainControl(what), explainService(what, source)), nil
}

var (
	findingID        = words.Form(`^[0-9a-f]{1,64}$`)
	lettersAndDigits = words.Form(`^[0-9a-z]*$`)
	resourceID       = words.Form(`^[a-z]+-[0-9a-f]{5,}$`)
)

// demoChoice says how the demo account is read and judged.
type demoChoice struct {
	depth  inventory.Depth
	config string // a file; empty: without one
}

// explained says how explain reads the demo account.
func explained(c *urfave.Context) demoChoice {
	return demoChoice{inventory.Depth(c.String("depth")), c.String("config")}
}

// reportOf returns the report of --input or of --demo, or the last one.
func (p *program) reportOf(c *urfave.Context, demo demoChoice) (*findings.Report, error) {
	switch {
	case c.IsSet("input"):
		return readReport(c.String("input"))
	case c.Bool("demo"):
		return p.demoReport(c, demo)
	}
	return p.readLast()
}

// explainDemoFlags are the flags that say how explain audits the demo account.
func explainDemoFlags() []urfave.Flag {
	return []urfave.Flag{
		choice(&urfave.StringFlag{Name: "depth", Value: string(inventory.DepthNetwork), Usage: "with --demo: read the demo account at this `DEPTH`, as sgaudit demo --depth does"}, "depth", depthWords()...),
		configFlag(),
	}
}

// demoReport audits the embedded account as sgaudit demo does.
func (p *program) demoReport(c *urfave.Context, demo demoChoice) (*findings.Report, error) {
	started := time.Now().UTC()
	s, err := p.loadInventory(&source{c: c, client: awsclient.Options{Depth: demo.depth}, accounts: &accountsChoice{}})
	if err != nil {
		return nil, err
	}
	p.demoAccount = s.Inventory
	conf, err := config.Read(demo.config)
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
			facts := strings.TrimSuffix(about(check), "\n")
			if strings.Contains(page, "\nSeverity: ") { // of each kind of its findings
				_, facts, _ = strings.Cut(facts, "\n")
			}
			page = strings.Replace(page, "\n", "\n\n"+facts+"\n", 1)
		}
	}
	return p.console.PrintOwn(fitPage(plain(page, p.console.Color), p.console.Width()))
}

// about is a check in three lines: severity, whether it runs, what it reads.
func about(check *audit.Check) string {
	severity := check.Severity.String()
	if check.Exposed {
		severity += ", one step higher where the internet can reach it, one step lower where it cannot, at most medium where the group is not attached"
	} else {
		severity += ", whether the internet can reach it or not"
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
var mark = words.Form(`# (<- reported(?: as [a-z]+)?): .*$`)

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
			line = "    " + mark().ReplaceAllString(line, "$1")
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
