package flows

import (
	"maps"
	"slices"
)

// Fields returns the names of the fields that are known, sorted.
func Fields() []string { return slices.Sorted(maps.Keys(fields)) }

// Rows is the number of rows that were taken.
func (d *Reduction) Rows() int { return d.rows }
