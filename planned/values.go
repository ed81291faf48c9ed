package planned

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// values are the attributes of a resource, on one side of its change, or a part of
// them. Text, numbers (json.Number), booleans, lists and maps are as the plan has
// them; what is known after apply is a later.
type values struct {
	of  *action
	at  string // the attribute that they are of, empty at the top
	all map[string]any

	several bool // other parts of the attribute hold unknown groups too: where each belongs is not known
}

func (v values) name(key string) string {
	if v.at == "" {
		return key
	}
	return v.at + "." + key
}

// bad notes that an attribute has not the form that it should have. A value that
// the plan marks as sensitive is not repeated.
func (v values) bad(key, want string, got any) {
	top, _, _ := strings.Cut(v.name(key), "[")
	top, _, _ = strings.Cut(top, ".")
	if v.of.Sensitive[top] {
		v.of.in.of.errs = append(v.of.in.of.errs, fmt.Errorf("%s: %s, which is sensitive, is not %s", v.of.Address, v.name(key), want))
		return
	}
	text := fmt.Sprint(got)
	switch got.(type) {
	case map[string]any, []any: // as the plan has it
		if encoded, err := json.Marshal(got); err == nil {
			text = string(encoded)
		}
	}
	if len(text) > 80 {
		text = text[:80] + "…"
	}
	v.of.in.of.errs = append(v.of.in.of.errs, fmt.Errorf("%s: %s is %q, which is not %s", v.of.Address, v.name(key), text, want))
}

// known returns a text, and nothing where it is null or known after apply.
func (v values) known(key string) string {
	switch x := v.all[key].(type) {
	case nil, later:
	case string:
		return x
	case json.Number: // the provider writes some numbers as texts, and its older versions texts as numbers
		return x.String()
	default:
		v.bad(key, "a text", x)
	}
	return ""
}

// pending returns what is known of a value that is known after apply only.
func (v values) pending(key string) (later, bool) {
	x, ok := v.all[key].(later)
	return x, ok
}

// number returns a whole number, or nil where it is null or known after apply.
func (v values) number(key string) *int32 {
	switch x := v.all[key].(type) {
	case nil, later:
		return nil
	case json.Number:
		if f, err := x.Float64(); err == nil && f == math.Trunc(f) && math.Abs(f) <= math.MaxInt32 {
			n := int32(f)
			return &n
		}
	case string: // CloudFormation may write numbers as texts
		var n int32
		if _, err := fmt.Sscanf(x, "%d", &n); err == nil && fmt.Sprint(n) == x {
			return &n
		}
	}
	v.bad(key, "a whole number", v.all[key])
	return nil
}

// flag returns a boolean, and whether it is known.
func (v values) flag(key string) (value, known bool) {
	switch x := v.all[key].(type) {
	case bool:
		return x, true
	case string:
		if x == "true" || x == "false" {
			return x == "true", true
		}
		v.bad(key, "true or false", x)
	case nil, later:
	default:
		v.bad(key, "true or false", x)
	}
	return false, false
}

// list returns the items of a list, and false where the list as a whole is known
// after apply only.
func (v values) list(key string) (items []any, known bool) {
	switch x := v.all[key].(type) {
	case nil:
		return nil, true
	case []any:
		return x, true
	case later:
		return nil, x.computed
	default:
		v.bad(key, "a list", x)
	}
	return nil, true
}

// blocks returns the items of a list of blocks, each with its own values.
func (v values) blocks(key string) (blocks []values, known bool) {
	items, known := v.list(key)
	for i, item := range items {
		at := fmt.Sprintf("%s[%d]", v.name(key), i)
		m, ok := item.(map[string]any)
		if _, unknown := item.(later); unknown {
			known = false
			continue
		}
		if !ok {
			v.bad(fmt.Sprintf("%s[%d]", key, i), "a block", item)
			continue
		}
		blocks = append(blocks, values{of: v.of, at: at, all: m})
	}
	return blocks, known
}

// texts returns the texts of a list, with whether all of them are known.
func (v values) texts(key string) (texts []string, known bool) {
	items, known := v.list(key)
	for i, item := range items {
		switch x := item.(type) {
		case string:
			texts = append(texts, x)
		case later:
			known = false
		default:
			v.bad(fmt.Sprintf("%s[%d]", key, i), "a text", x)
		}
	}
	return texts, known
}

