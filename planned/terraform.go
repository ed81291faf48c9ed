package planned

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// ofAWS reports whether a resource belongs to the AWS provider, or to a fork of it: the
// address of such a provider ends with /aws, whatever its registry and namespace are.
func ofAWS(c *tfjson.ResourceChange) bool {
	return strings.HasPrefix(c.Type, "aws_") && (c.ProviderName == "aws" || strings.HasSuffix(c.ProviderName, "/aws"))
}

// Terraform reads what terraform show -json prints of a plan (format versions 0.1 to
// 1.x). What stays as it is is left out, and so are data sources.
func Terraform(text []byte) (*Plan, error) {
	var state struct {
		Errored bool `json:"errored"`
	}
	if err := json.Unmarshal(text, &state); err == nil && state.Errored {
		return nil, errors.New("the plan is not complete, because terraform plan ended with an error: correct the error, and create the plan again")
	}
	raw := &tfjson.Plan{}
	raw.UseJSONNumber(true)
	if err := json.Unmarshal(text, raw); err != nil {
		return nil, fmt.Errorf("not a plan as terraform show -json prints it: %w", err)
	}
	if raw.Config == nil && len(raw.ResourceChanges) == 0 {
		return nil, errors.New("not a plan as terraform show -json prints it: it has neither changes nor a configuration")
	}
	t := &terraform{raw: raw, addresses: map[string]*tfjson.ResourceChange{}, instances: map[string][]*tfjson.ResourceChange{}, ids: map[string]bool{}, configs: map[*tfjson.ResourceChange]configured{}}
	for _, c := range raw.ResourceChanges {
		if c == nil || c.Change == nil || c.Mode != tfjson.ManagedResourceMode {
			continue
		}
		if err := checkAddress(c.Address); err != nil {
			return nil, err
		}
		if t.addresses[c.Address] != nil && c.DeposedKey == "" {
			return nil, fmt.Errorf("%s: the plan has two changes of it", c.Address)
		}
		t.exists(c)
		if c.DeposedKey == "" {
			t.addresses[c.Address] = c
			all := c.ModuleAddress + "." + c.Type + "." + c.Name
			t.instances[all] = append(t.instances[all], c)
		}
	}
	p := &Plan{Format: "Terraform plan", subnets: map[string]bool{}}
	t.subnets(p)
	var err error
	if p.Unknown, err = leftOut(raw); err != nil {
		return nil, err
	}
	for _, c := range raw.ResourceChanges {
		if c == nil || c.Change == nil || c.Mode != tfjson.ManagedResourceMode || c.Change.Actions.NoOp() || c.Change.Actions.Read() || c.Change.Actions.Forget() {
			continue
		}
		r, err := t.resource(c)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Address, err)
		}
		p.Resources = append(p.Resources, *r)
		p.leaveOpen(r.Address, cloudControl(c), t.provisioned(c))
	}
	t.accounts(p)
	return p, nil
}

// leaveOpen notes why it is not known what a resource changes: texts that are not empty.
func (p *Plan) leaveOpen(address string, why ...string) {
	for _, text := range why {
		if text != "" {
			p.Unknown = append(p.Unknown, Note{Address: address, Text: text})
		}
	}
}

// leftOut notes the changes that a plan leaves out: Terraform defers some to a later plan,
// and -target leaves out all others.
func leftOut(raw *tfjson.Plan) (notes []Note, err error) {
	for _, d := range raw.DeferredChanges {
		if d == nil || d.ResourceChange == nil || d.ResourceChange.Mode != tfjson.ManagedResourceMode {
			continue
		}
		if err := checkAddress(d.ResourceChange.Address); err != nil {
			return nil, err
		}
		notes = append(notes, Note{Address: d.ResourceChange.Address, Text: fmt.Sprintf("Terraform defers the change to a later plan (reason: %.80q)", d.Reason)})
	}
	if raw.Complete != nil && !*raw.Complete && len(notes) == 0 {
		notes = append(notes, Note{Address: "the plan", Text: "Terraform says that it does not contain all changes: -target limits it, or changes are deferred"})
	}
	return notes, nil
}

// terraform is a plan of Terraform that is read.
type terraform struct {
	raw       *tfjson.Plan
	addresses map[string]*tfjson.ResourceChange   // by address
	instances map[string][]*tfjson.ResourceChange // by module, type and name
	configs   map[*tfjson.ResourceChange]configured
	ids       map[string]bool // of the resources that exist
	steps     int             // that were taken to resolve references
}

