package config

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.yaml.in/yaml/v4"

	"github.com/sgaudit/sgaudit/audit"
	_ "github.com/sgaudit/sgaudit/audit/checks" // declares the checks
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

func TestConfig(t *testing.T) {
	c, err := Parse("x.yaml", []byte(`
trusted_cidrs: &office
  - 203.0.113.0/24   # the office
  - 2001:db8::/32
public_ports: [tcp/80, udp/8000-8010]
accounts: ["012345678901"]
bastions: [Gate]
broad_public_ipv4: 20
broad_public_ipv6: 40
wide_port_range: 500
rules_per_group: 120
severities: {unused-group: info}
services:
  - {ports: tcp/8123, name: ClickHouse, kind: database, severity: high}
checks:
  disable: [unused-group]
  enable: []
`))
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		Settings: audit.Settings{
			TrustedCIDRs: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32")},
			PublicPorts:  []inventory.Traffic{inventory.Ports(inventory.TCP, 80, 80), inventory.Ports(inventory.UDP, 8000, 8010)},
			Accounts:     []string{"012345678901"}, Bastions: []string{"gate"}, Now: audit.Defaults().Now,
			BroadPublic4: 20, BroadPublic6: 40, WideRange: 500, RulesPerGroup: 120, QuotaAttention: 90,
			Severities: map[string]findings.Severity{"unused-group": findings.Info},
			Services:   []audit.Service{{Traffic: inventory.Ports(inventory.TCP, 8123, 8123), Name: "ClickHouse", Class: audit.Database, Severity: findings.High}},
		},
		Enable: []string{}, Disable: []string{"unused-group"},
	}
	if diff := cmp.Diff(want, c, cmp.AllowUnexported(Config{}), cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Error(diff)
	}
}

func TestConfigWithoutContent(t *testing.T) {
	for _, text := range []string{"", "# nothing yet\n", "---\n", "{}"} {
		c, err := Parse("x.yaml", []byte(text))
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if !slices.Equal(c.Settings.PublicPorts, audit.Defaults().PublicPorts) {
			t.Errorf("%q: the defaults are gone", text)
		}
	}
}

