package cli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// config is what the configuration file says. Every key is optional:
//
//	trusted_cidrs: [203.0.113.0/24]          sources inside are info
//	public_ports: [tcp/80, tcp/443]          replaces the default list
//	accounts: ["210987654321"]               one's own, beyond those of the run
//	bastions: [bastion, jump]                words in the names of bastions
//	broad_public_ipv4: 16                    a public block with fewer bits is broad
//	broad_public_ipv6: 32                    the same of IPv6
//	wide_port_range: 1000                    as many ports are a wide range
//	rules_per_group: 60                      the account's quota
//	severities: {unused-group: info}         base severities, by check
//	services:                                beyond the table of ports
//	  - {ports: tcp/8123, name: ClickHouse, kind: database, severity: high}
//	checks: {enable: [ID...], disable: [ID...]}
//
// The file is read strictly: an unknown or repeated key, a value of another
// form and anything else that could silently mean nothing is an error with
// its line and column, and all errors are told at once.
type config struct {
	settings        audit.Settings
	enable, disable []string
}

// readConfig reads the file of that name; no name means the defaults.
func readConfig(name string) (*config, error) {
	if name == "" {
		return &config{settings: audit.Defaults()}, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	return parseConfig(name, text)
}

func parseConfig(name string, text []byte) (*config, error) {
	c := &config{settings: audit.Defaults()}
	r := &configReader{file: name}
	root, err := r.document(text)
	if err != nil {
		return nil, err
	}
	if root != nil {
		r.mapping(root, "configuration", map[string]func(*yaml.Node){
			"trusted_cidrs": func(n *yaml.Node) {
				c.settings.TrustedCIDRs = readList(r, n, parseTrusted)
				if s := cidr.Of(c.settings.TrustedCIDRs...); s.Whole(cidr.IPv4) || s.Whole(cidr.IPv6) {
					r.fault(n, "trusting the whole internet would hide every open port")
				}
			},
			"public_ports":      func(n *yaml.Node) { c.settings.PublicPorts = readList(r, n, parsePublicPort) },
			"accounts":          func(n *yaml.Node) { c.settings.Accounts = readList(r, n, parseAccount) },
			"bastions":          func(n *yaml.Node) { c.settings.Bastions = readList(r, n, parseWord) },
			"broad_public_ipv4": func(n *yaml.Node) { c.settings.BroadPublic4 = readNumber(r, n, 1, 32) },
			"broad_public_ipv6": func(n *yaml.Node) { c.settings.BroadPublic6 = readNumber(r, n, 1, 128) },
			"wide_port_range":   func(n *yaml.Node) { c.settings.WideRange = int32(readNumber(r, n, 2, 65536)) },
			"rules_per_group":   func(n *yaml.Node) { c.settings.RulesPerGroup = readNumber(r, n, 1, 1000) },
			"severities":        func(n *yaml.Node) { c.settings.Severities = readSeverities(r, n) },
			"services":          func(n *yaml.Node) { c.settings.Services = readServices(r, n) },
			"checks": func(n *yaml.Node) {
				r.mapping(n, "checks", map[string]func(*yaml.Node){
					"enable":  func(n *yaml.Node) { c.enable = readList(r, n, checkUnless(&c.disable, "disabled")) },
					"disable": func(n *yaml.Node) { c.disable = readList(r, n, checkUnless(&c.enable, "enabled")) },
				})
			},
		})
	}
	return c, r.failure()
}

// parseTrusted reads a prefix, exactly as AWS would take it.
func parseTrusted(text string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(text)
	if a, bare := netip.ParseAddr(text); bare == nil {
		return p, fmt.Errorf("%q is an address: write %s", text, netip.PrefixFrom(a, a.BitLen()))
	}
	switch {
	case err != nil:
		return p, fmt.Errorf("%q is no CIDR like 203.0.113.0/24 or 2001:db8::/32", text)
	case p != p.Masked():
		return p, fmt.Errorf("%q has bits behind its mask: write %s", text, p.Masked())
	case p.Addr().Is4In6():
		return p, fmt.Errorf("%q is an IPv4 CIDR written as IPv6: write it as IPv4", text)
	}
	return p, nil
}

func parsePublicPort(text string) (inventory.Traffic, error) {
	t, err := inventory.ParseTraffic(text)
	switch {
	case err != nil || !t.HasPorts() || t.Protocol == inventory.AllProtocols:
		return t, fmt.Errorf("%q is no port like tcp/443 or udp/8000-8010", text)
	case t.PortsText() == "all":
		return t, fmt.Errorf("%q are all ports: name those that may be public", text)
	}
	return t, nil
}

func parseAccount(text string) (string, error) {
	if !accountForm.MatchString(text) {
		return text, fmt.Errorf("%q is no account id: it has twelve digits, in quotes if it begins with 0", text)
	}
	return text, nil
}

// parseWord reads a part of a name, which is compared in lower case.
func parseWord(text string) (string, error) {
	if strings.TrimSpace(text) == "" {
		return text, errors.New("an empty word is in every name")
	}
	return strings.ToLower(text), nil
}

// checkUnless reads the id of a check that the other list does not hold.
func checkUnless(other *[]string, word string) func(string) (string, error) {
	return func(id string) (string, error) {
		if slices.Contains(*other, id) {
			return id, fmt.Errorf("check %q is %s above", id, word)
		}
		err := checkID(id)
		if f, ok := errors.AsType[*failure](err); ok && f.hint != "" {
			err = fmt.Errorf("unknown check %q: %s", id, f.hint)
		}
		return id, err
	}
}

// choose joins the configuration and the flags --check and --skip-check. What
// the flags say counts more: a check that --check names runs, even if the
// configuration disables it.
func (c *config) choose(only, skip []string) (audit.Options, error) {
	opts := audit.Options{Settings: c.settings, Only: only, Skip: skip}
	if len(only) == 0 {
		opts.Only, opts.Skip = c.enabled(audit.Checks()), slices.Concat(skip, c.disable)
	}
	if len(opts.Select()) == 0 {
		return opts, usage("", "no check is left to run")
	}
	return opts, nil
}

// enabled returns the ids of the checks that are on by default or enabled.
func (c *config) enabled(checks []*audit.Check) []string {
	var ids []string
	for _, check := range checks {
		if !check.OnRequest || slices.Contains(c.enable, check.ID) {
			ids = append(ids, check.ID)
		}
	}
	return ids
}

// configReader walks the nodes of one file and gathers what is wrong.
type configReader struct {
	file   string
	faults []fault
}

type fault struct {
	line, column int
	message      string
}

func (r *configReader) fault(n *yaml.Node, format string, args ...any) {
	r.faults = append(r.faults, fault{n.Line, n.Column, fmt.Sprintf(format, args...)})
}

func (r *configReader) failure() error {
	if len(r.faults) == 0 {
		return nil
	}
	slices.SortStableFunc(r.faults, func(a, b fault) int { return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column)) })
	lines := make([]string, len(r.faults))
	for i, f := range r.faults {
		lines[i] = fmt.Sprintf("%s:%d:%d: %s", r.file, f.line, f.column, f.message)
	}
	return &failure{message: strings.Join(lines, "\n")}
}

