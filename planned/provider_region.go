package planned

import (
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/sgaudit/sgaudit/inventory"
)

// regionOf returns the region of a resource: its own attribute (AWS provider 6), the
// one in its ARN, or that of its provider as far as the plan says it.
func (t *terraform) regionOf(r *Resource, config *tfjson.ConfigResource) string {
	for _, side := range []map[string]any{r.After, r.Before} {
		if name, _ := side["region"].(string); inventory.IsRegion(name) {
			return name
		}
		arn, _ := side["arn"].(string)
		if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 && inventory.IsRegion(parts[3]) {
			return parts[3]
		}
	}
	if config != nil && t.raw.Config != nil {
		key := config.ProviderConfigKey
		if provider := t.raw.Config.ProviderConfigs[key]; provider != nil {
			return t.providerRegion(provider)
		}
		if _, inner, found := strings.Cut(key, ":"); found { // of a module, which may inherit it
			if provider := t.raw.Config.ProviderConfigs[inner]; provider != nil {
				return t.providerRegion(provider)
			}
		}
	}
	return t.onlyRegion()
}

// onlyRegion returns the region of the AWS providers of a plan, where all have the same.
func (t *terraform) onlyRegion() (only string) {
	if t.raw.Config == nil {
		return ""
	}
	for _, provider := range t.raw.Config.ProviderConfigs {
		if provider == nil || provider.Name != "aws" {
			continue
		}
		region := t.providerRegion(provider)
		if region == "" || only != "" && region != only {
			return ""
		}
		only = region
	}
	return only
}

// providerRegion returns the region of a provider as far as the plan says it: what a
// local value or another resource gives is not in it.
func (t *terraform) providerRegion(provider *tfjson.ProviderConfig) string {
	e := provider.Expressions["region"]
	if e == nil || e.ExpressionData == nil {
		return ""
	}
	if name, _ := e.ConstantValue.(string); inventory.IsRegion(name) {
		return name
	}
	if len(e.References) == 1 && provider.ModuleAddress == "" {
		if v := t.raw.Variables[strings.TrimPrefix(e.References[0], "var.")]; v != nil {
			if name, _ := v.Value.(string); inventory.IsRegion(name) {
				return name
			}
		}
	}
	return ""
}