// id returns the id of a resource of AWS, or of one that the plan creates. It is
// empty where there is none, and noted where it is not known.
func (v values) id(key, prefix string) string {
	switch x := v.all[key].(type) {
	case later:
		of := x.fitting(prefix)
		if made := slices.DeleteFunc(slices.Clone(of), func(id string) bool { return inventory.IsID(prefix, id) }); len(made) > 0 {
			of = made // one that has its id is known before
		}
		if len(of) == 1 && !x.open {
			return of[0]
		}
		if !x.computed {
			x.choice = true
			v.of.unknown(v.name(key), "it is known after apply which one it is%s", x.why(prefix))
		}
		return ""
	}
	text := v.known(key)
	if text != "" && !inventory.IsID(prefix, text) {
		v.bad(key, "an id that begins with "+prefix, text)
		return ""
	}
	return text
}

// ids returns the ids of a list. What is not known of it is noted.
func (v values) ids(key, prefix string) []string {
	ids, known := v.idsOf(key, prefix)
	if !known {
		v.of.unknown(v.name(key), "it is known after apply which ones they are%s", v.why(key, prefix))
	}
	return ids
}

// why says why ids of a list are not known.
func (v values) why(key, prefix string) (text string) {
	items, isList := v.all[key].([]any)
	if !isList {
		items = []any{v.all[key]}
	}
	for _, item := range items {
		if x, pending := item.(later); pending && text == "" {
			text = x.why(prefix)
		}
	}
	return text
}

// places returns the subnets of a list. Where an expression may give all or some of
// several, as aws_subnet.s[*].id, they are all of them.
func (v values) places(key string) (ids []string, known bool) {
	if x, pending := v.pending(key); pending {
		x.choice = false
		v = values{of: v.of, at: v.at, all: map[string]any{key: x}}
	}
	return v.idsOf(key, "subnet-")
}

// idsOf is ids without the note: it reports whether all of them are known.
func (v values) idsOf(key, prefix string) (ids []string, known bool) {
	add := func(name, text string) {
		if !inventory.IsID(prefix, text) {
			v.bad(name, "an id that begins with "+prefix, text)
			return
		}
		ids = append(ids, text)
	}
	known = true
	pending := func(x later) {
		of := x.fitting(prefix)
		if len(of) > 1 && (v.several || x.choice) {
			of = nil
		}
		ids = append(ids, of...)
		kept := later{of: x.kept}.fitting(prefix)
		known = known && len(kept) == 0 && (x.computed || len(of) > 0 && !x.open)
	}
	switch x := v.all[key].(type) {
	case nil:
	case later:
		pending(x)
	case []any:
		for i, item := range x {
			name := fmt.Sprintf("%s[%d]", key, i)
			switch item := item.(type) {
			case string:
				add(name, item)
			case later:
				pending(item)
			default:
				v.bad(name, "an id", item)
			}
		}
	default:
		v.bad(key, "a list of ids", x)
	}
	return ids, known
}

// prefix reads an address range.
func (v values) prefix(key, text string) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(text)
	if err != nil || strings.Contains(text, "%") {
		v.bad(key, "an address range such as 10.0.0.0/8", text)
		return netip.Prefix{}, false
	}
	return inventory.PrefixPeer(p).Prefix, true
}

// ranges reads the address ranges of several attributes, as far as they are known.
func (v values) ranges(keys ...string) (ranges []netip.Prefix) {
	for _, key := range keys {
		if text := v.known(key); text != "" {
			if p, ok := v.prefix(key, text); ok {
				ranges = append(ranges, p)
			}
		}
	}
	return ranges
}

// tags reads the tags of a resource, those of its provider included.
func (v values) tags() (tags []inventory.Tag) {
	m, ok := v.all["tags_all"].(map[string]any)
	if !ok {
		return nil
	}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if text, ok := m[k].(string); ok {
			tags = append(tags, inventory.Tag{Key: k, Value: text})
		}
	}
	return tags
}
