package remedy

import (
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// hasInstance reports whether Session Manager may be a way in: an instance
// has the group, or nothing does yet.
func hasInstance(holders []*inventory.Interface) bool {
	return len(holders) == 0 || slices.ContainsFunc(holders, func(e *inventory.Interface) bool { return e.Instance != "" })
}
