package flows

import (
	"maps"
	"slices"
)

// Fields returns the names of the fields that are known, sorted.
func Fields() []string { return slices.Sorted(maps.Keys(fields)) }
