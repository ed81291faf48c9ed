package planned

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/sgaudit/sgaudit/inventory"
)

// instance is what each and count stand for in an expression: in that of a resource, its
// own key and for_each; in an argument of a call of a module, those of the call.
type instance struct {
	key     string // as addresses have it, as ["a"]; empty where there is one alone
	forEach *tfjson.Expression
}

func (p *place) instance() instance {
	if p.config == nil {
		return instance{}
	}
	return instance{keyOf(p.index), p.config.ForEachExpression}
}

// instance is what each and count stand for in the arguments of the module's call.
func (m *moduleCall) instance() instance {
	last := m.address[strings.LastIndex(m.address, ".module.")+1:]
	_, key, keyed := strings.Cut(last, "[")
	if keyed {
		key = "[" + key
	}
	return instance{key, m.call.ForEachExpression}
}

// constant takes the ids out of a value that is known when the plan is made. Any other
// value chooses.
func (t *terraform) constant(value any, found *later) {
	if t.steps++; t.steps > mostSteps {
		found.open = true
		return
	}
	switch x := value.(type) {
	case string:
		if prefix, _, both := strings.Cut(x, "-"); both && inventory.IsID(prefix+"-", x) {
			found.of = append(found.of, x)
		} else {
			found.choice = true
		}
	case []any:
		for _, item := range x {
			t.constant(item, found)
		}
	case map[string]any:
		for _, item := range x {
			t.constant(item, found)
		}
		found.choice = found.choice || len(x) > 1
	default:
		found.choice = true
	}
}

// key follows each.value to what the resource or the module is made for each of. A key
// that is not an id chooses.
func (t *terraform) key(m *moduleCall, at instance, ref string, found *later, depth int) {
	text, err := strconv.Unquote(strings.TrimSuffix(strings.TrimPrefix(at.key, "["), "]"))
	if err != nil {
		text = at.key
	}
	path := splitAddress(ref)
	refs := allReferences(at.forEach)
	all, known := t.forEach(m, at.forEach, refs)
	switch {
	case len(path) < 2 || !strings.HasPrefix(path[1], "value"):
		t.constant(text, found)
	case known:
		t.constant(under(all[text], path[2:]), found)
	case len(refs) == 0 && inventory.IsGroupID(text): // of a set, the value is the key
		t.constant(text, found)
	case len(refs) == 0:
		found.lose(ref)
	default:
		t.among(found, false, func(inner *later) {
			if parts := splitAddress(refs[0]); len(refs) != 1 || len(parts) != 2 || !t.named(m, at, refs[0], parts, []string{"each.key"}, inner, depth) {
				t.resolve(m, instance{}, refs, inner, depth+1)
			}
		})
	}
}

// forEach returns what for_each goes over, where that is known: a constant map, or a
// variable of the root module that is one.
func (t *terraform) forEach(m *moduleCall, e *tfjson.Expression, refs []string) (all map[string]any, known bool) {
	if e != nil && e.ExpressionData != nil {
		all, known = e.ConstantValue.(map[string]any)
	}
	if len(refs) == 1 && m.call == nil {
		if v := t.raw.Variables[strings.TrimPrefix(refs[0], "var.")]; v != nil {
			all, known = v.Value.(map[string]any)
		}
	}
	return all, known
}

// under returns what stands under names in a value.
func under(value any, names []string) any {
	for _, name := range names {
		m, is := value.(map[string]any)
		if !is {
			return value
		}
		value = m[name]
	}
	return value
}

// named finds the resource that a reference names, and its instance. It reports whether
// the key of the instance that the expression belongs to chose it.
func (t *terraform) named(m *moduleCall, at instance, ref string, parts, refs []string, found *later, depth int) (chosen bool) {
	name, key, keyed := strings.Cut(parts[1], "[")
	all := t.instances[m.address+"."+parts[0]+"."+name]
	if keyed {
		all = slices.DeleteFunc(slices.Clone(all), func(c *tfjson.ResourceChange) bool { return keyOf(c.Index) != "["+key })
	} else if len(all) > 0 && all[0].Index != nil && at.key != "" && slices.ContainsFunc(refs, func(r string) bool { return r == "each.key" || r == "each.value" || r == "count.index" }) {
		if i := slices.IndexFunc(all, func(c *tfjson.ResourceChange) bool { return keyOf(c.Index) == at.key }); i >= 0 {
			all, chosen = all[i:i+1], true
		}
	}
	if len(all) == 0 {
		found.lose(ref)
		return false
	}
	// More than one: which of them the expression takes, as with s[*], is not in the plan.
	found.choice = found.choice || len(all) > 1
	for _, c := range all {
		id := idOfCreated(c.Type, c.Address)
		if before, ok := c.Change.Before.(map[string]any); ok && !c.Change.Actions.Replace() {
			if text, _ := before["id"].(string); text != "" {
				id = text
			}
		}
		switch attribute := parts[len(parts)-1]; {
		case len(parts) == 2 || len(parts) == 3 && (attribute == "id" || attribute == "arn"):
			found.of = append(found.of, id)
		case c.Type == "aws_vpc" && madeWith[attribute] != "":
			found.of = append(found.of, id+madeWith[attribute])
		default:
			t.attribute(c, ref, parts[2:], found, depth+1)
		}
	}
	return chosen
}

// attribute follows an attribute of a resource: to its value as far as that is known, or
// to the expression that the configuration gives for it.
func (t *terraform) attribute(c *tfjson.ResourceChange, ref string, path []string, found *later, depth int) {
	name, _, indexed := strings.Cut(path[0], "[")
	after, _ := c.Change.After.(map[string]any)
	unknown, _ := c.Change.AfterUnknown.(map[string]any)
	t.among(found, !indexed && len(path) == 1, func(inner *later) {
		value, there := after[name]
		switch module, config := t.configOf(c); {
		case there && !holdsTrue(unknown[name]):
			t.constant(value, inner)
		case config == nil || config.Expressions[name] == nil:
			inner.lose(ref)
		default:
			refs := referencesAt(config.Expressions[name], path[1:])
			if len(refs) == 0 {
				inner.lose(ref)
			}
			t.resolve(module, (&place{index: c.Index, config: config}).instance(), refs, inner, depth)
		}
	})
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
