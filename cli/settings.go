package cli

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/files"
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
//	rules_per_group: 60                      the account's quota, where it is not read
//	severities: {unused-group: info}         base severities, by check
//	services:                                beyond the table of ports
//	  - {ports: tcp/8123, name: ClickHouse, kind: database, severity: high}
//	checks: {enable: [ID...], disable: [ID...]}
//	exceptions:                              findings that may stay; see docs/exceptions.md
//	  - {reason: ..., check: ..., group: ..., expires: 2030-01-31}
//
// The file is read strictly: an unknown or repeated key, a value of another
// form and anything else that could silently mean nothing is an error with
// its line and column, and all errors are told at once. Aliases and merge keys
// of YAML stand for what they name, everywhere.
type config struct {
	settings        audit.Settings
	enable, disable []string
	exceptions      []audit.Exception
}

// readConfig reads the file of that name; no name means the defaults.
func readConfig(name string) (*config, error) {
	if name == "" {
		return &config{settings: audit.Defaults()}, nil
	}
	text, err := files.Read(name, files.Most)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	return parseConfig(name, text)
}

func parseConfig(name string, text []byte) (*config, error) {
	r := &configReader{file: name}
	root, err := r.document(text)
	if err != nil {
		return nil, err
	}
	return readSettings(r, root)
}

// readSettings reads the content of the document; nil is an empty one.
func readSettings(r *configReader, root *yaml.Node) (*config, error) {
	c := &config{settings: audit.Defaults()}
	if root != nil {
		r.mapping(r.withoutAliases(root), "configuration", map[string]func(*yaml.Node){
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
			"exceptions":        func(n *yaml.Node) { c.exceptions = readExceptions(r, n) },
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
		return p, fmt.Errorf("%q is not a CIDR like 203.0.113.0/24 or 2001:db8::/32", text)
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
		return t, fmt.Errorf("%q is not a port like tcp/443 or udp/8000-8010", text)
	case t.PortsText() == "all":
		return t, fmt.Errorf("%q are all ports: name those that may be public", text)
	}
	return t, nil
}

func parseAccount(text string) (string, error) {
	if !inventory.IsAccountID(text) {
		return text, fmt.Errorf("%q is not an account id: an id has twelve digits, in quotes if it begins with 0", text)
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
		return id, checkOrHint(id)
	}
}

// checkOrHint refuses what is not the id of a check, in one short line, as lists of
// mistakes want it.
func checkOrHint(id string) error {
	err := checkID(id)
	if f, ok := errors.AsType[*console.Failure](err); ok && f.Hint != "" {
		err = fmt.Errorf("unknown check %q: %s", id, f.Hint)
	}
	return err
}

// choose joins the configuration and the flags --check and --skip-check. What
// the flags say counts more: a check that --check names runs, even if the
// configuration disables it.
func (c *config) choose(only, skip []string) (audit.Options, error) {
	opts := audit.Options{Settings: c.settings, Only: only, Skip: skip}
	if len(only) == 0 {
		opts.Enable, opts.Skip = c.enable, slices.Concat(skip, c.disable)
	}
	if len(opts.Select()) == 0 {
		return opts, console.Usage("", "no check is left to run")
	}
	return opts, nil
}
