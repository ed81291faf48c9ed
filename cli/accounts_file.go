package cli

import (
	"slices"

	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/cli/config"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/words"
)

// ofFile returns the accounts of --accounts-file, and the line that has neither a role
// nor a profile, if there is one: it has to be the account of the credentials. With
// --region, only those of the regions of a line are read that --region names too, and none
// that --exclude-region names; an account that this leaves without a region is left out, and
// said to be.
func (p *program) ofFile(a *accountsChoice, o awsclient.Options) (accounts []awsclient.Account, roleless []config.AccountLine, err error) {
	lines, err := config.ReadAccounts(a.file)
	if err != nil {
		return nil, nil, err
	}
	var errs []error
	var left, excluded []string
	for _, l := range lines {
		one := awsclient.Account{ID: l.ID, Name: l.Name, Profile: l.Profile, Role: l.Role, Regions: l.Regions}
		if one.Role == "" && one.Profile == "" {
			one.Role = a.role
		}
		switch at := awsclient.RoleAccount(one.Role); {
		case one.Role == "" && one.Profile == "":
			roleless = append(roleless, l)
		case one.Role == "":
		case awsclient.CheckRole(one.Role) != nil:
			errs = append(errs, console.Usage("", "%s:%d: %s", a.file, l.Line, awsclient.CheckRole(one.Role)))
		case at != "" && one.ID != "" && at != one.ID:
			errs = append(errs, console.Usage("", "%s:%d: the role is of account %s, and the id is %s", a.file, l.Line, at, one.ID))
		}
		if len(one.Regions) > 0 && len(o.Regions) > 0 {
			one.Regions = slices.DeleteFunc(slices.Clone(one.Regions), func(name string) bool { return !slices.Contains(o.Regions, name) })
			if len(one.Regions) == 0 {
				left = append(left, one.String())
				continue
			}
		}
		if all := one.Regions; len(all) > 0 && !slices.ContainsFunc(all, func(name string) bool { return !slices.Contains(o.ExcludeRegions, name) }) {
			excluded = append(excluded, one.String())
			continue
		}
		accounts = append(accounts, one)
	}
	errs = append(errs, a.checkRoleless(roleless, o.ExpectAccount))
	switch {
	case len(excluded) > 0 && len(accounts) == 0:
		errs = append(errs, console.Usage("drop --exclude-region, or correct the regions in the file", "--exclude-region leaves no region of any account of %s", a.file))
	case len(left) > 0 && len(accounts) == 0:
		errs = append(errs, console.Usage("drop --region, or correct the regions in the file", "no account of %s has a region that --region names", a.file))
	case len(left) > 0:
		p.console.Say("left out, because %s names none of the regions of --region for them: %s", a.file, words.List(left, 4))
	}
	if len(excluded) > 0 && len(accounts) > 0 {
		p.console.Say("left out, because --exclude-region names all the regions that %s has for them: %s", a.file, words.List(excluded, 4))
	}
	return accounts, roleless, console.Combine(errs...)
}

// checkRoleless refuses lines with neither a role nor a profile, but for one: that of the
// account of the credentials, which --expect-account may name.
func (a *accountsChoice) checkRoleless(lines []config.AccountLine, expected string) error {
	var errs []error
	for _, l := range lines {
		switch {
		case expected != "" && l.ID != expected:
			errs = append(errs, a.noWayIn(l, ""))
		case expected == "" && len(lines) > 1:
			errs = append(errs, a.noWayIn(l, "; one line alone may have neither, for the account of the credentials"))
		}
	}
	return console.Combine(errs...)
}

// noWayIn says that nothing leads into the account of a line.
func (a *accountsChoice) noWayIn(l config.AccountLine, more string) error {
	return console.Usage("give --role-name, or write the role or the profile of each account into the file", "%s:%d: account %s has neither a role nor a profile, so that it cannot be read%s", a.file, l.Line, words.Plain(l.ID), more)
}
