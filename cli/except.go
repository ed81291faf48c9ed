package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/config"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/words"
)

func (p *program) exceptVerb() *urfave.Command {
	return &urfave.Command{
		Name:      "except",
		Usage:     "add an exception for one finding to the configuration file",
		ArgsUsage: "FINDING",
		Description: "FINDING is the id of a finding in the report, or its first characters. The exception matches exactly this finding: its check, account, region, group, ports and source. " +
			"The rest of the file stays as it is, with comments and order.",
		Flags: []urfave.Flag{
			&urfave.StringFlag{Name: "input", Aliases: []string{"from"}, Usage: "take the finding from this `REPORT`, written by audit -o json=REPORT (default: the last audit at this terminal)", TakesFile: true},
			&urfave.StringFlag{Name: "reason", Usage: "the reason for the exception, in a `SENTENCE`"},
			&urfave.StringFlag{Name: "expires", Usage: "the last `DAY` of the exception, like 2030-01-31 (default: it does not expire)"},
			&urfave.StringFlag{Name: "owner", Usage: "`WHO` is responsible for it"},
			&urfave.StringFlag{Name: "ticket", Usage: "the `TICKET` in which it was decided"},
			configFlag(),
		},
		Action: p.except,
	}
}

func (p *program) except(c *urfave.Context) error {
	name := c.String("config")
	if err := checkExceptFlags(c, name); err != nil {
		return err
	}
	report, err := p.reportOf(c, demoChoice{depth: inventory.DepthNetwork})
	if err != nil {
		return err
	}
	f, err := findFinding(report, c.String("input"), c.Args().First())
	if err != nil {
		return err
	}
	if err := exceptable(f); err != nil {
		return console.Usage("audit the account yourself, and take the finding from that report", "the finding %s cannot be excepted: %s", f.ID, err)
	}
	text, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("reading the configuration: %w", err)
	}
	before, err := config.Parse(name, text)
	if err != nil {
		return err
	}
	for i := range before.Exceptions {
		if x := &before.Exceptions[i]; x.Matches(f) && !x.Expired(time.Now()) {
			return fmt.Errorf("%s:%d: this exception already accepts the finding: %s", name, x.Line, x.Reason)
		}
	}
	day, _ := config.ParseDay(c.String("expires")) // checked above; the zero day is none
	entry := findings.Exception{
		Reason: c.String("reason"), Check: f.Check, Account: f.AccountID, Region: f.Region, Group: f.GroupID,
		Expires: day, Owner: c.String("owner"), Ticket: c.String("ticket"),
	}
	if f.ResourceID != f.GroupID {
		entry.Group, entry.Resource = "", f.ResourceID
	}
	if f.Rule != nil {
		if err := f.Rule.Err(); err != nil {
			return fmt.Errorf("finding %s: %w", f.ID, err)
		}
		entry.Ports, entry.Source = &f.Rule.Traffic, f.Rule.Texts().Source
	}
	now, err := config.AddException(name, text, entry, words.Plain(strings.TrimSpace(f.GroupName+": "+f.Message)))
	if err != nil {
		return err
	}
	if err := output.Replace(name, func(w io.Writer) error { _, err := w.Write(now); return err }); err != nil {
		return err
	}
	p.console.Say("%s: exception added: %s, %s of %s, %s", name, f.Check, f.ResourceID, f.Region, entry.Reason)
	return nil
}

// checkExceptFlags returns all that is wrong with the flags of except. Name is the
// file of the configuration, empty where none is given.
func checkExceptFlags(c *urfave.Context, name string) error {
	var errs []error
	try := func(err error) { errs = append(errs, err) }
	try(notEmpty(c, "input", "reason", "expires", "owner", "ticket"))
	if name == "" {
		try(console.Usage("name it with --config or in $"+configVariable, "no configuration file was given or found"))
	}
	if !c.IsSet("reason") {
		try(console.Usage("", "--reason is missing: the report shows it to its readers"))
	}
	if c.IsSet("expires") && c.String("expires") != "" {
		day, err := config.ParseDay(c.String("expires"))
		if err == nil && (&findings.Exception{Expires: day}).Expired(time.Now()) {
			err = fmt.Errorf("%s is past", c.String("expires"))
		}
		if err != nil {
			try(console.Within("--expires", err))
		}
	}
	return console.Combine(errs...)
}

// exceptable refuses a finding that names something else than one check of one
// group or resource: its report may be a stranger's, and a pattern in it would
// accept other findings too.
func exceptable(f *findings.Finding) error {
	switch {
	case config.CheckID(f.Check) != nil:
		return fmt.Errorf("%q is not the id of a check", f.Check)
	case !inventory.IsAccountID(f.AccountID):
		return fmt.Errorf("%q is not the id of an account", f.AccountID)
	case !inventory.IsRegion(f.Region):
		return fmt.Errorf("%q is not a region", f.Region)
	case f.GroupID != "" && !inventory.IsGroupID(f.GroupID):
		return fmt.Errorf("%q is not the id of a group", f.GroupID)
	case f.GroupID == "" && f.ResourceID == "", words.Plain(f.ResourceID) != f.ResourceID:
		return fmt.Errorf("%q is not the id of a resource", f.ResourceID)
	}
	return nil
}
