package planned

import (
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// mostSteps bounds how many references of one plan are followed: those of a plan of
// Terraform's own take a few for each attribute.
const mostSteps = 1_000_000

// mostModules bounds how deep references lead through modules.
const mostModules = 64

// moduleCall is a module with the call that it came from: nil for the root module.
type moduleCall struct {
	parent  *moduleCall
	name    string // of the call
	address string // with the keys of the instances, as module.a["x"].module.b
	module  *tfjson.ConfigModule
	call    *tfjson.ModuleCall
}

// place is where an expression stands.
type place struct {
	t      *terraform
	module *moduleCall // nil where the plan has no configuration of it
	index  any         // the key of the resource's instance, or nil
	config *tfjson.ConfigResource
	before any  // the value of the attribute before the change, or nil
	block  bool // within a block of the resource
}

// configOf returns the module of a change and its resource in the configuration.
func (t *terraform) configOf(c *tfjson.ResourceChange) (*moduleCall, *tfjson.ConfigResource) {
	of, found := t.configs[c]
	if !found {
		of.module, of.resource = t.findConfig(c)
		t.configs[c] = of
	}
	return of.module, of.resource
}

// configured is a resource in the configuration, with its module.
type configured struct {
	module   *moduleCall
	resource *tfjson.ConfigResource
}

func (t *terraform) findConfig(c *tfjson.ResourceChange) (*moduleCall, *tfjson.ConfigResource) {
	if t.raw.Config == nil || t.raw.Config.RootModule == nil {
		return nil, nil
	}
	m := &moduleCall{module: t.raw.Config.RootModule}
	for _, step := range splitAddress(c.ModuleAddress) {
		name, _, _ := strings.Cut(step, "[")
		if name == "module" {
			continue
		}
		call := m.module.ModuleCalls[name]
		if call == nil || call.Module == nil {
			return nil, nil
		}
		m = &moduleCall{parent: m, name: name, address: strings.TrimPrefix(m.address+".module."+step, "."), module: call.Module, call: call}
	}
	for _, r := range m.module.Resources {
		if r != nil && r.Mode == tfjson.ManagedResourceMode && r.Type == c.Type && r.Name == c.Name {
			return m, r
		}
	}
	return m, nil
}

// later says what may be known of a value that is known after apply only, by the
// expression that the configuration gives for it.
func (p *place) later(path []string) later {
	if p.config == nil {
		return later{open: true}
	}
	e := p.config.Expressions[path[0]]
	if e == nil || e.ExpressionData == nil {
		// The configuration in a plan leaves dynamic blocks out: those of which the number is known
		// after apply only stand in the plan as one block of unknown values.
		return later{computed: !p.block, open: p.block}
	}
	if list, is := e.ConstantValue.([]any); is && len(list) == 0 {
		return later{computed: true} // an empty list of what AWS gives otherwise is none at all
	}
	if last := len(path) - 1; last > 0 && path[last] == "version" && strings.HasPrefix(path[last-1], "launch_template") && absent(e, path[1:]) {
		return later{computed: true}
	}
	refs := referencesAt(e, path[1:])
	found := later{}
	if len(refs) == 0 {
		found.open = true
	}
	p.t.resolve(p.module, p.instance(), refs, &found, 0)
	found.tidy()
	found.kept = p.t.kept(p.before, found.of)
	return found
}

// kept returns those ids of a list before the change that no resource of the plan has and
// no reference gives. The configuration in a plan does not show what stands as text
// beside references in a list, so that they may stay.
func (t *terraform) kept(before any, of []string) (ids []string) {
	list, _ := before.([]any)
	for _, item := range list {
		if text, _ := item.(string); text != "" && !t.ids[text] && !slices.Contains(of, text) {
			ids = append(ids, text)
		}
	}
	return ids
}

// madeWith are the attributes of a VPC that hold the ids of what AWS makes with it.
var madeWith = map[string]string{
	"default_security_group_id": defaultGroupOf,
	"default_network_acl_id":    defaultACLOf,
	"default_route_table_id":    defaultTableOf,
	"main_route_table_id":       defaultTableOf,
}

// resolve follows references of an expression in a module to the resources of the plan
// that they name. Terraform lists each reference with those that it begins with: the
// longest counts. What is known and is not an id, as a condition or an index, chooses
// among the others.
func (t *terraform) resolve(m *moduleCall, at instance, refs []string, found *later, depth int) {
	if m == nil || depth > mostModules {
		found.open = true
		return
	}
	keyed := false // a resource of which each.key, each.value or count.index chose the instance
	var keys []string
	for _, ref := range refs {
		if t.steps++; t.steps > mostSteps {
			found.open = true
			return
		}
		if slices.ContainsFunc(refs, func(o string) bool {
			return len(o) > len(ref) && strings.HasPrefix(o, ref) && (o[len(ref)] == '.' || o[len(ref)] == '[')
		}) {
			continue
		}
		parts := splitAddress(ref)
		switch head := parts[0]; {
		case len(parts) < 2:
			found.lose(ref)
		case head == "var":
			t.variable(m, ref, parts, found, depth)
		case head == "module":
			t.output(m, ref, parts, found, depth)
		case head == "each" || head == "count":
			keys = append(keys, ref)
		case head == "path" || head == "terraform" || head == "self":
			found.choice = true
		case head == "local" || head == "data":
			found.lose(ref)
		default:
			keyed = t.named(m, at, ref, parts, refs, found, depth) || keyed
		}
	}
	for _, ref := range keys {
		if !keyed {
			t.key(m, at, ref, found, depth)
		}
	}
}

// among follows references that give one of several values, or all of them where whole
// is set.
func (t *terraform) among(found *later, whole bool, follow func(*later)) {
	inner := later{}
	follow(&inner)
	inner.tidy()
	found.of = append(found.of, inner.of...)
	found.lost = append(found.lost, inner.lost...)
	found.open = found.open || inner.open
	found.choice = found.choice || inner.choice || !whole && len(inner.of) > 1
}

// variable follows a variable to the call of the module, or to its default value. Those of
// the root module are known when the plan is made, and stand in it.
func (t *terraform) variable(m *moduleCall, ref string, parts []string, found *later, depth int) {
	name, _, indexed := strings.Cut(parts[1], "[")
	t.among(found, !indexed && len(parts) == 2, func(inner *later) {
		if m.call == nil {
			if v := t.raw.Variables[name]; v != nil {
				t.constant(v.Value, inner)
			} else {
				inner.lose(ref)
			}
			return
		}
		if e := m.call.Expressions[name]; e != nil && e.ExpressionData != nil {
			t.expression(m.parent, m.instance(), e, ref, inner, depth+1)
		} else if v := m.module.Variables[name]; v != nil {
			t.constant(v.Default, inner)
		} else {
			inner.lose(ref)
		}
	})
}

// expression follows an expression that a reference leads to: a constant, or one with
// references of its own.
func (t *terraform) expression(m *moduleCall, at instance, e *tfjson.Expression, ref string, found *later, depth int) {
	if e.ConstantValue != tfjson.UnknownConstantValue && e.ConstantValue != nil {
		t.constant(e.ConstantValue, found)
		return
	}
	refs := allReferences(e)
	if len(refs) == 0 {
		found.lose(ref)
	}
	t.resolve(m, at, refs, found, depth)
}

// output follows an output into the module that gives it.
func (t *terraform) output(m *moduleCall, ref string, parts []string, found *later, depth int) {
	name, _, keyed := strings.Cut(parts[1], "[")
	call := m.module.ModuleCalls[name]
	if call == nil || call.Module == nil || len(parts) < 3 || (call.CountExpression != nil || call.ForEachExpression != nil) && !keyed {
		found.lose(ref)
		return
	}
	out, _, indexed := strings.Cut(parts[2], "[")
	o := call.Module.Outputs[out]
	if o == nil || o.Expression == nil || o.Expression.ExpressionData == nil {
		found.lose(ref)
		return
	}
	inside := &moduleCall{parent: m, name: name, address: strings.TrimPrefix(m.address+".module."+parts[1], "."), module: call.Module, call: call}
	t.among(found, !indexed && len(parts) == 3, func(inner *later) {
		t.expression(inside, instance{}, o.Expression, ref, inner, depth+1)
	})
}