// TestConfigFaults wants every fault of a file at its place.
func TestConfigFaults(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"unknown key": {"trusted_cidr: []\nfoo: 1\n", `
x.yaml:1:1: unknown key "trusted_cidr" in configuration: did you mean trusted_cidrs?
x.yaml:2:1: unknown key "foo" in configuration: known are accounts, bastions, broad_public_ipv4, broad_public_ipv6, checks, exceptions, public_ports, rules_per_group, services, severities, trusted_cidrs, wide_port_range`},
		"numbers": {"wide_port_range: many\nrules_per_group: 0\nbroad_public_ipv4: [1]\n", `
x.yaml:1:18: expected a number from 2 to 65536
x.yaml:2:18: expected a number from 1 to 1000
x.yaml:3:20: expected a number from 1 to 32`},
		"words": {"accounts: [123]\nbastions: ['']\n", `
x.yaml:1:12: "123" is not an account id: an id has twelve digits, in quotes if it begins with 0
x.yaml:2:12: an empty word matches every name`},
		"unknown key below":   {"checks:\n  disabled: []\n", `x.yaml:2:3: unknown key "disabled" in checks: did you mean disable?`},
		"duplicate key":       {"public_ports: []\npublic_ports: []\n", `x.yaml:2:1: key "public_ports" was given before, in line 1`},
		"merge of no mapping": {"checks: {<<: [a]}\n", "x.yaml:1:15: << takes a mapping, or a list of them"},
		"one fault, two aliases": {"severities: {unused-group: &s x, redundant-rule: *s, duplicate-group: *s}\nnext: 1\n", `
x.yaml:1:28: "x" is not a severity: known are critical, high, medium, low, info
x.yaml:2:1: unknown key "next"`},
		"alias of itself": {"exceptions: &a\n- *a\n", "x.yaml:2:3: *a contains itself"},
		"fault behind aliases": {"trusted_cidrs: &a [x]\npublic_ports: *a\nbastions: []\naccounts: *a\n", `
x.yaml:1:20: "x" is not a CIDR like 203.0.113.0/24 or 2001:db8::/32
x.yaml:1:20: "x" is not a port like tcp/443 or udp/8000-8010
x.yaml:1:20: "x" is not an account id: an id has twelve digits, in quotes if it begins with 0`},
		"no mapping":  {"- a\n", "x.yaml:1:1: configuration must be a mapping with the keys accounts, bastions, broad_public_ipv4, broad_public_ipv6, checks, exceptions, public_ports, rules_per_group, services, severities, trusted_cidrs, wide_port_range"},
		"no list":     {"trusted_cidrs: 10.0.0.0/8\n", "x.yaml:1:16: expected a list ([] for none)"},
		"empty value": {"public_ports:\n", "x.yaml:1:14: expected a list ([] for none)"},
		"nested list": {"public_ports: [[tcp/80], ~]\n", "x.yaml:1:16: expected a string\nx.yaml:1:26: expected a string"},
		"addresses": {"trusted_cidrs:\n- 10.0.0.1\n- 10.0.0.1/8\n- office\n- ::ffff:10.0.0.0/104\n", `
x.yaml:2:3: "10.0.0.1" is an address: write 10.0.0.1/32
x.yaml:3:3: "10.0.0.1/8" has bits behind its mask: write 10.0.0.0/8
x.yaml:4:3: "office" is not a CIDR like 203.0.113.0/24 or 2001:db8::/32
x.yaml:5:3: "::ffff:10.0.0.0/104" is an IPv4 CIDR written as IPv6: write it as IPv4`},
		"whole internet": {"trusted_cidrs: [0.0.0.0/1, 128.0.0.0/1]\n", "x.yaml:1:16: trusting the whole internet would hide every open port"},
		"ports": {"public_ports: [443, icmp, all, tcp, tcp/0-65535, tcp/70000]\n", `
x.yaml:1:16: "443" is not a port like tcp/443 or udp/8000-8010
x.yaml:1:21: "icmp" is not a port like tcp/443 or udp/8000-8010
x.yaml:1:27: "all" is not a port like tcp/443 or udp/8000-8010
x.yaml:1:32: "tcp" are all ports: name those that may be public
x.yaml:1:37: "tcp/0-65535" are all ports: name those that may be public
x.yaml:1:50: "tcp/70000" is not a port like tcp/443 or udp/8000-8010`},
		"checks":          {"checks: {enable: [unused-gruop], disable: [nonsense]}\n", `x.yaml:1:19: unknown check "unused-gruop": did you mean unused-group?`},
		"both":            {"checks: {disable: [unused-group], enable: [unused-group]}\n", `x.yaml:1:44: check "unused-group" is disabled above`},
		"second document": {"public_ports: []\n---\npublic_ports: []\n", "x.yaml:2:1: a second document begins here: there may be only one"},
		"syntax":          {"public_ports: [tcp/80\nchecks: {}\n", "x.yaml:"},
		"tab":             {"checks:\n\tenable: []\n", "x.yaml:2:1: "},
		"unknown anchor":  {"public_ports: *here\n", "x.yaml:1:15: unknown anchor"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("x.yaml", []byte(c.text))
			if want := strings.TrimPrefix(c.want, "\n"); err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("got\n%v\nwant\n%s", err, want)
			}
		})
	}
}