// document returns the content of the only document, or nil of an empty file.
func (r *configReader) document(text []byte) (*yaml.Node, error) {
	loader, err := yaml.NewLoader(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", r.file, err)
	}
	var first, second yaml.Node
	switch err := loader.Load(&first); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, r.syntax(err)
	}
	switch err := loader.Load(&second); {
	case err == nil:
		r.fault(&second, "a second document begins here: there may be only one")
		return nil, r.failure()
	case !errors.Is(err, io.EOF):
		return nil, r.syntax(err)
	}
	if len(first.Content) == 0 || first.Content[0].Tag == "!!null" {
		return nil, nil
	}
	return first.Content[0], nil
}

// syntax gives the library's errors the form of the others.
func (r *configReader) syntax(err error) error {
	many, ok := errors.AsType[*yaml.LoadErrors](err)
	errs := []error{err}
	if ok {
		errs = errs[:0]
		for _, e := range many.Errors {
			errs = append(errs, e)
		}
	}
	for _, err := range errs {
		one, ok := errors.AsType[*yaml.LoadError](err)
		if !ok {
			return fmt.Errorf("reading %s: %w", r.file, err)
		}
		r.faults = append(r.faults, fault{one.Mark.Line, one.Mark.Column, strings.TrimPrefix(one.Message, "yaml: ")})
	}
	return r.failure()
}

