package cli

import (
	"fmt"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/cli/config"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/files"
	"github.com/sgaudit/sgaudit/simulate"
)

func (p *program) simulateVerb() *urfave.Command {
	return &urfave.Command{
		Name:      "simulate",
		Usage:     "show what a plan would change, without changing anything: findings, and who gains or loses access",
		ArgsUsage: "PLAN",
		Description: "PLAN is a script of sgaudit fix, or any file with plain lines of aws ec2 authorize-security-group-…, revoke-security-group-…, create-security-group, delete-security-group and modify-network-interface-attribute; - is standard input. " +
			"sgaudit applies it to a copy of what it read. Exit codes: 0 simulated, 1 something loses access or a finding is new (with --exit-code), 2 the plan would fail, 3 the audit is incomplete.",
		Flags: append([]urfave.Flag{
			&urfave.StringFlag{Name: "input", Aliases: []string{"from"}, Category: categoryRead, Usage: "apply the plan to this `SNAPSHOT` instead of an account", TakesFile: true},
			savedFlag(), demoFlag(), answerFlag(), configFlag(),
			&urfave.BoolFlag{Name: "exit-code", Usage: "exit with 1 if an interface loses access to another, or a finding is new"},
		}, readFlags()...),
		Action: p.simulate,
	}
}

func (p *program) simulate(c *urfave.Context) error {
	if err := checkAnswer(c); err != nil {
		return err
	}
	lines, err := p.readPlan(c.Args().First())
	if err != nil {
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
	src, err := newSource(c, "input")
	if err != nil {
		return err
	}
	read, err := p.loadInventory(src)
	if err != nil {
		return err
	}
	s, err := simulate.Run(read, lines, opts)
	if err != nil {
		return &console.Failure{Message: "the plan would fail:\n" + strings.Join(console.Lines(err), "\n"), Hint: "if the groups changed since, audit again and create a new plan"}
	}
	if err := p.answer(c, s, s.Text()); err != nil {
		return err
	}
	if c.Bool("exit-code") && len(s.Lost)+len(s.New) > 0 {
		return status(exitFindings)
	}
	return p.conclude(read.Inventory, c.Context.Err() != nil)
}

// readPlan reads the changes of a file, or of standard input.
func (p *program) readPlan(file string) ([]change.Line, error) {
	var text []byte
	var err error
	if file == "-" {
		text, err = files.Text(p.stdin, files.Most)
	} else {
		text, err = files.Read(file, files.Most)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the plan: %w", err)
	}
	lines, err := change.ParseScript(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(lines) == 0 {
		return nil, console.Usage("a change looks like aws ec2 revoke-security-group-ingress --region us-east-1 --group-id sg-… --security-group-rule-ids sgr-…", "%s contains no change of a security group", file)
	}
	return lines, nil
}
