package awsclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"golang.org/x/time/rate"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// OrganizationActions are the IAM actions that the list of an organization's
// accounts needs: the first always, the next two to choose organizational units, the
// last to choose by tags.
var OrganizationActions = []string{
	"organizations:ListAccounts", "organizations:ListAccountsForParent", "organizations:ListOrganizationalUnitsForParent", "organizations:ListTagsForResource",
}

// Chosen says which accounts of an organization a run is about. The zero value is
// all of them.
type Chosen struct {
	Units []string        // ids of organizational units or roots: the accounts in them and below
	Tags  []inventory.Tag // all of which an account must have
}

// unitID are the ids of organizational units and roots (AWS Organizations API
// reference, "ListAccountsForParent": ParentId).
var unitID = words.Form(`^(?:r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$`)

// IsUnit reports whether a text is the id of an organizational unit or of a root.
func IsUnit(id string) bool { return unitID().MatchString(id) }

const (
	organizationPage = 20 // most of a page of AWS Organizations
	// organizationRPS is a part of what AWS Organizations allows: its limits hold
	// for the whole organization, are not published and are low.
	organizationRPS = 4
)

// Organization returns the accounts of the organization of the credentials, sorted
// by id. Those that are not active have a State. Its errors are *SetupError, but for
// the end of ctx.
func (c *Client) Organization(ctx context.Context, chosen Chosen) ([]Account, error) {
	home := cmp.Or(partitionHome[c.caller.Partition], c.home)
	o := &organization{
		client: organizations.NewFromConfig(c.regionConfig(home, maxAttempts)),
		pager:  &pager{limit: rate.NewLimiter(organizationRPS, organizationPage)},
		seen:   map[string]bool{},
	}
	if len(chosen.Units) == 0 {
		if err := o.accounts(ctx); err != nil {
			return nil, c.organizationError(ctx, "ListAccounts", err)
		}
	}
	for _, unit := range chosen.Units {
		before := o.met
		if operation, err := o.below(ctx, unit); err != nil {
			return nil, c.unitError(ctx, operation, unit, err)
		}
		if o.met == before {
			c.opts.Warn("no account is in " + unit + " of --ou, nor below it")
		}
	}
	if len(o.list) == 0 {
		if len(chosen.Units) > 0 {
			return nil, &SetupError{Message: "no account is in " + words.List(chosen.Units, 4) + " of --ou, nor below", Hint: "name another organizational unit, or drop --ou"}
		}
		return nil, &SetupError{Message: "AWS Organizations lists no account", Hint: "check --endpoint-url if it is given"}
	}
	if o.unknown != "" {
		return nil, &SetupError{Message: fmt.Sprintf("AWS Organizations listed an account with the id %q, which is not an account id of 12 digits", o.unknown), Hint: "check --endpoint-url if it is given"}
	}
	if len(chosen.Tags) > 0 {
		if err := o.tags(ctx); err != nil {
			return nil, c.organizationError(ctx, "ListTagsForResource", err)
		}
		o.list = slices.DeleteFunc(o.list, func(a Account) bool {
			return slices.ContainsFunc(chosen.Tags, func(t inventory.Tag) bool { return !slices.Contains(a.Tags, t) })
		})
		if len(o.list) == 0 {
			return nil, &SetupError{Message: "no account of the organization has the tags of --account-tag", Hint: "tags are compared with their capitals"}
		}
	}
	slices.SortFunc(o.list, func(a, b Account) int { return cmp.Compare(a.ID, b.ID) })
	return o.list, nil
}

// organization is a list of accounts on its way.
type organization struct {
	client  *organizations.Client
	pager   *pager
	list    []Account
	seen    map[string]bool
	met     int    // accounts in answers, some of them perhaps again
	unknown string // the id of an account that is none
}

func (o *organization) add(a *types.Account) {
	o.met++
	id := aws.ToString(a.Id)
	if !inventory.IsAccountID(id) {
		o.unknown = cmp.Or(o.unknown, words.Cut(id, mostName), "(none)")
		return
	}
	if o.seen[id] {
		return
	}
	o.seen[id] = true
	account := Account{ID: id, Name: words.Cut(aws.ToString(a.Name), mostText)}
	// Status is the older of the two, which AWS retires (AWS Organizations API
	// reference, "Account").
	if state := cmp.Or(string(a.State), string(a.Status)); state != string(types.AccountStateActive) {
		account.State = cmp.Or(words.Cut(state, mostName), "of an unknown state")
	}
	o.list = append(o.list, account)
}

func (o *organization) accounts(ctx context.Context) error {
	return list(ctx, o.pager, o.client.ListAccounts,
		func(token *string) *organizations.ListAccountsInput {
			return &organizations.ListAccountsInput{MaxResults: aws.Int32(organizationPage), NextToken: token}
		},
		func(out *organizations.ListAccountsOutput) ([]types.Account, *string) {
			return out.Accounts, out.NextToken
		}, o.add)
}

