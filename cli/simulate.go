package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/cli/config"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/files"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/planned"
	"github.com/sgaudit/sgaudit/simulate"
)

func (p *program) simulateVerb() *urfave.Command {
	return &urfave.Command{
		Name:      "simulate",
		Usage:     "show what a plan would change, without changing anything: findings, and who gains or loses access",
		ArgsUsage: "[PLAN]",
		Description: "PLAN is a script of sgaudit fix, or any file with plain lines of aws ec2 authorize-security-group-…, revoke-security-group-…, create-security-group, delete-security-group and modify-network-interface-attribute; - is standard input. " +
			"In its place --terraform reads a plan of Terraform, and --change-set a change set of CloudFormation. " +
			"sgaudit applies the plan to a copy of what it read. Exit codes: 0 simulated, 1 findings at or above --fail-on, or something loses access or a finding is new (with --exit-code), 2 the plan would fail, 3 the audit is incomplete, something that the plan changes is unknown until it is applied, the flow logs of --flows have no record of what it changes, or it changes network ACLs, routes, gateways or addresses, which --flows does not replay.",
		Flags: append([]urfave.Flag{
			&urfave.StringFlag{Name: "input", Aliases: []string{"from"}, Category: categoryRead, Usage: "apply the plan to this `SNAPSHOT` instead of an account", TakesFile: true},
			&urfave.StringFlag{Name: "terraform", Usage: "apply the Terraform plan of `FILE`, as terraform show -json prints it (- is standard input)", TakesFile: true},
			&urfave.StringFlag{Name: "change-set", Usage: "apply the CloudFormation change set of `FILE`, as aws cloudformation describe-change-set --include-property-values prints it (- is standard input)", TakesFile: true},
			&urfave.StringSliceFlag{Name: "flows", Category: categoryRead, Usage: "also list the connections that the plan would cut by rules, groups and interfaces, of the VPC flow logs at this `PATH`: a file, a folder as Amazon S3 holds them, or a summary of sgaudit usage --save-summary; repeatable", TakesFile: true},
			savedFlag(), demoFlag(), answerFlag("markdown"), configFlag(),
			choice(&urfave.StringFlag{Name: "fail-on", Category: categoryReport, Usage: "exit with 1 if a finding is at or above `SEVERITY` after the plan: " + strings.Join(severityWords(), ", ") + " (default: never)"}, "severity", severityWords()...),
			&urfave.BoolFlag{Name: "new-only", Category: categoryReport, Usage: "with --fail-on: count only findings that the plan brings, of which it raises the severity, or of which the rule opens more interfaces to the internet, or may do so"},
			&urfave.BoolFlag{Name: "exit-code", Usage: "exit with 1 if an interface loses access to another, a connection of --flows would be cut, or a finding is new"},
		}, readFlags()...),
		Action: p.simulate,
	}
}

func (p *program) simulate(c *urfave.Context) error {
	if err := checkAnswer(c); err != nil {
		return err
	}
	failOn, err := parseSeverity(c, "fail-on")
	if err != nil {
		return err
	}
	if c.Bool("new-only") && failOn == nil {
		return console.Usage("", "--new-only needs --fail-on: it says which findings count there")
	}
	run, err := p.readChanges(c)
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
	s, err := run(read, opts, conf.Exceptions)
	if err != nil {
		return err
	}
	cut := 0
	if paths := c.StringSlice("flows"); len(paths) > 0 {
		source, err := usageSource(paths)
		if err != nil {
			return err
		}
		summary, err := p.readFlows(c.Context, read.Inventory, source)
		if err != nil {
			return err
		}
		p.tellNotes(summary)
		s.Replay(read.Inventory, summary)
		cut = s.FlowLogs.Connections()
	}
	text := s.Text()
	if c.String("output") == "markdown" {
		text = s.Markdown()
	}
	if err := p.answer(c, s, text); err != nil {
		return err
	}
	if err := wouldFail(s); err != nil {
		return err
	}
	reaches := failOn != nil && s.Reaches(*failOn, c.Bool("new-only"))
	return p.concludeSimulation(c, read.Inventory, s, reaches || c.Bool("exit-code") && len(s.Lost)+len(s.New)+cut > 0)
}

