package config

import (
	"fmt"
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
)

var sourceForm = regexp.MustCompile(`^(sg|pl)-[0-9A-Za-z-]+$`)

// exceptionKeys are the keys of an exception, in the order in which they are
// written.
var exceptionKeys = []key[findings.Exception]{
	exceptionText("reason", "required: why the findings are accepted; the report shows it", func(x *findings.Exception) *string { return &x.Reason }, nil),
	narrowing(exceptionText("check", "a finding matches if it is of this check, or of one that a pattern matches", func(x *findings.Exception) *string { return &x.Check }, exceptedCheck)),
	narrowing(exceptionText("account", "a finding matches if it is in this account", func(x *findings.Exception) *string { return &x.Account }, checkAccount)),
	narrowing(exceptionText("region", "a finding matches if it is in this region, or in one that a pattern matches", func(x *findings.Exception) *string { return &x.Region }, checkGlob)),
	narrowing(exceptionText("group", "a finding matches if its group has this id, or a name that the pattern matches", func(x *findings.Exception) *string { return &x.Group }, checkGlob)),
	narrowing(exceptionText("resource", "a finding matches if it is about this resource", func(x *findings.Exception) *string { return &x.Resource }, nil)),
	narrowing(key[findings.Exception]{
		name: "tags", flow: true,
		means: "a finding matches if its group or resource has all of these tags; values may be patterns",
		read:  func(r *reader, n *yaml.Node, x *findings.Exception) { x.Tags = readTags(r, n) },
		value: func(x *findings.Exception) any {
			if len(x.Tags) == 0 {
				return nil
			}
			return x.Tags
		},
	}),
	narrowing(key[findings.Exception]{
		name:  "ports",
		means: "a finding matches if its rule allows no more than this traffic",
		read: func(r *reader, n *yaml.Node, x *findings.Exception) {
			t, err := parseTraffic(n.Value)
			if x.Ports = &t; err != nil {
				r.fault(n, "%s", err)
			}
		},
		value: func(x *findings.Exception) any {
			if x.Ports == nil {
				return nil
			}
			return x.Ports.String()
		},
	}),
	narrowing(exceptionText("source", "a finding matches if its rule's source is this, or is inside this block", func(x *findings.Exception) *string { return &x.Source }, checkSource)),
	{
		name:  "expires",
		means: "the last day on which the exception holds, in UTC",
		read: func(r *reader, n *yaml.Node, x *findings.Exception) {
			day, err := ParseDay(n.Value)
			if x.Expires = day; err != nil {
				r.fault(n, "%s", err)
			}
		},
		value: func(x *findings.Exception) any { return unlessEmpty(x.ExpiresText()) },
	},
	exceptionText("owner", "shown beside the reason", func(x *findings.Exception) *string { return &x.Owner }, nil),
	exceptionText("ticket", "shown beside the reason", func(x *findings.Exception) *string { return &x.Ticket }, nil),
}

// exceptionText is a key that takes a text, which check may refuse.
func exceptionText(name, means string, field func(*findings.Exception) *string, check func(string) error) key[findings.Exception] {
	return key[findings.Exception]{
		name:  name,
		means: means,
		read: func(r *reader, n *yaml.Node, x *findings.Exception) {
			to := field(x)
			if *to = strings.TrimSpace(n.Value); n.Kind != yaml.ScalarNode || *to == "" {
				r.fault(n, "expected a string")
			} else if check != nil {
				if err := check(*to); err != nil {
					r.fault(n, "%s", err)
				}
			}
		},
		value: func(x *findings.Exception) any { return unlessEmpty(*field(x)) },
	}
}

func unlessEmpty(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// narrowing marks a key that says which findings an exception accepts.
func narrowing(k key[findings.Exception]) key[findings.Exception] {
	k.narrows = true
	return k
}

// readExceptions reads the list exceptions of the configuration.
func readExceptions(r *reader, n *yaml.Node) []findings.Exception {
	if n.Kind != yaml.SequenceNode {
		r.fault(n, "expected a list ([] for none)")
		return nil
	}
	var all []findings.Exception
	for _, item := range n.Content {
		all = append(all, readException(r, item))
	}
	return all
}

func readException(r *reader, item *yaml.Node) findings.Exception {
	x := findings.Exception{Line: item.Line}
	given := readKeys(r, item, "an exception", exceptionKeys, &x)
	if item.Kind == yaml.MappingNode {
		if x.Reason == "" {
			r.fault(item, "an exception needs a reason: the report shows it to its readers")
		}
		if !slices.ContainsFunc(exceptionKeys, func(k key[findings.Exception]) bool { return k.narrows && given[k.name] }) {
			r.fault(item, "an exception without conditions would hide every finding: add a check, a group or another key")
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

func readTags(r *reader, n *yaml.Node) map[string]string {
	tags := map[string]string{}
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		r.fault(n, "this must be tags, like {Team: web}; a value may be a pattern")
		return tags
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if value.Kind != yaml.ScalarNode {
			r.fault(value, "expected a string")
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