// TestAliases writes every value of the configuration by an alias, and wants
// the same settings as without. The values are taken from what config show
// prints, so that a new key is tried too.
func TestAliases(t *testing.T) {
	const plain = `
trusted_cidrs: [203.0.113.0/24]
public_ports: [tcp/80, udp/8000-8010]
accounts: ["012345678901"]
bastions: [gate]
broad_public_ipv4: 20
broad_public_ipv6: 40
wide_port_range: 500
rules_per_group: 120
severities: {unused-group: info}
services:
  - {ports: tcp/8123, name: ClickHouse, kind: database, severity: high}
checks: {enable: [redundant-rule], disable: [unused-group]}
exceptions:
  - {reason: because, check: unused-group, account: "012345678901", region: eu-*, group: sg-1, resource: eni-1, tags: {Team: web}, ports: tcp/22, source: 10.0.0.0/8, expires: 2099-01-31, owner: me, ticket: A-1}
`
	want, err := Parse("x.yaml", []byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(plain), &document); err != nil {
		t.Fatal(err)
	}
	tried := 0
	// An alias takes the place of each value in turn.
	var values func(n *yaml.Node, visit func(n *yaml.Node))
	values = func(n *yaml.Node, visit func(n *yaml.Node)) {
		for i, part := range n.Content {
			if n.Kind != yaml.MappingNode || i%2 == 1 {
				visit(part)
			}
			values(part, visit)
		}
	}
	values(document.Content[0], func(n *yaml.Node) {
		tried++
		original := *n
		anchor := original
		anchor.Anchor = "value"
		*n = yaml.Node{Kind: yaml.AliasNode, Value: "value", Alias: &anchor}
		defer func() { *n = original }()
		got, err := (&reader{file: "x.yaml"}).config(document.Content[0])
		if err != nil {
			t.Errorf("an alias in place of %q, line %d: %v", original.Value, original.Line, err)
			return
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(Config{}), cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
			t.Errorf("an alias in place of %q, line %d: %s", original.Value, original.Line, diff)
		}
	})
	if tried < 40 {
		t.Errorf("%d values were tried", tried)
	}
}

// TestAliasesInAFile: anchors, aliases and merge keys as people write them.
func TestAliasesInAFile(t *testing.T) {
	got, err := Parse("x.yaml", []byte(`
services:
  - &db {ports: tcp/8123, name: ClickHouse, kind: database, severity: &grave high}
  - {<<: *db, ports: tcp/9999, name: Other}
  - <<: [{name: Third}, *db]
    severity: *grave
severities: {unused-group: *grave}
exceptions:
  - &exception
    reason: until the move
    tags: &tags {Team: web}
    expires: 2099-01-31
  - {<<: *exception, group: sg-1}
  - {reason: x, tags: *tags}
`))
	if err != nil {
		t.Fatal(err)
	}
	want, err := Parse("x.yaml", []byte(`
services:
  - {ports: tcp/8123, name: ClickHouse, kind: database, severity: high}
  - {ports: tcp/9999, name: Other, kind: database, severity: high}
  - {ports: tcp/8123, name: Third, kind: database, severity: high}
severities: {unused-group: high}
exceptions:
  - {reason: until the move, tags: {Team: web}, expires: 2099-01-31}
  - {reason: until the move, tags: {Team: web}, expires: 2099-01-31, group: sg-1}
  - {reason: x, tags: {Team: web}}
`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Config{}), cmpopts.EquateComparable(netip.Prefix{}), cmpopts.IgnoreFields(findings.Exception{}, "Line")); diff != "" {
		t.Error(diff)
	}
}

// TestAliasesStaySmall: aliases of aliases do not multiply.
func TestAliasesStaySmall(t *testing.T) {
	text := "exceptions:\n- &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := range 60 {
		text += fmt.Sprintf("- &a%d [*a%d, *a%d, *a%d, *a%d]\n", i+1, i, i, i, i)
	}
	if _, err := Parse("x.yaml", []byte(text)); err == nil || strings.Count(err.Error(), "\n") > mostFaults {
		t.Errorf("%v", err)
	}
}

func TestChoose(t *testing.T) {
	c, err := Parse("x.yaml", []byte("checks: {disable: [unused-group]}"))
	if err != nil {
		t.Fatal(err)
	}
	ids := func(opts audit.Options) []string {
		var ids []string
		for _, check := range opts.Select() {
			ids = append(ids, check.ID)
		}
		return ids
	}
	opts, err := c.Choose(nil, []string{"admin-port-open-to-internet"})
	if got := ids(opts); err != nil || slices.Contains(got, "unused-group") || slices.Contains(got, "admin-port-open-to-internet") || len(got) < 3 {
		t.Errorf("the disabled and the skipped check are not left out: %v, %v", got, err)
	}
	opts, err = c.Choose([]string{"unused-group"}, nil)
	if got := ids(opts); err != nil || !slices.Equal(got, []string{"unused-group"}) {
		t.Errorf("--check does not win over the configuration: %v, %v", got, err)
	}
	if _, err = c.Choose([]string{"unused-group"}, []string{"unused-group"}); err == nil {
		t.Error("a run without any check began")
	}
}
