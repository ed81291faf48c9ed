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
		Usage:       "tell how the findings of a history came, stayed and went",
		ArgsUsage:   "FOLDER",
		Description: "FOLDER is that of audit --history. Of each run: the open findings by severity, what is new and what was fixed since the run before, the mean age of what is open, and the oldest; then what was fixed in each month.",
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
				return console.Usage("sgaudit audit --history "+c.Args().First()+" keeps runs there", "%s holds no run", c.Args().First())
			}
			t := history.NewTrend()
			for _, file := range files {
				report, err := readReport(file)
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
			return p.answer(c, t, t.Text())
		},
	}
}
