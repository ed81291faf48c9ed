package cli

import (
	"fmt"
	"net/netip"
	"path"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/inventory"
)

var sourceForm = regexp.MustCompile(`^(sg|pl)-[0-9A-Za-z-]+$`)

// readExceptions reads the list exceptions of the configuration.
func readExceptions(r *configReader, n *yaml.Node) []audit.Exception {
	if n.Kind != yaml.SequenceNode {
		r.fault(n, "this must be a list: write [] for an empty one")
		return nil
	}
	var all []audit.Exception
	for _, item := range n.Content {
		all = append(all, readException(r, item))
	}
	return all
}

func readException(r *configReader, item *yaml.Node) audit.Exception {
	x := audit.Exception{Line: item.Line}
	narrow := 0
	text := func(to *string, parse func(string) error) func(*yaml.Node) {
		return func(n *yaml.Node) {
			if *to = strings.TrimSpace(n.Value); n.Kind != yaml.ScalarNode || *to == "" {
				r.fault(n, "this must be text")
			} else if parse != nil {
				if err := parse(*to); err != nil {
					r.fault(n, "%s", err)
				}
			}
		}
	}
	narrowing := func(f func(*yaml.Node)) func(*yaml.Node) {
		return func(n *yaml.Node) { narrow++; f(n) }
	}
	r.mapping(item, "an exception", map[string]func(*yaml.Node){
		"reason":   text(&x.Reason, nil),
		"owner":    text(&x.Owner, nil),
		"ticket":   text(&x.Ticket, nil),
		"check":    narrowing(text(&x.Check, exceptedCheck)),
		"account":  narrowing(text(&x.Account, func(s string) error { _, err := parseAccount(s); return err })),
		"region":   narrowing(text(&x.Region, checkGlob)),
		"group":    narrowing(text(&x.Group, checkGlob)),
		"resource": narrowing(text(&x.Resource, nil)),
		"source":   narrowing(text(&x.Source, checkSource)),
		"ports": narrowing(func(n *yaml.Node) {
			t, err := parseTrafficOf(n.Value)
			if x.Ports = &t; err != nil {
				r.fault(n, "%s", err)
			}
		}),
		"tags": narrowing(func(n *yaml.Node) { x.Tags = readTags(r, n) }),
		"expires": func(n *yaml.Node) {
			day, err := parseDay(n.Value)
			if x.Expires = day; err != nil {
				r.fault(n, "%s", err)
			}
		},
	})
	if item.Kind == yaml.MappingNode {
		if x.Reason == "" {
			r.fault(item, "an exception needs a reason: those who read the report want to know why")
		}
		if narrow == 0 {
			r.fault(item, "an exception that names nothing would hide every finding: give it a check, a group, or more")
		}
	}
	return x
}

// exceptedCheck reads the id of a check, or a glob that some check matches.
func exceptedCheck(text string) error {
	if !strings.ContainsAny(text, "*?[") {
		return checkOrHint(text)
	}
	if err := checkGlob(text); err != nil {
		return err
	}
	for _, check := range audit.Checks() {
		if ok, _ := path.Match(text, check.ID); ok {
			return nil
		}
	}
	return fmt.Errorf("no check is named like %q", text)
}

func checkGlob(text string) error {
	if _, err := path.Match(text, ""); err != nil {
		return fmt.Errorf("%q is not a pattern: *, ? and [abc] are understood", text)
	}
	return nil
}

func checkSource(text string) error {
	if sourceForm.MatchString(text) {
		return nil
	}
	p, err := netip.ParsePrefix(text)
	switch {
	case err != nil:
		return fmt.Errorf("%q is neither a CIDR nor the id of a group or prefix list", text)
	case p != p.Masked():
		return fmt.Errorf("%q has bits behind its mask: write %s", text, p.Masked())
	}
	return nil
}

// parseDay reads a day like 2030-01-31, in UTC.
func parseDay(text string) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return day, fmt.Errorf("%q is not a day like 2030-01-31", text)
	}
	return day, nil
}

func readTags(r *configReader, n *yaml.Node) map[string]string {
	tags := map[string]string{}
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		r.fault(n, "this must be tags, like {Team: web}; a value may be a pattern")
		return tags
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if value.Kind != yaml.ScalarNode {
			r.fault(value, "this must be text")
		} else if err := checkGlob(value.Value); err != nil {
			r.fault(value, "%s", err)
		}
		if _, twice := tags[key.Value]; twice {
			r.fault(key, "tag %q was given before", key.Value)
		}
		tags[key.Value] = value.Value
	}
	return tags
}

// parseTrafficOf reads traffic as an exception names it.
func parseTrafficOf(text string) (inventory.Traffic, error) {
	t, err := inventory.ParseTraffic(text)
	if err != nil {
		return t, fmt.Errorf("%q is not traffic like tcp/22, udp/8000-8010 or all", text)
	}
	return t, nil
}