const deepest = 10 // levels of organizational units; AWS has five

// below adds the accounts in an organizational unit and those below it. On an error
// it returns the operation that failed, too.
func (o *organization) below(ctx context.Context, unit string) (operation string, err error) {
	units := []string{unit}
	for level := 0; len(units) > 0 && level < deepest; level++ {
		var lower []string
		for _, parent := range units {
			if err := list(ctx, o.pager, o.client.ListAccountsForParent,
				func(token *string) *organizations.ListAccountsForParentInput {
					return &organizations.ListAccountsForParentInput{ParentId: &parent, MaxResults: aws.Int32(organizationPage), NextToken: token}
				},
				func(out *organizations.ListAccountsForParentOutput) ([]types.Account, *string) {
					return out.Accounts, out.NextToken
				}, o.add); err != nil {
				return "ListAccountsForParent", err
			}
			if err := list(ctx, o.pager, o.client.ListOrganizationalUnitsForParent,
				func(token *string) *organizations.ListOrganizationalUnitsForParentInput {
					return &organizations.ListOrganizationalUnitsForParentInput{ParentId: &parent, MaxResults: aws.Int32(organizationPage), NextToken: token}
				},
				func(out *organizations.ListOrganizationalUnitsForParentOutput) ([]types.OrganizationalUnit, *string) {
					return out.OrganizationalUnits, out.NextToken
				},
				func(u *types.OrganizationalUnit) { lower = append(lower, aws.ToString(u.Id)) }); err != nil {
				return "ListOrganizationalUnitsForParent", err
			}
		}
		units = lower
	}
	return "", nil
}

func (o *organization) tags(ctx context.Context) error {
	for i := range o.list {
		a := &o.list[i]
		if err := list(ctx, o.pager, o.client.ListTagsForResource,
			func(token *string) *organizations.ListTagsForResourceInput {
				return &organizations.ListTagsForResourceInput{ResourceId: &a.ID, NextToken: token}
			},
			func(out *organizations.ListTagsForResourceOutput) ([]types.Tag, *string) {
				return out.Tags, out.NextToken
			},
			func(t *types.Tag) {
				a.Tags = append(a.Tags, inventory.Tag{Key: aws.ToString(t.Key), Value: aws.ToString(t.Value)})
			}); err != nil {
			return err
		}
	}
	return nil
}

// unitError says why the accounts in an organizational unit are not known.
func (c *Client) unitError(ctx context.Context, operation, unit string, err error) error {
	const lists = "`aws organizations list-roots` and `aws organizations list-organizational-units-for-parent` list their ids"
	say := func(message, hint string) error { return &SetupError{Message: message, Hint: hint, Err: err} }
	switch code := codeOf(err); {
	case ctx.Err() != nil:
	case code == "ParentNotFoundException":
		return say(fmt.Sprintf("the organization of account %s has no organizational unit or root %s (--ou)", c.caller.AccountID, unit), lists)
	case code == "InvalidInputException":
		return say(fmt.Sprintf("AWS Organizations does not take %q as the id of an organizational unit or root (--ou)", unit), lists)
	case strings.HasPrefix(code, "AccessDenied"):
		return say(fmt.Sprintf("%s may not list what is in %s of --ou (organizations:%s)", c.caller.ARN, unit, operation),
			"use credentials of the management account or of a delegated administrator, with this permission; or name the accounts with --accounts-file")
	}
	return c.organizationError(ctx, operation, err)
}

// organizationError says why the accounts of the organization are not known, so
// that a run cannot begin.
func (c *Client) organizationError(ctx context.Context, operation string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("listing the accounts of the organization: %w", ctx.Err())
	}
	say := func(message, hint string) error { return &SetupError{Message: message, Hint: hint, Err: err} }
	const otherwise = "list the accounts in a file (--accounts-file), or give a --profile for each"
	switch code := codeOf(err); {
	case code == "AWSOrganizationsNotInUseException":
		return say("account "+c.caller.AccountID+" is in no organization", otherwise)
	case strings.HasPrefix(code, "AccessDenied"):
		return say(fmt.Sprintf("%s may not list the accounts of the organization (organizations:%s)", c.caller.ARN, operation),
			"use credentials of the management account or of a delegated administrator, with this permission; or "+otherwise)
	case errors.Is(err, errRepeatedToken):
		return say("the list of the organization's accounts does not end: AWS Organizations sent the same page token again", "")
	}
	g := gap(0, "organizations:"+operation, err)
	return say("the accounts of the organization could not be listed: "+g.Message, otherwise)
}
