package config

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/words"
)

// Show returns the settings in effect as a file: what runs of the checks that
// are off by default, and what does not of the others, stands under checks.
func (c *Config) Show() (string, error) {
	text, err := visible(keyed[Config]{settingKeys, c})
	if err != nil {
		return "", fmt.Errorf("writing the settings: %w", err)
	}
	var off []string
	for _, check := range audit.Checks() {
		if check.OnRequest && !slices.Contains(c.Enable, check.ID) {
			off = append(off, "#   "+check.ID)
		}
	}
	return string(text) + "# off unless they are enabled:\n" + strings.Join(off, "\n") + "\n", nil
}

// keyed is a value that is written by the table of its keys.
type keyed[T any] struct {
	keys []key[T]
	of   *T
}

// MarshalYAML returns a mapping with the keys in the order of the table.
func (k keyed[T]) MarshalYAML() (any, error) {
	all := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for _, key := range k.keys {
		value := key.value(k.of)
		if value == nil {
			continue
		}
		var node yaml.Node
		if err := node.Encode(value); err != nil {
			return nil, fmt.Errorf("%s: %w", key.name, err)
		}
		if key.flow {
			node.Style |= yaml.FlowStyle
		}
		all.Content = append(all.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key.name}, &node)
	}
	return all, nil
}

// sequence is a list of values that are written by one table.
func sequence[T any](keys []key[T], list []T) []keyed[T] {
	all := make([]keyed[T], len(list))
	for i := range list {
		all[i] = keyed[T]{keys, &list[i]}
	}
	return all
}

// texts returns the values as they are written.
func texts[T fmt.Stringer](list []T) []string {
	all := make([]string, len(list))
	for i, value := range list {
		all[i] = value.String()
	}
	return all
}

// visible writes a value as YAML in which every character can be seen: texts
// that hold others stand in double quotes, where they are escaped.
func visible(value any) ([]byte, error) {
	var root yaml.Node
	if err := root.Encode(value); err != nil {
		return nil, err
	}
	var quote func(n *yaml.Node)
	quote = func(n *yaml.Node) {
		if n.Kind == yaml.ScalarNode && words.Plain(n.Value) != n.Value {
			n.Style = yaml.DoubleQuotedStyle
		}
		for _, part := range n.Content {
			quote(part)
		}
	}
	quote(&root)
	text, err := yaml.Marshal(&root)
	return words.JSON(text), err // the escapes of JSON are those of YAML too
}
