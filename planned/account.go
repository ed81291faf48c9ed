package planned

import (
	"fmt"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/sgaudit/sgaudit/inventory"
)

// OtherAccountError says that a plan belongs to an account that was not read.
type OtherAccountError struct {
	Account string   // of the plan
	Read    []string // sorted
}

func (e *OtherAccountError) Error() string {
	return fmt.Sprintf("the plan belongs to account %s, but sgaudit read account %s", e.Account, strings.Join(e.Read, ", "))
}

// elsewhere fails where the account of a plan is none of those that were read.
func (p *Plan) elsewhere(inv *inventory.Inventory) error {
	var read []string
	for _, r := range inv.Regions {
		if r.AccountID != "" {
			read = append(read, r.AccountID)
		}
	}
	slices.Sort(read)
	read = slices.Compact(read)
	if p.Account == "" || len(read) == 0 || slices.Contains(read, p.Account) {
		return nil
	}
	return &OtherAccountError{p.Account, read}
}

// accounts gives the account to the resources of a plan of Terraform that do not say it:
// that of their provider, or the only one that the ARNs of the plan name.
func (t *terraform) accounts(p *Plan) {
	only, several := "", false
	for _, c := range t.raw.ResourceChanges {
		if c == nil || c.Change == nil {
			continue
		}
		before, _ := c.Change.Before.(map[string]any)
		account := accountOf(&Resource{Before: before})
		several = several || only != "" && account != "" && account != only
		if account != "" {
			only = account
		}
	}
	for i := range p.Resources {
		if r := &p.Resources[i]; r.Account == "" && accountOf(r) == "" && !several {
			r.Account = only
		}
	}
}

// providerAccount returns the account of the provider of a resource as far as the plan
// says it: that of the role which it assumes, or the only one that it allows.
func (t *terraform) providerAccount(config *tfjson.ConfigResource) string {
	if config == nil || t.raw.Config == nil {
		return ""
	}
	key := config.ProviderConfigKey
	provider := t.raw.Config.ProviderConfigs[key]
	if _, inner, found := strings.Cut(key, ":"); provider == nil && found {
		provider = t.raw.Config.ProviderConfigs[inner]
	}
	if provider == nil {
		return ""
	}
	if e := provider.Expressions["assume_role"]; e != nil && e.ExpressionData != nil && len(e.NestedBlocks) == 1 {
		if arn := e.NestedBlocks[0]["role_arn"]; arn != nil && arn.ExpressionData != nil {
			return accountOf(&Resource{Before: map[string]any{"arn": arn.ConstantValue}})
		}
	}
	if e := provider.Expressions["allowed_account_ids"]; e != nil && e.ExpressionData != nil {
		if list, _ := e.ConstantValue.([]any); len(list) == 1 {
			if account, _ := list[0].(string); inventory.IsAccountID(account) {
				return account
			}
		}
	}
	return ""
}
