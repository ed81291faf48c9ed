package config

import (
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/sgaudit/sgaudit/audit"
)

// serviceKeys are the keys of a service, each of which must be given.
var serviceKeys = []key[audit.Service]{
	{
		name:  "ports",
		means: "one protocol and its ports: tcp/8123, udp/5000-5010",
		read: func(r *reader, n *yaml.Node, s *audit.Service) {
			t, err := parsePublicPort(n.Value)
			if s.Traffic = t; err != nil {
				r.fault(n, "%s", err)
			}
		},
		value: func(s *audit.Service) any { return s.Traffic.String() },
	},
	{
		name:  "name",
		means: "what messages call the service",
		read: func(r *reader, n *yaml.Node, s *audit.Service) {
			if s.Name = n.Value; strings.TrimSpace(s.Name) == "" {
				r.fault(n, "the service's name is empty")
			}
		},
		value: func(s *audit.Service) any { return s.Name },
	},
	{
		name:  "kind",
		means: "what checks make of it: `admin`, `database` or `high-risk`",
		read: func(r *reader, n *yaml.Node, s *audit.Service) {
			class, ok := audit.Classes()[n.Value]
			if s.Class = class; !ok {
				r.fault(n, "unknown kind %q: known are %s", n.Value, strings.Join(slices.Sorted(maps.Keys(audit.Classes())), ", "))
			}
		},
		value: func(s *audit.Service) any {
			for word, class := range audit.Classes() {
				if class == s.Class {
					return word
				}
			}
			return ""
		},
	},
	{
		name:  "severity",
		means: "the base severity of findings about it",
		read:  func(r *reader, n *yaml.Node, s *audit.Service) { s.Severity = readSeverity(r, n) },
		value: func(s *audit.Service) any { return s.Severity.String() },
	},
}

// readServices reads a list of mappings, each of which names a service.
func readServices(r *reader, n *yaml.Node) []audit.Service {
	if n.Kind != yaml.SequenceNode {
		r.fault(n, "expected a list ([] for none)")
		return nil
	}
	var all []audit.Service
	for _, item := range n.Content {
		var s audit.Service
		given := readKeys(r, item, "a service", serviceKeys, &s)
		if len(given) < len(serviceKeys) && item.Kind == yaml.MappingNode {
			var names []string
			for _, k := range serviceKeys {
				names = append(names, k.name)
			}
			slices.Sort(names)
			r.fault(item, "a service has the keys %s", strings.Join(names, ", "))
		}
		all = append(all, s)
	}
	return all
}
