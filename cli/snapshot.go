package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/files"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
)

func (p *program) snapshotVerb() *urfave.Command {
	return &urfave.Command{
		Name:  "snapshot",
		Usage: "save what an audit would read, to be audited later with audit --from",
		Description: "The file is JSON, compressed with zstd if its name ends in .zst. It holds all that was read, and what could not be read. " +
			"Exit codes: 0 read in full, 2 could not start or finish, 3 incomplete.",
		Flags: append([]urfave.Flag{
			&urfave.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write this `FILE`; - is standard output", TakesFile: true},
			demoFlag(),
		}, readFlags()...),
		Action: func(c *urfave.Context) error {
			file := c.String("output")
			opts, err := clientOptions(c)
			errs := []error{err}
			switch {
			case file == "":
				errs = append(errs, console.Usage("write sgaudit snapshot -o account.json.zst", "--output is missing: where to write the snapshot"))
			case file != "-":
				if err := writable(file); err != nil {
					errs = append(errs, fmt.Errorf("--output %s: %w", file, err))
				}
			}
			if err := console.Combine(errs...); err != nil {
				return err
			}
			s, err := p.read(c, opts)
			if err != nil {
				return err
			}
			if file == "-" {
				if err := p.console.Stream(s.Save); err != nil {
					return err
				}
			} else if err := output.Replace(file, func(w io.Writer) error {
				if strings.HasSuffix(file, ".zst") {
					return files.Compress(w, s.Save)
				}
				return s.Save(w)
			}); err != nil {
				return err
			}
			return p.conclude(s.Inventory, c.Context.Err() != nil)
		},
	}
}

// fromSnapshot refuses the flags that mean nothing to what the flag names, a
// snapshot or saved answers, and loads it.
func (p *program) fromSnapshot(c *urfave.Context, flag, account string) (*inventory.Snapshot, error) {
	in, err := readInput(c.String(flag))
	if err != nil {
		return nil, err
	}
	return p.fromInput(c, flag, in, account)
}

func (p *program) fromInput(c *urfave.Context, flag string, in *input, account string) (*inventory.Snapshot, error) {
	opts := awsclient.SavedOptions{Warn: func(text string) { p.console.Warn("%s", text) }}
	if in.kind == snapshotInput {
		if err := noAccount(c, "--"+flag, "region", savedAccount); err != nil {
			return nil, err
		}
	} else {
		regions, err := flagValues(c, "region", checkRegion)
		if err := console.Combine(noAccount(c, "--"+flag), err); err != nil {
			return nil, err
		}
		switch opts.Account = c.String(savedAccount); {
		case len(regions) > 1:
			return nil, console.Usage("put the answers of each region into a folder ACCOUNT/REGION", "--region says of which region saved answers are that do not tell it, and several were given")
		case len(regions) == 1:
			opts.Region = regions[0]
		}
	}
	s, err := in.snapshot(opts)
	if err != nil {
		return nil, err
	}
	if who := s.Inventory.Caller.AccountID; account != "" && who != account {
		return nil, console.Usage("drop --expect-account, or name the right file", "%s is of account %s, not of %s", c.String(flag), who, account)
	}
	p.console.Say("using the snapshot of account %s taken at %s by %s", s.Inventory.Caller.AccountID, s.TakenAt.Format(time.RFC3339), s.Tool)
	return s, nil
}

// savedAccount is the flag that says of which account saved answers are.
const savedAccount = "account"

// savedFlag is on the verbs that take saved answers in the place of an account.
func savedFlag() urfave.Flag {
	return &urfave.StringFlag{Name: savedAccount, Category: categoryRead, Usage: "with answers of the AWS CLI that do not tell it: the `ID` of the account that they are of (--region does the same for the region)"}
}

// readOr loads the snapshot that a flag names, or reads the account, or the
// embedded one.
func (p *program) readOr(c *urfave.Context, flag string, opts awsclient.Options) (*inventory.Snapshot, error) {
	switch {
	case !c.IsSet(flag):
		if err := needsSaved(c, flag); err != nil {
			return nil, err
		}
		return p.read(c, opts)
	case c.Bool("demo"):
		return nil, console.Usage("drop one of them", "--demo and --%s both say what is read", flag)
	}
	return p.fromSnapshot(c, flag, opts.ExpectAccount)
}

// needsSaved refuses --account where an account is read.
func needsSaved(c *urfave.Context, flag string) error {
	if c.IsSet(savedAccount) {
		return console.Usage("--expect-account checks whose credentials they are", "--account says of which account saved answers are: it needs --%s", flag)
	}
	return nil
}

// noAccount refuses the flags that mean nothing where no account is read.
func noAccount(c *urfave.Context, because string, more ...string) error {
	for _, name := range append([]string{"profile", "endpoint-url", "exclude-region", "depth", "max-rps", "region-deadline"}, more...) {
		if c.IsSet(name) {
			return console.Usage("drop one of them", "%s reads no account, so --%s has no effect", because, name)
		}
	}
	return nil
}
