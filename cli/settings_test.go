package cli

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

func TestConfig(t *testing.T) {
	c, err := parseConfig("x.yaml", []byte(`
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
	want := &config{
		settings: audit.Settings{
			TrustedCIDRs: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32")},
			PublicPorts:  []inventory.Traffic{inventory.Ports(inventory.TCP, 80, 80), inventory.Ports(inventory.UDP, 8000, 8010)},
			Accounts:     []string{"012345678901"}, Bastions: []string{"gate"}, Now: audit.Defaults().Now,
			BroadPublic4: 20, BroadPublic6: 40, WideRange: 500, RulesPerGroup: 120, QuotaAttention: 90,
			Severities: map[string]findings.Severity{"unused-group": findings.Info},
			Services:   []audit.Service{{Traffic: inventory.Ports(inventory.TCP, 8123, 8123), Name: "ClickHouse", Class: audit.Database, Severity: findings.High}},
		},
		enable: []string{}, disable: []string{"unused-group"},
	}
	if diff := cmp.Diff(want, c, cmp.AllowUnexported(config{}), cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Error(diff)
	}
}

func TestConfigWithoutContent(t *testing.T) {
	for _, text := range []string{"", "# nothing yet\n", "---\n", "{}"} {
		c, err := parseConfig("x.yaml", []byte(text))
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if !slices.Equal(c.settings.PublicPorts, audit.Defaults().PublicPorts) {
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
x.yaml:1:18: a number from 2 to 65536 is wanted here
x.yaml:2:18: a number from 1 to 1000 is wanted here
x.yaml:3:20: a number from 1 to 32 is wanted here`},
		"words": {"accounts: [123]\nbastions: ['']\n", `
x.yaml:1:12: "123" is no account id: it has twelve digits, in quotes if it begins with 0
x.yaml:2:12: an empty word is in every name`},
		"unknown key below": {"checks:\n  disabled: []\n", `x.yaml:2:3: unknown key "disabled" in checks: did you mean disable?`},
		"duplicate key":     {"public_ports: []\npublic_ports: []\n", `x.yaml:2:1: key "public_ports" was given before, in line 1`},
		"merge key":         {"<<: {public_ports: []}\n", `x.yaml:1:1: unknown key "<<" in configuration: known are accounts, bastions, broad_public_ipv4, broad_public_ipv6, checks, exceptions, public_ports, rules_per_group, services, severities, trusted_cidrs, wide_port_range`},
		"no mapping":        {"- a\n", "x.yaml:1:1: configuration must be a mapping with the keys accounts, bastions, broad_public_ipv4, broad_public_ipv6, checks, exceptions, public_ports, rules_per_group, services, severities, trusted_cidrs, wide_port_range"},
		"no list":           {"trusted_cidrs: 10.0.0.0/8\n", "x.yaml:1:16: a list is wanted here: write [] for an empty one"},
		"empty value":       {"public_ports:\n", "x.yaml:1:14: a list is wanted here: write [] for an empty one"},
		"nested list":       {"public_ports: [[tcp/80], ~]\n", "x.yaml:1:16: a text is wanted here\nx.yaml:1:26: a text is wanted here"},
		"addresses": {"trusted_cidrs:\n- 10.0.0.1\n- 10.0.0.1/8\n- office\n- ::ffff:10.0.0.0/104\n", `
x.yaml:2:3: "10.0.0.1" is an address: write 10.0.0.1/32
x.yaml:3:3: "10.0.0.1/8" has bits behind its mask: write 10.0.0.0/8
x.yaml:4:3: "office" is no CIDR like 203.0.113.0/24 or 2001:db8::/32
x.yaml:5:3: "::ffff:10.0.0.0/104" is an IPv4 CIDR written as IPv6: write it as IPv4`},
		"whole internet": {"trusted_cidrs: [0.0.0.0/1, 128.0.0.0/1]\n", "x.yaml:1:16: trusting the whole internet would hide every open port"},
		"ports": {"public_ports: [443, icmp, all, tcp, tcp/0-65535, tcp/70000]\n", `
x.yaml:1:16: "443" is no port like tcp/443 or udp/8000-8010
x.yaml:1:21: "icmp" is no port like tcp/443 or udp/8000-8010
x.yaml:1:27: "all" is no port like tcp/443 or udp/8000-8010
x.yaml:1:32: "tcp" are all ports: name those that may be public
x.yaml:1:37: "tcp/0-65535" are all ports: name those that may be public
x.yaml:1:50: "tcp/70000" is no port like tcp/443 or udp/8000-8010`},
		"checks":          {"checks: {enable: [unused-gruop], disable: [nonsense]}\n", `x.yaml:1:19: unknown check "unused-gruop": did you mean unused-group?`},
		"both":            {"checks: {disable: [unused-group], enable: [unused-group]}\n", `x.yaml:1:44: check "unused-group" is disabled above`},
		"second document": {"public_ports: []\n---\npublic_ports: []\n", "x.yaml:2:1: a second document begins here: there may be only one"},
		"syntax":          {"public_ports: [tcp/80\nchecks: {}\n", "x.yaml:"},
		"tab":             {"checks:\n\tenable: []\n", "x.yaml:2:1: "},
		"unknown anchor":  {"public_ports: *here\n", "x.yaml:1:15: unknown anchor"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseConfig("x.yaml", []byte(c.text))
			if want := strings.TrimPrefix(c.want, "\n"); err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("got\n%v\nwant\n%s", err, want)
			}
		})
	}
}

func TestChoose(t *testing.T) {
	c, err := parseConfig("x.yaml", []byte("checks: {disable: [unused-group]}"))
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
	opts, err := c.choose(nil, []string{"admin-port-open-to-internet"})
	if got := ids(opts); err != nil || slices.Contains(got, "unused-group") || slices.Contains(got, "admin-port-open-to-internet") || len(got) < 3 {
		t.Errorf("the disabled and the skipped check are not left out: %v, %v", got, err)
	}
	opts, err = c.choose([]string{"unused-group"}, nil)
	if got := ids(opts); err != nil || !slices.Equal(got, []string{"unused-group"}) {
		t.Errorf("--check does not win over the configuration: %v, %v", got, err)
	}
	if _, err = c.choose([]string{"unused-group"}, []string{"unused-group"}); err == nil {
		t.Error("a run without any check began")
	}
}
