// Package config reads the configuration file: it becomes the settings of an
// audit, the checks that run, and the exceptions. It also writes one, with the
// settings that are in effect, and puts an exception into one.
//
// What the file may say stands once, in the tables of keys.go, services.go and
// exceptions.go: reading and writing both go through them.
package config

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/files"
	"github.com/sgaudit/sgaudit/findings"
)

// Config is what the configuration file says. Every key is optional:
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
// its line and column, and all errors are reported at once. Aliases and merge keys
// of YAML stand for what they name, everywhere.
type Config struct {
	Settings        audit.Settings
	Enable, Disable []string // ids of checks
	Exceptions      []findings.Exception
}

// Read reads the file of that name; no name means the defaults. The error is a
// console.Failure with a line for each mistake, or says why the file could not
// be read.
func Read(name string) (*Config, error) {
	if name == "" {
		return &Config{Settings: audit.Defaults()}, nil
	}
	text, err := files.Read(name, files.Most)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	return Parse(name, text)
}

// Parse reads the text of a file; its name stands before each mistake.
func Parse(name string, text []byte) (*Config, error) {
	r := &reader{file: name}
	root, err := r.document(text)
	if err != nil {
		return nil, err
	}
	return r.config(root)
}

// config reads the content of the document; nil is an empty one.
func (r *reader) config(root *yaml.Node) (*Config, error) {
	c := &Config{Settings: audit.Defaults()}
	if root != nil {
		readKeys(r, r.withoutAliases(root), "configuration", settingKeys, c)
	}
	return c, r.failure()
}

// Choose joins the configuration and the flags --check and --skip-check. What
// the flags say counts more: a check that --check names runs, even if the
// configuration disables it.
func (c *Config) Choose(only, skip []string) (audit.Options, error) {
	opts := audit.Options{Settings: c.Settings, Only: only, Skip: skip}
	if len(only) == 0 {
		opts.Enable, opts.Skip = c.Enable, slices.Concat(skip, c.Disable)
	}
	if len(opts.Select()) == 0 {
		return opts, console.Usage("", "no check is left to run")
	}
	return opts, nil
}
