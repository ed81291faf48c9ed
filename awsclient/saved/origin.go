package saved

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/words"
)

var (
	accountFolder = words.Form(`^[0-9]{12}$`)
	regionFolder  = words.Form(`^[a-z]{2,}(-[a-z]+)+-[0-9]+$`)
	regionInName  = words.Form(`(?:^|[^a-z0-9])((?:us-gov|us-isob?|us-isof|eu-isoe|eusc-de|us|eu|ap|sa|ca|me|af|il|mx|cn)-(?:north|south|east|west|central|northeast|northwest|southeast|southwest)-[0-9]{1,2})(?:[^0-9]|$)`)
	accountInName = words.Form(`(?:^|[^0-9a-z])([0-9]{12})(?:[^0-9a-z]|$)`)
	listName      = words.Form(`pl-[0-9a-z]+`)
	ownARN        = words.Form(`"(?:SecurityGroupArn|SecurityGroupRuleArn|FunctionArn|LoadBalancerArn)"\s*:\s*"arn:(aws[a-z-]*):[a-z0-9]+:([a-z0-9-]+):([0-9]{12}):`)
	ownerOfGroup  = words.Form(`(?i)"OwnerId"\s*:\s*"([0-9]{12})"`)
	accountMember = words.Form(`"AwsAccountId"\s*:\s*"([0-9]{12})"`)
	zoneName      = words.Form(`(?i)"(?:AvailabilityZone|AwsRegion)"\s*:\s*"([a-z]{2,}(?:-[a-z]+)+?-[0-9]+)`)
)

// hints are what answers say of the place that they are of.
type hints struct{ accounts, owners, regions, partitions []string }

func (h *hints) add(text []byte, groups bool) {
	put := func(list *[]string, word []byte) {
		if !slices.Contains(*list, string(word)) {
			*list = append(*list, string(word))
		}
	}
	for _, m := range ownARN().FindAllSubmatch(text, -1) {
		put(&h.partitions, m[1])
		put(&h.regions, m[2])
		put(&h.accounts, m[3])
	}
	for _, m := range zoneName().FindAllSubmatch(text, -1) {
		put(&h.regions, m[1])
	}
	for _, m := range accountMember().FindAllSubmatch(text, -1) {
		put(&h.accounts, m[1])
	}
	if groups {
		for _, m := range ownerOfGroup().FindAllSubmatch(text, -1) {
			put(&h.owners, m[1])
		}
	}
}

func (h *hints) join(o hints) {
	for _, pair := range []struct{ to, from *[]string }{{&h.accounts, &o.accounts}, {&h.owners, &o.owners}, {&h.regions, &o.regions}, {&h.partitions, &o.partitions}} {
		for _, word := range *pair.from {
			if !slices.Contains(*pair.to, word) {
				*pair.to = append(*pair.to, word)
			}
		}
	}
}

const layout = "put the answers of each region into a folder ACCOUNT/REGION, like 123456789012/eu-west-1, or name it with --account and --region"

// place finds out of which account and region the files of a folder are.
func (s *reader) place(folder string, list []*file) error {
	full, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	account, region := namedBy(full)
	var all hints
	for _, f := range list {
		all.join(f.hints)
	}
	partition := ""
	if len(all.partitions) == 1 {
		partition = all.partitions[0]
	}
	// find looks for the account and the region of a file, as far as they are
	// not given.
	find := func(f *file, owner, where string) (string, string, error) {
		if owner == "" {
			if owner, err = s.accountOf(folder, account, f, &all); err != nil {
				return "", "", err
			}
		}
		if where == "" {
			if where, err = s.regionOf(region, f, &all); err != nil {
				return "", "", err
			}
		}
		return owner, where, s.agrees(f, owner, where)
	}
	for _, f := range list {
		if err := s.putRelated(f, find); err != nil {
			return err
		}
		if len(f.answers) == 0 {
			continue
		}
		owner, where, err := find(f, "", "")
		if err != nil {
			return err
		}
		if err := f.put(s.at(owner, where, partition)); err != nil {
			return err
		}
	}
	return nil
}

// putRelated puts the items of AWS Config in a file, and its answers about related
// resources, where each of them belongs; find looks up what they do not name.
func (s *reader) putRelated(f *file, find func(f *file, owner, where string) (string, string, error)) error {
	for _, item := range f.items {
		owner, where, err := find(f, item.account(), item.Region)
		if err != nil {
			return err
		}
		item.put(s.at(owner, where, ""))
	}
	for i := range f.related {
		for _, part := range f.related[i].byPlace() {
			owner, where, err := find(f, part.account, part.region)
			if err != nil {
				return err
			}
			s.at(owner, where, "").add(resultsKey, part.list(), f.related[i].more)
		}
	}
	return nil
}

// namedBy returns the account and the region that folders of a path are named
// for, the innermost of each, empty where none is.
func namedBy(folder string) (account, region string) {
	for _, word := range strings.Split(filepath.ToSlash(folder), "/") {
		if accountFolder().MatchString(word) {
			account = word
		}
		if regionFolder().MatchString(word) {
			region = word
		}
	}
	return account, region
}

// accountOf returns the account of a file's answers: that of its folder, the
// one that the answers of the folder name, that of the file's name, or that of
// the options.
func (s *reader) accountOf(folder, inFolder string, f *file, all *hints) (string, error) {
	accounts := all.accounts
	if len(accounts) == 0 {
		accounts = all.owners
	}
	named := accountInName().FindStringSubmatch(filepath.Base(f.name))
	switch {
	case inFolder != "":
		return inFolder, nil
	case len(accounts) == 1:
		return accounts[0], nil
	case len(accounts) > 1:
		return "", fmt.Errorf("%s: the answers are of the accounts %s: %s", folder, strings.Join(accounts, ", "), layout)
	case named != nil:
		return named[1], nil
	case s.opts.Account != "":
		return s.opts.Account, nil
	}
	return "", fmt.Errorf("%s: no answer names its account: %s", folder, layout)
}

// regionOf returns the region of a file's answers: that of its folder, the one
// that they name, that of the file's name, the only one that other files of the
// folder name, or that of the options.
func (s *reader) regionOf(inFolder string, f *file, all *hints) (string, error) {
	named := regionInName().FindStringSubmatch(filepath.Base(f.name))
	switch {
	case inFolder != "":
		if i := slices.IndexFunc(f.hints.regions, func(told string) bool { return told != inFolder }); i >= 0 {
			return "", fmt.Errorf("%s lies in a folder of %s, but is of %s", f.name, inFolder, f.hints.regions[i])
		}
		return inFolder, nil
	case len(f.hints.regions) == 1:
		return f.hints.regions[0], nil
	case len(f.hints.regions) > 1:
		return "", fmt.Errorf("%s: the answers are of the regions %s: %s", f.name, strings.Join(f.hints.regions, ", "), layout)
	case named != nil:
		return named[1], nil
	case len(all.regions) == 1:
		return all.regions[0], nil
	case s.opts.Region != "":
		return s.opts.Region, nil
	}
	return "", fmt.Errorf("%s: nothing names its region: %s", f.name, layout)
}

// agrees refuses files that belong elsewhere than the options say.
func (s *reader) agrees(f *file, account, region string) error {
	if s.opts.Account != "" && account != s.opts.Account {
		return fmt.Errorf("%s is of account %s, not of %s (--account)", f.name, account, s.opts.Account)
	}
	if s.opts.Region != "" && region != s.opts.Region {
		return fmt.Errorf("%s is of region %s, not of %s (--region)", f.name, region, s.opts.Region)
	}
	return nil
}
