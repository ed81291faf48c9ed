package cli

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/cli/config"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/shard"
)

// accountsFlags choose the accounts of a run, where it is about more than the one of
// the credentials, and how to get into them.
func accountsFlags() []urfave.Flag {
	return []urfave.Flag{
		&urfave.BoolFlag{Name: "org", Category: categoryAccounts, Usage: "read every active account of the AWS organization; needs --role-name"},
		&urfave.StringSliceFlag{Name: "ou", Category: categoryAccounts, Usage: "with --org: only accounts in the organizational unit or root with this `ID`, and below it; repeatable"},
		&urfave.StringSliceFlag{Name: "account-tag", Category: categoryAccounts, Usage: "with --org: only accounts with the tag `KEY=VALUE`; repeatable, all of them"},
		&urfave.StringFlag{Name: "accounts-file", Category: categoryAccounts, Usage: "read the accounts of this `FILE`: CSV or YAML with id, name, role, profile, regions", TakesFile: true},
		&urfave.StringSliceFlag{Name: "include-account", Category: categoryAccounts, Usage: "with --org or --accounts-file: only the account with this `ID`; repeatable"},
		&urfave.StringSliceFlag{Name: "exclude-account", Category: categoryAccounts, Usage: "with --org or --accounts-file: leave out the account with this `ID`; repeatable"},
		&urfave.StringFlag{Name: "role-name", Category: categoryAccounts, Usage: "with --org or --accounts-file: assume the role of this `NAME` in each account but that of the credentials"},
		&urfave.StringFlag{Name: "role-arn", Category: categoryAccounts, Usage: "assume the role with this `ARN` before anything else"},
		&urfave.StringFlag{Name: "external-id", Category: categoryAccounts, Usage: "assume roles with this external `ID`"},
		&urfave.StringFlag{Name: "session-name", Category: categoryAccounts, Usage: "give the role sessions this `NAME`, which CloudTrail records (default: sgaudit- and the time)"},
		&urfave.StringFlag{Name: "parallel", Category: categoryAccounts, Usage: "at most `N` calls under way at once, over all accounts and regions (default for several accounts: 128)"},
	}
}

// accountsChoice is what the flags of accountsFlags say.
type accountsChoice struct {
	org              bool
	chosen           awsclient.Chosen
	profiles         []string // several
	file             string
	include, exclude []string
	role             string

	shard  *shard.Share        // nil: all accounts are read
	listed []awsclient.Account // where shard is set: all of them
}

// many reports whether the run may be about several accounts.
func (a *accountsChoice) many() bool { return a.org || a.file != "" || len(a.profiles) > 0 }

// readAccountsFlags reads the flags that choose accounts, into the options too.
func readAccountsFlags(c *urfave.Context, o *awsclient.Options) (*accountsChoice, error) {
	a := &accountsChoice{org: c.Bool("org"), file: c.String("accounts-file"), role: c.String("role-name")}
	var errs []error
	try := func(err error) { errs = append(errs, err) }
	try(notEmpty(c, "accounts-file", "role-name", "role-arn", "external-id", "session-name", "parallel"))

	profiles := c.StringSlice("profile")
	for _, name := range profiles {
		if name == "" {
			try(console.Usage("", "--profile is empty"))
		}
	}
	switch {
	case len(profiles) == 1:
		o.Profile = profiles[0]
	case len(profiles) > 1:
		a.profiles = profiles
	}
	var err error
	a.chosen.Units, err = flagValues(c, "ou", checkUnit)
	try(err)
	for _, text := range c.StringSlice("account-tag") {
		key, value, both := strings.Cut(text, "=")
		if !both || key == "" {
			try(console.Usage("write it like --account-tag environment=production", "--account-tag %q is not KEY=VALUE", text))
		}
		a.chosen.Tags = append(a.chosen.Tags, inventory.Tag{Key: key, Value: value})
	}
	checkID := func(id string) error {
		if !inventory.IsAccountID(id) {
			return console.Usage("", "%q: an account id has twelve digits", id)
		}
		return nil
	}
	a.include, err = flagValues(c, "include-account", checkID)
	try(err)
	a.exclude, err = flagValues(c, "exclude-account", checkID)
	try(err)
	o.Role, o.ExternalID, o.SessionName = c.String("role-arn"), c.String("external-id"), c.String("session-name")
	if a.role != "" {
		try(checkRoleName(a.role))
	}
	if o.Role != "" && (awsclient.CheckRole(o.Role) != nil || awsclient.RoleAccount(o.Role) == "") {
		try(console.Usage("write it like arn:aws:iam::111122223333:role/NAME", "--role-arn %q is not the ARN of a role", o.Role))
	}
	if o.ExternalID != "" {
		try(within("--external-id", awsclient.CheckExternalID(o.ExternalID)))
	}
	if o.SessionName != "" {
		try(within("--session-name", awsclient.CheckSessionName(o.SessionName)))
	}
	if text := c.String("parallel"); text != "" {
		o.Parallel, err = strconv.Atoi(text)
		if err != nil || o.Parallel < 1 || o.Parallel > 10000 {
			try(console.Usage("", "--parallel %q is not a number from 1 to 10000", text))
		}
	}
	try(a.check(c, o))
	return a, console.Combine(errs...)
}

// checkRoleName refuses what is not the name of a role, perhaps with its path.
func checkRoleName(name string) error {
	if awsclient.RoleAccount(name) != "" {
		return console.Usage("write its name alone: each account has a role of this name", "--role-name %q is an ARN", name)
	}
	return within("--role-name", awsclient.CheckRole(name))
}

