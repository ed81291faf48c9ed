package config

import (
	"slices"

	"go.yaml.in/yaml/v4"
)

// withoutAliases returns the tree in which every alias (*name) is replaced by
// what its anchor (&name) marks, and every merge key (<<: *name) by the keys of
// the mappings that it names, where the mapping does not have them itself. So no
// reader of a value has to know of them. An anchor that contains its own alias
// is a fault.
//
// What several aliases name stays one node of the tree: its size is that of the
// file.
func (r *reader) withoutAliases(root *yaml.Node) *yaml.Node {
	done := map[*yaml.Node]*yaml.Node{}
	within := map[*yaml.Node]bool{}
	var resolve func(n *yaml.Node) *yaml.Node
	resolve = func(n *yaml.Node) *yaml.Node {
		if n.Kind == yaml.AliasNode {
			if within[n.Alias] {
				r.fault(n, "*%s contains itself", n.Value)
				return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: n.Line, Column: n.Column}
			}
			return resolve(n.Alias)
		}
		if known := done[n]; known != nil {
			return known
		}
		within[n] = true
		defer delete(within, n)
		whole := *n
		whole.Content = make([]*yaml.Node, len(n.Content))
		for i, part := range n.Content {
			whole.Content[i] = resolve(part)
		}
		if n.Kind == yaml.MappingNode {
			whole.Content = r.merged(whole.Content)
		}
		done[n] = &whole
		return &whole
	}
	return resolve(root)
}

// merged carries out the merge keys among the keys and values of a mapping.
func (r *reader) merged(content []*yaml.Node) []*yaml.Node {
	var own, sources []*yaml.Node
	for i := 0; i+1 < len(content); i += 2 {
		key, value := content[i], content[i+1]
		switch {
		case key.Tag != "!!merge":
			own = append(own, key, value)
		case value.Kind == yaml.SequenceNode:
			sources = append(sources, value.Content...)
		default:
			sources = append(sources, value)
		}
	}
	for _, source := range sources {
		if source.Kind != yaml.MappingNode {
			r.fault(source, "<< takes a mapping, or a list of them")
			continue
		}
		for i := 0; i+1 < len(source.Content); i += 2 {
			name := source.Content[i].Value
			if !slices.ContainsFunc(own, func(n *yaml.Node) bool { return n.Value == name && slices.Index(own, n)%2 == 0 }) {
				own = append(own, source.Content[i], source.Content[i+1])
			}
		}
	}
	return own
}
