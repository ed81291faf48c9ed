package config

import (
	"go.yaml.in/yaml/v4"

	"github.com/sgaudit/sgaudit/cidr"
)

// key is a key of a mapping in the configuration file. Its value is kept in
// a T.
type key[T any] struct {
	name string
	read func(r *reader, n *yaml.Node, to *T)

	value func(of *T) any // what is written; nil leaves the key out
	flow  bool            // written in one line

	narrows bool // of an exception: it says which findings are accepted
}

// settingKeys are the keys of the file, in the order in which they are written.
var settingKeys = []key[Config]{
	{
		name: "trusted_cidrs", flow: true,
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
		read:  func(r *reader, n *yaml.Node, c *Config) { c.Settings.PublicPorts = readList(r, n, parsePublicPort) },
		value: func(c *Config) any { return texts(c.Settings.PublicPorts) },
	},
	{
		name: "accounts", flow: true,
		read:  func(r *reader, n *yaml.Node, c *Config) { c.Settings.Accounts = readList(r, n, parseAccount) },
		value: func(c *Config) any { return append([]string{}, c.Settings.Accounts...) },
	},
	{
		name: "bastions", flow: true,
		read:  func(r *reader, n *yaml.Node, c *Config) { c.Settings.Bastions = readList(r, n, parseWord) },
		value: func(c *Config) any { return append([]string{}, c.Settings.Bastions...) },
	},
	{
		name:  "broad_public_ipv4",
		read:  func(r *reader, n *yaml.Node, c *Config) { c.Settings.BroadPublic4 = readNumber(r, n, 1, 32) },
		value: func(c *Config) any { return c.Settings.BroadPublic4 },
	},
	{
		name:  "broad_public_ipv6",
		read:  func(r *reader, n *yaml.Node, c *Config) { c.Settings.BroadPublic6 = readNumber(r, n, 1, 128) },
		value: func(c *Config) any { return c.Settings.BroadPublic6 },
	},
	{
		name:  "wide_port_range",
		read:  func(r *reader, n *yaml.Node, c *Config) { c.Settings.WideRange = int32(readNumber(r, n, 2, 65536)) },
		value: func(c *Config) any { return c.Settings.WideRange },
	},
	{
		name:  "rules_per_group",
		read:  func(r *reader, n *yaml.Node, c *Config) { c.Settings.RulesPerGroup = readNumber(r, n, 1, 1000) },
		value: func(c *Config) any { return c.Settings.RulesPerGroup },
	},
	{
		name: "severities",
		read: func(r *reader, n *yaml.Node, c *Config) { c.Settings.Severities = readSeverities(r, n) },
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
		read:  func(r *reader, n *yaml.Node, c *Config) { c.Settings.Services = readServices(r, n) },
		value: func(c *Config) any { return sequence(serviceKeys, c.Settings.Services) },
	},
	{
		name:  "checks",
		read:  func(r *reader, n *yaml.Node, c *Config) { readKeys(r, n, "checks", checkKeys, c) },
		value: func(c *Config) any { return keyed[Config]{checkKeys, c} },
	},
	{
		name:  "exceptions",
		read:  func(r *reader, n *yaml.Node, c *Config) { c.Exceptions = readExceptions(r, n) },
		value: func(c *Config) any { return sequence(exceptionKeys, c.Exceptions) },
	},
}

// checkKeys are the keys below checks.
var checkKeys = []key[Config]{
	{
		name: "enable",
		read: func(r *reader, n *yaml.Node, c *Config) {
			c.Enable = readList(r, n, checkUnless(&c.Disable, "disabled"))
		},
		value: func(c *Config) any { return append([]string{}, c.Enable...) },
	},
	{
		name: "disable",
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
