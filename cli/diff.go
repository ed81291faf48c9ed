package cli

import (
	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/config"
	"github.com/sgaudit/sgaudit/drift"
	"github.com/sgaudit/sgaudit/inventory"
)

func (p *program) diffVerb() *urfave.Command {
	return &urfave.Command{
		Name:      "diff",
		Usage:     "compare two snapshots: changed rules, new and removed exposure, new and fixed findings",
		ArgsUsage: "OLD NEW",
		Description: "Both are files of sgaudit snapshot. Exit codes: 0 compared, 1 changed (with --exit-code), 2 a file could not be read, " +
			"3 a part of a region is in one of them only, so its changes are unknown.",
		Flags: []urfave.Flag{
			answerFlag("markdown"),
			configFlag(),
			&urfave.BoolFlag{Name: "exit-code", Usage: "exit with 1 if anything changed"},
		},
		Action: func(c *urfave.Context) error {
			if err := checkAnswer(c); err != nil {
				return err
			}
			conf, err := config.Read(c.String("config"))
			if err != nil {
				return err
			}
			opts, err := conf.Choose(nil, nil)
			if err != nil {
				return err
			}
			var both [2]*inventory.Snapshot
			for i := range both {
				if both[i], err = p.loadSnapshot(c.Args().Get(i)); err != nil {
					return err
				}
			}
			d := drift.Compare(both[0], both[1], opts, conf.Exceptions...)
			text := d.Text()
			if c.String("output") == "markdown" {
				text = d.Markdown()
			}
			if err := p.answer(c, d, text); err != nil {
				return err
			}
			switch {
			case c.Bool("exit-code") && len(d.Changes) > 0:
				return status(exitFindings)
			case len(d.Unread) > 0:
				return status(exitIncomplete)
			}
			return nil
		},
	}
}
