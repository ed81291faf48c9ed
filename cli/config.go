package cli

import (
	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/config"
	"github.com/sgaudit/sgaudit/cli/console"
)

var configTasks = []string{"check", "show"}

func (p *program) configVerb() *urfave.Command {
	return &urfave.Command{
		Name:      "config",
		Usage:     "check the configuration file, or show the settings that are in effect",
		ArgsUsage: "TASK",
		Description: "TASK is check, which lists every mistake with its line and column and exits with 2 if there is one, " +
			"or show, which prints all settings as a configuration file: those of your file, and the defaults of the rest.",
		Flags: []urfave.Flag{configFlag()},
		Action: func(c *urfave.Context) error {
			name := c.String("config")
			switch task := c.Args().First(); task {
			case "check":
				if name == "" {
					return console.Usage("name it with --config or in $"+configVariable, "no configuration file was given or found")
				}
				if _, err := config.Read(name); err != nil {
					return err
				}
				return p.console.Print(name + ": no mistakes\n")
			case "show":
				settings, err := config.Read(name)
				if err != nil {
					return err
				}
				text, err := settings.Show()
				if err != nil {
					return err
				}
				return p.console.Print(text)
			default:
				return console.Unknown("task", task, configTasks)
			}
		},
	}
}