// exists notes the id of a resource that exists.
func (t *terraform) exists(c *tfjson.ResourceChange) {
	before, _ := c.Change.Before.(map[string]any)
	if id, _ := before["id"].(string); id != "" {
		t.ids[id] = true
	}
}

func checkAddress(address string) error {
	if address == "" || len(address) > 2048 {
		return errors.New("a change of the plan has no address, or a longer one than Terraform gives")
	}
	for _, c := range address {
		if c < ' ' || c == 0x7f {
			return fmt.Errorf("%q is not an address of a resource", address)
		}
	}
	return nil
}

func (t *terraform) resource(c *tfjson.ResourceChange) (*Resource, error) {
	r := &Resource{Address: c.Address, Type: c.Type, Sensitive: map[string]bool{}}
	if c.DeposedKey != "" {
		r.Address += " (deposed " + c.DeposedKey + ")"
	}
	switch actions := c.Change.Actions; {
	case actions.Create(), actions.Update(), actions.Delete():
	case actions.Replace():
		r.Replaced, r.CreatedFirst = true, actions.CreateBeforeDestroy()
	default:
		return nil, fmt.Errorf("sgaudit does not know the actions %q", actions)
	}
	if !ofAWS(c) { // it is counted, and what its values mean is not known
		r.Provider = cmp.Or(c.ProviderName, "unknown")
		if !c.Change.Actions.Create() {
			r.Before = map[string]any{}
		}
		if !c.Change.Actions.Delete() {
			r.After = map[string]any{}
		}
		return r, nil
	}
	var err error
	if r.Before, err = object(c.Change.Before, "before"); err != nil {
		return nil, err
	}
	if r.After, err = object(c.Change.After, "after"); err != nil {
		return nil, err
	}
	switch actions := c.Change.Actions; {
	case actions.Create() != (r.Before == nil), actions.Delete() != (r.After == nil):
		return nil, fmt.Errorf("the actions %q do not fit to what is before and after", actions)
	}
	module, config := t.configOf(c)
	if unknown, ok := c.Change.AfterUnknown.(map[string]any); ok && r.After != nil {
		at := &place{t: t, module: module, index: c.Index, config: config}
		for key, u := range unknown {
			at.before = r.Before[key]
			r.After[key] = at.merge(r.After[key], u, []string{key})
		}
	}
	for _, side := range []any{c.Change.BeforeSensitive, c.Change.AfterSensitive} {
		if m, ok := side.(map[string]any); ok {
			for key, s := range m {
				if holdsTrue(s) {
					r.Sensitive[key] = true
				}
			}
		}
	}
	r.Region, r.Account = t.regionOf(r, config), t.providerAccount(config)
	return r, nil
}

func object(side any, name string) (map[string]any, error) {
	switch x := side.(type) {
	case nil:
		return nil, nil
	case map[string]any:
		return x, nil
	}
	return nil, fmt.Errorf("%s is not an object", name)
}

// holdsTrue reports whether something is marked, at any depth.
func holdsTrue(x any) bool {
	switch x := x.(type) {
	case bool:
		return x
	case []any:
		for _, item := range x {
			if holdsTrue(item) {
				return true
			}
		}
	case map[string]any:
		for _, item := range x {
			if holdsTrue(item) {
				return true
			}
		}
	}
	return false
}

// merge puts what is known after apply into values: where the plan marks a value as
// unknown, a later takes its place.
func (p *place) merge(value, unknown any, path []string) any {
	switch u := unknown.(type) {
	case bool:
		if u {
			return p.later(path)
		}
	case map[string]any:
		m, ok := value.(map[string]any)
		if !ok {
			m = map[string]any{}
		}
		before, _ := p.before.(map[string]any)
		for k, inner := range u {
			part := *p
			part.before = before[k]
			m[k] = part.merge(m[k], inner, append(path[:len(path):len(path)], k))
		}
		if ok || len(m) > 0 {
			return m
		}
	case []any:
		list, _ := value.([]any)
		within := *p
		within.block, within.before = true, nil
		if before, _ := p.before.([]any); len(before) == 1 && len(u) == 1 { // the same block before
			within.before = before[0]
		}
		for i, inner := range u {
			if i == len(list) {
				list = append(list, nil)
			}
			list[i] = within.merge(list[i], inner, path)
		}
		if value != nil || len(list) > 0 {
			return list
		}
	}
	return value
}