// concludeSimulation returns the exit code of what was simulated, and says what was not read.
func (p *program) concludeSimulation(c *urfave.Context, inv *inventory.Inventory, s *simulate.Simulation, found bool) error {
	if found {
		return status(exitFindings)
	}
	if err := p.conclude(inv, c.Context.Err() != nil); err != nil {
		return err
	}
	if s.Incomplete() || s.FlowLogs != nil && s.FlowLogs.Incomplete() {
		return status(exitIncomplete)
	}
	return nil
}

// wouldFail returns the failure of a plan of which AWS would refuse something, or nil.
func wouldFail(s *simulate.Simulation) error {
	refused := s.Refused()
	if len(refused) == 0 {
		return nil
	}
	text := "the plan would fail:"
	for i := range refused {
		text += "\n" + refused[i].String()
	}
	return &console.Failure{Message: text, Hint: "correct the plan; if the account changed since it was made, create a new plan"}
}

// simulator applies a plan to a copy of the inventory that was read.
type simulator func(read *inventory.Snapshot, opts audit.Options, exceptions []findings.Exception) (*simulate.Simulation, error)

// readChanges reads the one plan that is given, and returns what carries it out.
func (p *program) readChanges(c *urfave.Context) (simulator, error) {
	given := 0
	for _, is := range []bool{c.Args().Present(), c.IsSet("terraform"), c.IsSet("change-set")} {
		if is {
			given++
		}
	}
	if given != 1 {
		return nil, console.Usage("sgaudit simulate plan.sh, sgaudit simulate --terraform plan.json, or sgaudit simulate --change-set changes.json", "name one plan: a script, --terraform or --change-set")
	}
	if c.Args().Present() {
		lines, err := p.readPlan(c.Context, c.Args().First())
		return func(read *inventory.Snapshot, opts audit.Options, exceptions []findings.Exception) (*simulate.Simulation, error) {
			s, err := simulate.Run(read, lines, opts, exceptions...)
			if err != nil {
				err = &console.Failure{Message: "the plan would fail:\n" + strings.Join(console.Lines(err), "\n"), Hint: "if the groups changed since, audit again and create a new plan"}
			}
			return s, err
		}, err
	}
	file, parse := c.String("terraform"), planned.Terraform
	if c.IsSet("change-set") {
		file, parse = c.String("change-set"), planned.ChangeSet
	}
	text, err := p.readText(c.Context, file, planned.Most)
	if err != nil {
		return nil, err
	}
	plan, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return func(read *inventory.Snapshot, opts audit.Options, exceptions []findings.Exception) (*simulate.Simulation, error) {
		s, err := simulate.RunPlanned(read, plan, opts, exceptions...)
		var other *planned.OtherAccountError
		if errors.As(err, &other) {
			return nil, &console.Failure{Message: file + ": " + other.Error(), Hint: "read the account of the plan"}
		}
		if err != nil {
			err = &console.Failure{Message: file + ": the plan has values that AWS does not know:\n" + strings.Join(console.Lines(err), "\n")}
		}
		return s, err
	}, nil
}

// readText reads a file, or standard input.
func (p *program) readText(ctx context.Context, file string, most int64) (text []byte, err error) {
	if file == "-" {
		text, err = files.Text(p.stdin, most)
	} else {
		text, err = files.ReadContext(ctx, file, most)
	}
	if err != nil {
		return nil, p.interrupted(ctx, fmt.Errorf("reading the plan: %w", err))
	}
	return text, nil
}

// readPlan reads the changes of a file, or of standard input.
func (p *program) readPlan(ctx context.Context, file string) ([]change.Line, error) {
	text, err := p.readText(ctx, file, files.Most)
	if err != nil {
		return nil, err
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