// mapping hands the value of each key to its reader.
func (r *configReader) mapping(n *yaml.Node, what string, keys map[string]func(*yaml.Node)) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.MappingNode {
		r.fault(n, "%s must be a mapping with the keys %s", what, strings.Join(slices.Sorted(maps.Keys(keys)), ", "))
		return
	}
	lines := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read, known := keys[key.Value]
		switch {
		case key.Kind != yaml.ScalarNode || !known:
			names := slices.Sorted(maps.Keys(keys))
			text := "known are " + strings.Join(names, ", ")
			if near := nearest(key.Value, names); near != "" {
				text = "did you mean " + near + "?"
			}
			r.fault(key, "unknown key %q in %s: %s", key.Value, what, text)
		case lines[key.Value] > 0:
			r.fault(key, "key %q was given before, in line %d", key.Value, lines[key.Value])
		default:
			lines[key.Value] = key.Line
			read(value)
		}
	}
}

// readSeverities reads a mapping from checks to severities.
func readSeverities(r *configReader, n *yaml.Node) map[string]findings.Severity {
	chosen := map[string]findings.Severity{}
	keys := map[string]func(*yaml.Node){}
	for _, check := range audit.Checks() {
		keys[check.ID] = func(n *yaml.Node) { chosen[check.ID] = readSeverity(r, n) }
	}
	r.mapping(n, "severities", keys)
	return chosen
}

func readSeverity(r *configReader, n *yaml.Node) (s findings.Severity) {
	if n.Kind != yaml.ScalarNode || s.UnmarshalText([]byte(n.Value)) != nil {
		r.fault(n, "%q is no severity: known are critical, high, medium, low, info", n.Value)
	}
	return s
}

// readServices reads a list of mappings, each of which names a service and has
// all of its keys.
func readServices(r *configReader, n *yaml.Node) []audit.Service {
	if n.Kind != yaml.SequenceNode {
		r.fault(n, "a list is wanted here: write [] for an empty one")
		return nil
	}
	var all []audit.Service
	for _, item := range n.Content {
		var s audit.Service
		given := 0
		read := func(f func(n *yaml.Node)) func(*yaml.Node) {
			return func(n *yaml.Node) {
				given++
				f(n)
			}
		}
		keys := map[string]func(*yaml.Node){
			"ports": read(func(n *yaml.Node) {
				t, err := parsePublicPort(n.Value)
				if s.Traffic = t; err != nil {
					r.fault(n, "%s", err)
				}
			}),
			"name": read(func(n *yaml.Node) {
				if s.Name = n.Value; strings.TrimSpace(s.Name) == "" {
					r.fault(n, "the service's name is empty")
				}
			}),
			"kind": read(func(n *yaml.Node) {
				class, ok := audit.Classes()[n.Value]
				if s.Class = class; !ok {
					r.fault(n, "unknown kind %q: known are %s", n.Value, strings.Join(slices.Sorted(maps.Keys(audit.Classes())), ", "))
				}
			}),
			"severity": read(func(n *yaml.Node) { s.Severity = readSeverity(r, n) }),
		}
		r.mapping(item, "a service", keys)
		if given < len(keys) && item.Kind == yaml.MappingNode {
			r.fault(item, "a service has the keys %s", strings.Join(slices.Sorted(maps.Keys(keys)), ", "))
		}
		all = append(all, s)
	}
	return all
}

// readNumber reads a whole number within bounds.
func readNumber(r *configReader, n *yaml.Node, least, most int) int {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	value, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || value < least || value > most {
		r.fault(n, "a number from %d to %d is wanted here", least, most)
		return least
	}
	return value
}

// readList reads a list of texts, each by parse.
func readList[T any](r *configReader, n *yaml.Node, parse func(string) (T, error)) []T {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.SequenceNode {
		r.fault(n, "a list is wanted here: write [] for an empty one")
		return nil
	}
	list := []T{}
	for _, item := range n.Content {
		if item.Kind == yaml.AliasNode {
			item = item.Alias
		}
		if item.Kind != yaml.ScalarNode || item.Tag == "!!null" {
			r.fault(item, "a text is wanted here")
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
