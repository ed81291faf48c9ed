package planned

import (
	"fmt"
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
	block  bool // within a block of the resource
}

// configOf returns the module of a change and its resource in the configuration.
func (t *terraform) configOf(c *tfjson.ResourceChange) (*moduleCall, *tfjson.ConfigResource) {
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

// splitAddress splits an address or a reference at the points outside of brackets.
func splitAddress(text string) (parts []string) {
	depth, quoted, start := 0, false, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[':
			depth++
		case c == ']':
			depth--
		case c == '.' && depth == 0:
			parts = append(parts, text[start:i])
			start = i + 1
		}
	}
	if text != "" {
		parts = append(parts, text[start:])
	}
	return parts
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
	refs := referencesAt(e, path[1:])
	found := later{}
	if len(refs) == 0 {
		found.open = true
	}
	p.resolve(p.module, refs, &found, 0)
	slices.Sort(found.of)
	found.of = slices.Compact(found.of)
	return found
}

// referencesAt returns the references of an expression, or of what stands under the
// names in its blocks.
func referencesAt(e *tfjson.Expression, names []string) (refs []string) {
	if e == nil || e.ExpressionData == nil {
		return nil
	}
	refs = append(refs, e.References...)
	for _, block := range e.NestedBlocks {
		if len(names) > 0 {
			refs = append(refs, referencesAt(block[names[0]], names[1:])...)
		}
	}
	return refs
}

// madeWith are the attributes of a VPC that hold the ids of what AWS makes with it.
var madeWith = map[string]string{
	"default_security_group_id": defaultGroupOf,
	"default_network_acl_id":    defaultACLOf,
	"default_route_table_id":    defaultTableOf,
	"main_route_table_id":       defaultTableOf,
}

// resolve follows references to the resources of the plan that they name. Terraform
// lists each reference with those that it begins with: the longest counts.
func (p *place) resolve(m *moduleCall, refs []string, found *later, depth int) {
	if m == nil || depth > mostModules {
		found.open = true
		return
	}
	for _, ref := range refs {
		if p.t.steps++; p.t.steps > mostSteps {
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
			found.open = true
		case head == "var":
			p.variable(m, parts[1], found, depth)
		case head == "module":
			p.output(m, parts, found, depth)
		case head == "each" || head == "count":
			p.key(m, head, parts[1], found, depth)
		case head == "path" || head == "terraform" || head == "self":
		case head == "local" || head == "data":
			found.open = true
		default:
			p.named(m, parts, refs, found)
		}
	}
}

// variable follows a variable to the call of the module. Those of the root module are
// known when the plan is made.
func (p *place) variable(m *moduleCall, name string, found *later, depth int) {
	name, _, _ = strings.Cut(name, "[")
	if m.call == nil {
		return
	}
	if e := m.call.Expressions[name]; e != nil && e.ExpressionData != nil {
		p.resolve(m.parent, allReferences(e), found, depth+1)
	}
}

// allReferences returns the references of an expression with those in its blocks.
func allReferences(e *tfjson.Expression) (refs []string) {
	if e == nil || e.ExpressionData == nil {
		return nil
	}
	refs = append(refs, e.References...)
	for _, block := range e.NestedBlocks {
		for _, inner := range block {
			refs = append(refs, allReferences(inner)...)
		}
	}
	return refs
}

// output follows an output into the module that gives it.
func (p *place) output(m *moduleCall, parts []string, found *later, depth int) {
	name, _, keyed := strings.Cut(parts[1], "[")
	call := m.module.ModuleCalls[name]
	if call == nil || call.Module == nil || len(parts) < 3 || (call.CountExpression != nil || call.ForEachExpression != nil) && !keyed {
		found.open = true
		return
	}
	out, _, _ := strings.Cut(parts[2], "[")
	o := call.Module.Outputs[out]
	if o == nil {
		found.open = true
		return
	}
	inner := &moduleCall{parent: m, name: name, address: strings.TrimPrefix(m.address+".module."+parts[1], "."), module: call.Module, call: call}
	p.resolve(inner, allReferences(o.Expression), found, depth+1)
}

// key follows each.value to what the resource is made for each of. Keys are known.
func (p *place) key(m *moduleCall, head, what string, found *later, depth int) {
	if head == "each" && strings.HasPrefix(what, "value") && p.config != nil {
		p.resolve(m, allReferences(p.config.ForEachExpression), found, depth+1)
	}
}

// named finds the resource that a reference names, and its instance.
func (p *place) named(m *moduleCall, parts, refs []string, found *later) {
	name, key, keyed := strings.Cut(parts[1], "[")
	all := p.t.instances[m.address+"."+parts[0]+"."+name]
	if len(all) == 0 {
		found.open = true
		return
	}
	if keyed {
		all = slices.DeleteFunc(slices.Clone(all), func(c *tfjson.ResourceChange) bool { return keyOf(c.Index) != "["+key })
	} else if len(all) > 1 && p.index != nil && slices.ContainsFunc(refs, func(r string) bool { return r == "each.key" || r == "each.value" || r == "count.index" }) {
		if i := slices.IndexFunc(all, func(c *tfjson.ResourceChange) bool { return keyOf(c.Index) == keyOf(p.index) }); i >= 0 {
			all = all[i : i+1]
		}
	}
	for _, c := range all {
		id := idOfCreated(c.Type, c.Address)
		if before, ok := c.Change.Before.(map[string]any); ok && !c.Change.Actions.Replace() {
			if text, _ := before["id"].(string); text != "" {
				id = text
			}
		}
		switch attribute := parts[len(parts)-1]; {
		case len(parts) == 2 || attribute == "id" || attribute == "arn":
			found.of = append(found.of, id)
		case c.Type == "aws_vpc" && madeWith[attribute] != "":
			found.of = append(found.of, id+madeWith[attribute])
		case attribute == "security_group_id" || attribute == "vpc_id" || attribute == "subnet_id" || attribute == "network_interface_id" || attribute == "primary_network_interface_id":
			found.open = true // the id of another resource
		}
	}
}

// keyOf writes the key of an instance as addresses do.
func keyOf(index any) string {
	switch x := index.(type) {
	case nil:
		return ""
	case string:
		return fmt.Sprintf("[%q]", x)
	}
	return fmt.Sprintf("[%v]", index)
}
