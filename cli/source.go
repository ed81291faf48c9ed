package cli

import (
	"slices"
	"time"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/inventory"
)

// source is where a verb takes an account from: a file that a flag names, the
// embedded account, or the account of the credentials.
type source struct {
	c        *urfave.Context
	flag     string            // names the file; empty: the verb takes none
	client   awsclient.Options // how an account is read
	accounts *accountsChoice   // which accounts are read

	buckets bool // Amazon S3 or Athena is asked beside a file, so that the flags for credentials count

	opened *input // the file, once it was read
}

// newSource reads the flags that say what is read, of which one names a file.
func newSource(c *urfave.Context, flag string) (*source, error) {
	s := &source{c: c, flag: flag}
	var err error
	s.client, err = clientOptions(c)
	errs := []error{err}
	s.client.Throttles = &awsclient.Throttles{}
	s.accounts, err = readAccountsFlags(c, &s.client)
	errs = append(errs, err)
	switch {
	case c.Bool("demo") && (s.accounts.many() || s.client.Role != ""):
		errs = append(errs, console.Usage("drop one of them", "--demo reads one built-in account: flags that choose accounts or roles have no effect"))
	case s.given() && c.Bool("demo"):
		errs = append(errs, console.Usage("drop one of them", "--demo and --%s cannot be used together", flag))
	case flag != "" && !s.given() && c.IsSet(savedAccount):
		errs = append(errs, console.Usage("--expect-account checks the account of the credentials", "--account is the account of saved answers: it needs --%s", flag))
	}
	return s, console.Combine(errs...)
}

// file is the name of the file.
func (s *source) file() string { return s.c.String(s.flag) }

// given reports whether a file takes the place of an account.
func (s *source) given() bool { return s.flag != "" && s.c.IsSet(s.flag) }

// input reads the file once.
func (s *source) input() (in *input, err error) {
	if s.opened == nil {
		s.opened, err = readInput(s.file())
	}
	return s.opened, err
}

// loadInventory returns what a source holds, for every verb that looks at an
// account: a snapshot or saved answers, the embedded account, or that of the
// credentials.
func (p *program) loadInventory(s *source) (*inventory.Snapshot, error) {
	p.regions = s.client.Regions
	if s.given() {
		return p.loadFile(s)
	}
	stop, err := s.serveDemo()
	if err != nil {
		return nil, err
	}
	defer stop()
	taken := time.Now().UTC()
	var inv *inventory.Inventory
	if s.accounts.many() {
		inv, err = p.collectAll(s.c.Context, s)
	} else {
		inv, err = p.collect(s.c.Context, s.client)
	}
	if err != nil {
		return nil, err
	}
	return &inventory.Snapshot{Tool: "sgaudit " + version(), TakenAt: taken, Inventory: inv}, nil
}

// loadFile refuses the flags that mean nothing to what the file holds, a snapshot
// or saved answers, and loads it.
func (p *program) loadFile(s *source) (*inventory.Snapshot, error) {
	in, err := s.input()
	if err != nil {
		return nil, err
	}
	opts := awsclient.SavedOptions{Warn: func(text string) { p.console.Warn("%s", text) }}
	if in.kind == snapshotInput || in.kind == notationInput {
		if err := s.noAccount("region", savedAccount); err != nil {
			return nil, err
		}
	} else {
		regions, err := flagValues(s.c, "region", checkRegion)
		if err := console.Combine(s.noAccount(), err); err != nil {
			return nil, err
		}
		switch opts.Account = s.c.String(savedAccount); {
		case len(regions) > 1:
			return nil, console.Usage("put the answers of each region into a folder ACCOUNT/REGION", "--region is the region of saved answers that do not name it, and several were given")
		case len(regions) == 1:
			opts.Region = regions[0]
		}
	}
	s.opened = nil // the text of a large account is not kept beside its values
	read, err := in.snapshot(opts)
	if err != nil {
		return nil, err
	}
	if who, account := read.Inventory.Caller.AccountID, s.client.ExpectAccount; account != "" && who != account {
		return nil, console.Usage("drop --expect-account, or name the right file", "%s is of account %s, not of %s", s.file(), who, account)
	}
	p.saved = true
	p.console.Say("using the snapshot of account %s taken at %s by %s", read.Inventory.Caller.AccountID, read.TakenAt.Format(time.RFC3339), read.Tool)
	return read, nil
}

// serveDemo points the source at the embedded account where --demo asks for it;
// stop ends it.
func (s *source) serveDemo() (stop func(), err error) {
	if !s.c.Bool("demo") {
		return func() {}, nil
	}
	server, err := serveEstate("demo.sg", estates.Demo(), endpoint.Options{})
	if err != nil {
		return nil, err
	}
	s.client.EndpointURL, s.client.StaticCredentials = server.URL, true
	return func() { _ = server.Close() }, nil
}

// demoFlag is on the verbs that may ask the embedded account instead.
func demoFlag() urfave.Flag {
	return &urfave.BoolFlag{Name: "demo", Usage: "use the built-in demo account: no credentials, no AWS"}
}

// savedAccount is the flag that says of which account saved answers are.
const savedAccount = "account"

// savedFlag is on the verbs that take saved answers in the place of an account.
func savedFlag() urfave.Flag {
	return &urfave.StringFlag{Name: savedAccount, Category: categoryRead, Usage: "the account `ID` of saved answers that do not name it (--region does the same for the region)"}
}

// noAccount refuses the flags that mean nothing beside the file.
func (s *source) noAccount(more ...string) error {
	if !s.buckets {
		return noAccount(s.c, "--"+s.flag, more...)
	}
	names := []string{"exclude-region", "depth", "max-rps", "region-deadline"}
	for _, f := range accountsFlags() {
		if name := f.Names()[0]; !slices.Contains([]string{"role-arn", "external-id", "session-name"}, name) {
			names = append(names, name)
		}
	}
	return refuse(s.c, "--"+s.flag, append(names, more...))
}

// noAccount refuses the flags that mean nothing where no account is read.
func noAccount(c *urfave.Context, because string, more ...string) error {
	names := []string{"profile", "endpoint-url", "exclude-region", "depth", "config-aggregator", "max-rps", "region-deadline"}
	for _, f := range accountsFlags() {
		names = append(names, f.Names()[0])
	}
	return refuse(c, because, append(names, more...))
}

func refuse(c *urfave.Context, because string, names []string) error {
	for _, name := range names {
		if c.IsSet(name) {
			return console.Usage("drop one of them", "%s reads no account, so --%s has no effect", because, name)
		}
	}
	return nil
}
