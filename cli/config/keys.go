package config

import (
	"go.yaml.in/yaml/v4"

	"github.com/sgaudit/sgaudit/cidr"
)

// key is a key of a mapping in the configuration file. Its value is kept in
// a T.
type key[T any] struct {
	name  string
	means string // for the documentation, in Markdown
	read  func(r *reader, n *yaml.Node, to *T)

	value func(of *T) any // what is written; nil leaves the key out
	flow  bool            // written in one line

	narrows bool // of an exception: it says which findings are accepted
}

// Key is a key of the file for the documentation: with the keys above it (checks.enable),
// and [] behind the name of a list of mappings.
type Key struct{ Name, Meaning string }

// Keys returns every key that the file may have, in the order in which they are written.
func Keys() (all []Key) {
	for _, k := range settingKeys {
		all = append(all, Key{k.name, k.means})
		switch k.name {
		case "services":
			all = append(all, keysBelow("services[].", serviceKeys)...)
		case "checks":
			all = append(all, keysBelow("checks.", checkKeys)...)
		case "exceptions":
			all = append(all, keysBelow("exceptions[].", exceptionKeys)...)
		}
	}
	return all
}

func keysBelow[T any](above string, keys []key[T]) (all []Key) {
	for _, k := range keys {
		all = append(all, Key{above + k.name, k.means})
	}
	return all
}

// settingKeys are the keys of the file, in the order in which they are written.
var settingKeys = []key[Config]{
	{
		name: "trusted_cidrs", flow: true,
		means: "sources inside these blocks are severity info, not alarms",
		read: func(r *reader, n *yaml.Node, c *Config) {
			c.Settings.TrustedCIDRs = readList(r, n, parseTrusted)
			if s := cidr.Of(c.Settings.TrustedCIDRs...); s.Whole(cidr.IPv4) || s.Whole(cidr.IPv6) {
				r.fault(n, "trusting the whole internet would hide every open port")
			}
		},
		value: func(c *Config) any { return texts(c.Settings.TrustedCIDRs) },
	},
	{
		name: "public_ports", flow: true,
		means: "ports that may be open to the internet, in place of the default list",
		read:  func(r *reader, n *yaml.Node, c *Config) { c.Settings.PublicPorts = readList(r, n, parsePublicPort) },
		value: func(c *Config) any { return texts(c.Settings.PublicPorts) },
	},
	{
		name: "accounts", flow: true,
		means: "accounts of your own, beyond those of the run, with groups that rules may reference",
		read:  func(r *reader, n *yaml.Node, c *Config) { c.Settings.Accounts = readList(r, n, parseAccount) },
		value: func(c *Config) any { return append([]string{}, c.Settings.Accounts...) },
	},
	{
		name: "bastions", flow: true,
		means: "words in the names of groups of bastions",
		read:  func(r *reader, n *yaml.Node, c *Config) { c.Settings.Bastions = readList(r, n, parseWord) },
		value: func(c *Config) any { return append([]string{}, c.Settings.Bastions...) },
	},
	{
		name:  "broad_public_ipv4",
		means: "a public IPv4 block with fewer bits than this is broad (1 to 32)",
		read:  func(r *reader, n *yaml.Node, c *Config) { c.Settings.BroadPublic4 = readNumber(r, n, 1, 32) },
		value: func(c *Config) any { return c.Settings.BroadPublic4 },
	},
	{
		name:  "broad_public_ipv6",
		means: "a public IPv6 block with fewer bits than this is broad (1 to 128)",
		read:  func(r *reader, n *yaml.Node, c *Config) { c.Settings.BroadPublic6 = readNumber(r, n, 1, 128) },
		value: func(c *Config) any { return c.Settings.BroadPublic6 },
	},
	{
		name:  "wide_port_range",
		means: "a range of so many ports or more is wide (2 to 65536)",
		read:  func(r *reader, n *yaml.Node, c *Config) { c.Settings.WideRange = int32(readNumber(r, n, 2, 65536)) },
		value: func(c *Config) any { return c.Settings.WideRange },
	},
	{
		name:  "rules_per_group",
		means: "the quota of rules per group, of one direction and address family, where it was not read (1 to 1000)",
		read:  func(r *reader, n *yaml.Node, c *Config) { c.Settings.RulesPerGroup = readNumber(r, n, 1, 1000) },
		value: func(c *Config) any { return c.Settings.RulesPerGroup },
	},
	{
		name:  "severities",
		means: "base severities by check, in place of those of the checks",
		read:  func(r *reader, n *yaml.Node, c *Config) { c.Settings.Severities = readSeverities(r, n) },
		value: func(c *Config) any {
			all := map[string]string{}
			for id, severity := range c.Settings.Severities {
				all[id] = severity.String()
			}
			return all
		},
	},
	{
		name:  "services",
		means: "services beyond the built-in table of ports: a list",
		read:  func(r *reader, n *yaml.Node, c *Config) { c.Settings.Services = readServices(r, n) },
		value: func(c *Config) any { return sequence(serviceKeys, c.Settings.Services) },
	},
	{
		name:  "checks",
		means: "which checks run",
		read:  func(r *reader, n *yaml.Node, c *Config) { readKeys(r, n, "checks", checkKeys, c) },
		value: func(c *Config) any { return keyed[Config]{checkKeys, c} },
	},
	{
		name:  "exceptions",
		means: "findings that are accepted: a list",
		read:  func(r *reader, n *yaml.Node, c *Config) { c.Exceptions = readExceptions(r, n) },
		value: func(c *Config) any { return sequence(exceptionKeys, c.Exceptions) },
	},
}

// checkKeys are the keys below checks.
var checkKeys = []key[Config]{
	{
		name:  "enable",
		means: "checks that are off by default and run",
		read: func(r *reader, n *yaml.Node, c *Config) {
			c.Enable = readList(r, n, checkUnless(&c.Disable, "disabled"))
		},
		value: func(c *Config) any { return append([]string{}, c.Enable...) },
	},
	{
		name:  "disable",
		means: "checks that do not run",
		read: func(r *reader, n *yaml.Node, c *Config) {
			c.Disable = readList(r, n, checkUnless(&c.Enable, "enabled"))
		},
		value: func(c *Config) any { return append([]string{}, c.Disable...) },
	},
}

// readKeys reads a mapping by its table, and returns which keys it has.
func readKeys[T any](r *reader, n *yaml.Node, what string, keys []key[T], to *T) (given map[string]bool) {
	given = map[string]bool{}
	readers := map[string]func(*yaml.Node){}
	for _, k := range keys {
		readers[k.name] = func(n *yaml.Node) {
			given[k.name] = true
			k.read(r, n, to)
		}
	}
	r.mapping(n, what, readers)
	return given
}
