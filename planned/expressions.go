package planned

import tfjson "github.com/hashicorp/terraform-json"

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

// absent reports whether an expression does not have what stands under the names in its
// blocks, as far as there is one block of each name: of several it is not known which.
func absent(e *tfjson.Expression, names []string) bool {
	for _, name := range names {
		if e == nil || e.ExpressionData == nil || len(e.NestedBlocks) != 1 {
			return false
		}
		if e = e.NestedBlocks[0][name]; e == nil {
			return true
		}
	}
	return false
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
