package checks

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// What several checks say in the same words.

// interfacesNamed names the first few interfaces and counts the rest.
func interfacesNamed(list []*inventory.Interface) string {
	const most = 3
	text := ""
	for i, e := range list[:min(most, len(list))] {
		if i > 0 {
			text += ", "
		}
		text += e.ID
		if owner := e.Owner(); owner.Kind != "unknown" {
			text += " (" + owner.String() + ")"
		}
	}
	if more := len(list) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func rulesNamed(rules []*inventory.Rule) string {
	const most = 3
	var names []string
	for _, r := range rules[:min(most, len(rules))] {
		names = append(names, fmt.Sprintf("%q", r))
	}
	text := strings.Join(names, ", ")
	if more := len(rules) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
