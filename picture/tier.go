package picture

import (
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// Tier is the column of a box: connections flow from the edge to the data.
type Tier string

// The tiers, from left to right.
const (
	Edge        Tier = "edge"
	Application Tier = "application"
	Data        Tier = "data"
)

// tier returns the tier of a group: its tag says it, or else the interfaces
// that it is attached to, or else the only port that it opens.
func (b *builder) tier(g *inventory.Group, box *Box) Tier {
	for _, key := range []string{"tier", "Tier", "role", "Role"} {
		if value, ok := inventory.TagValue(g.Tags, key); ok {
			switch strings.ToLower(value) {
			case "edge", "public", "dmz", "web-edge":
				return Edge
			case "app", "application", "backend", "web":
				return Application
			case "data", "db", "database":
				return Data
			}
		}
	}
	kind := func(match func(string) bool) bool {
		return slices.ContainsFunc(box.Kinds, func(k Kind) bool { return match(k.Name) })
	}
	outside := slices.ContainsFunc(box.Doors, func(d *Door) bool {
		return slices.ContainsFunc(d.Sources, func(s *Source) bool { return s.From == FromInternet || s.From == FromRange })
	})
	name := strings.ToLower(g.Name)
	switch {
	case kind(stores):
		return Data
	case kind(inventory.LoadBalancerKind) && outside:
		return Edge
	case kind(entries) || slices.ContainsFunc(b.opts.Bastions, func(word string) bool { return strings.Contains(name, strings.ToLower(word)) }):
		return Edge
	case len(box.Kinds) > 0 && kind(func(k string) bool {
		return inventory.LoadBalancerKind(k) || k == "function" || k == "ecs-task"
	}):
		return Application
	case slices.ContainsFunc(box.Doors, func(d *Door) bool { return d.Class == Database && d.Traffic.First == d.Traffic.Last }):
		return Data
	}
	return Application
}

// stores are the kinds of interfaces behind which data is kept.
func stores(kind string) bool {
	return inventory.DatabaseKind(kind) || kind == "efs" || kind == "fsx"
}

// entries are the kinds of interfaces through which connections come into a VPC.
func entries(kind string) bool {
	switch kind {
	case "api-gateway", "api_gateway_managed", "nat-gateway", "client-vpn", "transit-gateway":
		return true
	}
	return false
}
