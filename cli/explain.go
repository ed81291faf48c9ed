package cli

import (
	"strings"

	"github.com/fatih/color"
	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/audit/checks"
)

func (p *program) explainVerb() *urfave.Command {
	return &urfave.Command{
		Name:      "explain",
		Usage:     "print the page of a check: the policy, why, an example, the fix",
		ArgsUsage: "CHECK",
		Action: func(c *urfave.Context) error {
			id := c.Args().First()
			if err := checkID(id); err != nil {
				return err
			}
			page, err := checks.Page(id)
			if err != nil {
				return err
			}
			return p.print(plain(page, p.voice.color))
		},
	}
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
