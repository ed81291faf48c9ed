package cli

import (
	"fmt"
	"strings"

	"github.com/fatih/color"
	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/audit/checks"
	"github.com/sgaudit/sgaudit/cli/config"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/output"
)

func (p *program) explainVerb() *urfave.Command {
	return &urfave.Command{
		Name:        "explain",
		Usage:       "print the page of a check, or all that a report knows of one finding",
		ArgsUsage:   "ID",
		Description: "ID is a check's, whose page it prints: the policy, why, an example, the fix. With --from it is a finding's, or the beginning of it: printed are the verdict, every step of its evidence, and the fix.",
		Flags: []urfave.Flag{
			&urfave.StringFlag{Name: "from", Usage: "take the finding from this `REPORT`, written by audit -o json=REPORT", TakesFile: true},
		},
		Action: func(c *urfave.Context) error {
			id := c.Args().First()
			if c.IsSet("from") {
				return p.explainFinding(c.String("from"), id)
			}
			if err := config.CheckID(id); err != nil {
				return err
			}
			page, err := checks.Page(id)
			if err != nil {
				return err
			}
			return p.console.PrintOwn(plain(page, p.console.Color))
		},
	}
}

// explainFinding prints one finding of a report, whole.
func (p *program) explainFinding(file, id string) error {
	f, err := findFinding(file, id)
	if err != nil {
		return err
	}
	return p.console.Print(output.Explain(f))
}

// findFinding returns the one finding of a report whose id begins so.
func findFinding(file, id string) (*findings.Finding, error) {
	report, err := readReport(file)
	if err != nil {
		return nil, err
	}
	var found []*findings.Finding
	for i := range report.Findings {
		if strings.HasPrefix(report.Findings[i].ID, id) {
			found = append(found, &report.Findings[i])
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("%s has no finding %q; its ids are in the column id of -o csv and the field id of -o json", file, id)
	case 1:
		return found[0], nil
	}
	return nil, fmt.Errorf("%d findings of %s begin with %q: give more of the id", len(found), file, id)
}

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
	for line := range strings.Lines(page) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "```"):
			code = !code
			continue
		case code && line != "":
			line = "    " + line
		case !code && strings.HasPrefix(line, "#"):
			line = heading.Sprint(strings.TrimLeft(line, "# "))
		}
		out.WriteString(line + "\n")
	}
	return out.String()
}
