package cli

import (
	"io"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/history"
	"github.com/sgaudit/sgaudit/output"
)

func (p *program) trendVerb() *urfave.Command {
	return &urfave.Command{
		Name:        "trend",
		Usage:       "show how findings changed over the runs of a history",
		ArgsUsage:   "FOLDER",
		Description: "FOLDER is the folder of audit --history. For each run it prints the open findings by severity, the new and fixed ones since the run before, those that are unknown because something was not read, and the mean and greatest age of open findings; then the findings that were fixed in each month.",
		Flags: []urfave.Flag{
			answerFlag(),
			&urfave.StringFlag{Name: "svg", Category: categoryReport, Usage: "draw the open findings over time into this `FILE`", TakesFile: true},
		},
		Action: func(c *urfave.Context) error {
			if err := console.Combine(checkAnswer(c), notEmpty(c, "svg")); err != nil {
				return err
			}
			files, err := (&history.Folder{Path: c.Args().First()}).Reports()
			if err != nil {
				return err
			}
			if len(files) == 0 {
				return console.Usage("sgaudit audit --history "+c.Args().First()+" keeps runs there", "%s contains no run", c.Args().First())
			}
			t := history.NewTrend()
			for _, file := range files {
				report, err := readPacked(file)
				if err != nil {
					return err
				}
				t.Add(report)
			}
			if file := c.String("svg"); file != "" {
				if err := output.Replace(file, func(w io.Writer) error { return output.Chart(w, t.Points()) }); err != nil {
					return err
				}
			}
			return p.answer(c, t, t.Text(p.console.Width()))
		},
	}
}
