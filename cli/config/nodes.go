package config

import (
	"strconv"

	"go.yaml.in/yaml/v4"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
)

// readSeverities reads a mapping from checks to severities.
func readSeverities(r *reader, n *yaml.Node) map[string]findings.Severity {
	chosen := map[string]findings.Severity{}
	keys := map[string]func(*yaml.Node){}
	for _, check := range audit.Checks() {
		keys[check.ID] = func(n *yaml.Node) { chosen[check.ID] = readSeverity(r, n) }
	}
	r.mapping(n, "severities", keys)
	return chosen
}

func readSeverity(r *reader, n *yaml.Node) (s findings.Severity) {
	if n.Kind != yaml.ScalarNode || s.UnmarshalText([]byte(n.Value)) != nil {
		r.fault(n, "%q is not a severity: known are critical, high, medium, low, info", n.Value)
	}
	return s
}

// readNumber reads a whole number within bounds.
func readNumber(r *reader, n *yaml.Node, least, most int) int {
	value, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || value < least || value > most {
		r.fault(n, "expected a number from %d to %d", least, most)
		return least
	}
	return value
}

// readList reads a list of texts, each by parse.
func readList[T any](r *reader, n *yaml.Node, parse func(string) (T, error)) []T {
	if n.Kind != yaml.SequenceNode {
		r.fault(n, "expected a list ([] for none)")
		return nil
	}
	list := []T{}
	for _, item := range n.Content {
		if item.Kind != yaml.ScalarNode || item.Tag == "!!null" {
			r.fault(item, "expected a string")
			continue
		}
		value, err := parse(item.Value)
		if err != nil {
			r.fault(item, "%s", err)
			continue
		}
		list = append(list, value)
	}
	return list
}