// checkUnit refuses what is not the id of an organizational unit or of a root.
func checkUnit(id string) error {
	if !awsclient.IsUnit(id) {
		return console.Usage("write its id, like ou-ab12-cdef3456, or r-ab12 for the root: `aws organizations list-organizational-units-for-parent` shows them", "%q is not the id of an organizational unit or root", id)
	}
	return nil
}

// check refuses flags that contradict each other or have no effect.
func (a *accountsChoice) check(c *urfave.Context, o *awsclient.Options) error {
	var errs []error
	listed := a.org || a.file != ""
	needs := func(name string, there bool, what string) {
		if c.IsSet(name) && !there {
			errs = append(errs, console.Usage("", "--%s has no effect without %s", name, what))
		}
	}
	needs("ou", a.org, "--org")
	needs("account-tag", a.org, "--org")
	needs("include-account", listed, "--org or --accounts-file")
	needs("exclude-account", listed, "--org or --accounts-file")
	needs("role-name", listed, "--org or --accounts-file")
	needs("external-id", listed || o.Role != "", "--role-arn, --org or --accounts-file, which assume roles")
	needs("session-name", listed || o.Role != "", "--role-arn, --org or --accounts-file, which assume roles")
	switch {
	case a.org && a.file != "":
		errs = append(errs, console.Usage("drop one of them", "--org and --accounts-file both say which accounts are read"))
	case listed && len(a.profiles) > 0:
		errs = append(errs, console.Usage("give the one --profile that may assume the roles", "several --profile and --org or --accounts-file both say which accounts are read"))
	case a.org && a.role == "":
		errs = append(errs, console.Usage("write sgaudit audit --org --role-name NAME, with the name of the role that every account has for the audit", "--org needs --role-name"))
	}
	if len(a.profiles) > 0 {
		for i, name := range a.profiles {
			if slices.Contains(a.profiles[:i], name) {
				errs = append(errs, console.Usage("", "--profile %s was given twice", name))
			}
		}
		if o.Role != "" {
			errs = append(errs, console.Usage("name the roles in an --accounts-file", "--role-arn is one role, and several --profile were given"))
		}
		if o.ExpectAccount != "" {
			errs = append(errs, console.Usage("drop one of them", "--expect-account is one account, and several --profile were given"))
		}
	}
	return console.Combine(errs...)
}

// within says which flag an error is about.
func within(flag string, err error) error {
	if err == nil {
		return nil
	}
	return console.Usage("", "%s: %s", flag, err)
}

// noAccounts refuses several accounts in a verb that is about one.
func (a *accountsChoice) noAccounts(verb string) error {
	if !a.many() {
		return nil
	}
	return console.Usage("give one --profile, and --role-arn where a role leads into the account", "sgaudit %s looks at one account: --org, --accounts-file and several --profile have no effect", verb)
}

// list returns the accounts of a run, and the client with the credentials that lead into
// them; nil where each has a profile of its own.
func (p *program) listAccounts(ctx context.Context, a *accountsChoice, o awsclient.Options) ([]awsclient.Account, *awsclient.Client, error) {
	var accounts []awsclient.Account
	for _, name := range a.profiles {
		accounts = append(accounts, awsclient.Account{Name: name, Profile: name})
	}
	if len(accounts) > 0 {
		return accounts, nil, nil
	}
	var roleless []config.AccountLine
	if a.file != "" {
		var err error
		if accounts, roleless, err = p.ofFile(a, o); err != nil {
			return nil, nil, err
		}
	}
	var base *awsclient.Client
	if a.org || slices.ContainsFunc(accounts, func(a awsclient.Account) bool { return a.Profile == "" }) {
		var err error
		if base, err = awsclient.Connect(ctx, o); err != nil {
			return nil, nil, err
		}
		who := base.Caller()
		p.console.Say("credentials of account %s (partition %s): %s", who.AccountID, who.Partition, who.ARN)
		for _, l := range roleless {
			if l.ID != who.AccountID {
				return nil, nil, a.noWayIn(l, "")
			}
		}
	}
	if a.org {
		var err error
		if accounts, err = base.Organization(ctx, a.chosen); err != nil {
			return nil, nil, err
		}
		for i := range accounts {
			accounts[i].Role = a.role
		}
	}
	accounts, err := a.narrow(accounts)
	return accounts, base, err
}

// narrow applies --include-account and --exclude-account. An account that is not
// there is a mistake: it would be thought of as read, or as left out.
func (a *accountsChoice) narrow(accounts []awsclient.Account) ([]awsclient.Account, error) {
	var errs []error
	listed := func(flag string, ids []string) {
		for _, id := range ids {
			if !slices.ContainsFunc(accounts, func(one awsclient.Account) bool { return one.ID == id }) {
				errs = append(errs, console.Usage("", "--%s %s: the account is not among the %d that were listed", flag, id, len(accounts)))
			}
		}
	}
	listed("include-account", a.include)
	listed("exclude-account", a.exclude)
	if err := console.Combine(errs...); err != nil {
		return nil, err
	}
	accounts = slices.DeleteFunc(accounts, func(one awsclient.Account) bool {
		return len(a.include) > 0 && !slices.Contains(a.include, one.ID) || slices.Contains(a.exclude, one.ID)
	})
	if len(accounts) == 0 {
		return nil, errors.New("--include-account and --exclude-account leave no account to read")
	}
	return accounts, nil
}
