// Package cli is the command line: one file per verb, the shared flags, the
// configuration file and the exit codes. It is the only
// package that sees all the others; nothing imports it but main.
//
// Standard output has the report alone. Everything that the program says
// about itself goes to standard error, through package console.
package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	urfave "github.com/urfave/cli/v2"

	_ "github.com/sgaudit/sgaudit/audit/checks" // declares the checks
	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/words"
)

// status is how a run ended that has already reported all there is to report.
type status int

func (s status) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// program is one run of the command line.
type program struct {
	stdin, stderr *os.File
	console       *console.Console
	retryDelay    time.Duration        // of awsclient.Options; tests shorten it
	regions       []string             // that --region names
	saved         bool                 // the account is read from a file
	demoAccount   *inventory.Inventory // the embedded account, once explain has read it
	madeUp        []string             // the flags that name the made-up account of the last report, once it was read
}

func newProgram(stdin, stdout, stderr *os.File) *program {
	c := console.New(stdin, stdout, stderr)
	c.Wrap = output.Fit
	return &program{stdin: stdin, stderr: stderr, console: c}
}

// Run is the whole program: it parses the arguments, of which the first is
// the program's name, runs the verb and returns the exit code. When ctx ends,
// a running audit stops reading, reports what it has and counts as incomplete.
func Run(ctx context.Context, args []string, stdin, stdout, stderr *os.File) int {
	delayCollector()
	return newProgram(stdin, stdout, stderr).exitCode(ctx, args)
}

// exitCode runs the verb, prints what ended it, and returns the exit code.
func (p *program) exitCode(ctx context.Context, args []string) int {
	err := p.run(ctx, args)
	var (
		ended  status
		failed *console.Failure
		setup  *awsclient.SetupError
	)
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &ended):
		return int(ended)
	case errors.As(err, &failed):
		p.console.Fail(failed.Message, failed.Hint)
	case errors.As(err, &setup):
		p.console.Fail(words.Plain(setup.Message), words.Plain(setup.Hint))
	default:
		p.console.Fail(strings.Join(console.Lines(err), "\n"), "")
	}
	return exitFailed
}

func (p *program) run(ctx context.Context, args []string) error {
	app := p.app()
	app.Setup()
	if len(args) > 1 && args[1] == completeVerb {
		return p.complete(app.Commands, args[2:])
	}
	line, err := arrange(app.Commands, args[1:])
	if err != nil {
		return err
	}
	var help bytes.Buffer // the library drops the errors of its writes
	app.Writer = &help
	err = app.RunContext(ctx, append([]string{app.Name}, line...))
	return errors.Join(err, p.console.Print(output.FitHelp(help.String(), p.console.Width())))
}

// app builds the command line anew, because urfave keeps the values of one
// run inside it. The library parses flags and prints help; everything that it
// would print or exit on by itself is taken from it: arrange has refused what
// it does not know before, and the exit codes are ours.
func (p *program) app() *urfave.App {
	app := &urfave.App{
		Name:  "sgaudit",
		Usage: "audit the security groups of live AWS accounts; it only reads",
		UsageText: "sgaudit audit [flags]          audit the account of the current credentials\n" +
			"sgaudit demo                   audit an embedded account: no credentials, no AWS\n" +
			"sgaudit help VERB              the flags of a verb",
		Version:                   version(),
		ErrWriter:                 p.stderr,
		DisableSliceFlagSeparator: true, // a file name may hold a comma
		ExitErrHandler:            func(*urfave.Context, error) {},
		Commands: []*urfave.Command{
			p.auditVerb(), p.demoVerb(), p.snapshotVerb(), p.diffVerb(), p.showVerb(), p.mergeVerb(), p.planShardsVerb(), p.ddlVerb(),
			p.rulesVerb(), p.groupVerb(), p.interfacesVerb(), p.graphVerb(), p.fixVerb(), p.simulateVerb(), p.usageVerb(), p.exceptVerb(), p.trendVerb(), p.checksVerb(), p.explainVerb(), p.reachVerb(), p.doctorVerb(), p.configVerb(), p.policyVerb(), p.completionVerb(), p.versionVerb(),
		},
	}
	showExamples(app.Commands)
	for _, verb := range app.Commands {
		verb.HideHelpCommand = true
		verb.Flags = append(verb.Flags, consoleFlags()...)
		verb.OnUsageError = func(_ *urfave.Context, err error, _ bool) error {
			return console.Usage("sgaudit help "+verb.Name+" lists its flags", "%s", err)
		}
		action := verb.Action
		verb.Action = func(c *urfave.Context) error {
			if err := p.configureConsole(c); err != nil {
				return err
			}
			if err := keepInputs(c); err != nil {
				return err
			}
			return action(c)
		}
	}
	return app
}
