package remedy_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// TestRevocationInWords: the fix of a rule that is revoked says what the commands do.
// It names the rules that allow the port afterwards; where there are none it says so,
// what to allow first, and gives the command for that.
func TestRevocationInWords(t *testing.T) {
	const office = "\npl-1 office 203.0.113.0/24\n"
	for name, c := range map[string]struct {
		rules   string // the first is the one that the finding is about
		others  string // groups and lists
		trusted string
		check   string
		summary string
		first   string // the end of the command that allows a source first; empty: there is none
	}{
		"a database that the application's group may reach": {
			rules: "in tcp/27017 0.0.0.0/0 id sgr-1\n  in tcp/27017 sg-2 id sgr-2", others: "\nsg-2 application\n",
			check:   "database-port-open-to-internet",
			summary: "Revoke tcp/27017 from 0.0.0.0/0. data (sg-1) still allows tcp/27017 from application (sg-2).",
		},
		"a database that nothing else may reach": {
			rules:   "in tcp/27017 0.0.0.0/0 id sgr-1\n  in tcp/443 10.0.0.0/8 id sgr-2",
			check:   "database-port-open-to-internet",
			summary: "Revoke tcp/27017 from 0.0.0.0/0. No other rule of data (sg-1) allows tcp/27017. If the port is still needed, first allow it from the security group of the application that needs the data.",
			first:   "authorize-security-group-ingress --region us-east-1 --group-id sg-1 --protocol tcp --port 27017 --source-group GROUP-ID",
		},
		"another rule that is revoked too does not count": {
			rules: "in tcp/22 0.0.0.0/0 id sgr-1\n  in tcp/22 ::/0 id sgr-2", check: "admin-port-open-to-internet",
			summary: "Revoke tcp/22 from 0.0.0.0/0. No other rule of data (sg-1) allows tcp/22. If the port is still needed, first allow it from the addresses of your administrators or from the bastion's security group, or use Session Manager, which needs no inbound rule.",
			first:   "--protocol tcp --port 22 --cidr ADDRESS/32",
		},
		"a prefix list, by name": {
			rules: "in tcp/22 0.0.0.0/0 id sgr-1\n  in tcp/20-30 pl-1 id sgr-2", others: office, check: "admin-port-open-to-internet",
			summary: "Revoke tcp/22 from 0.0.0.0/0. data (sg-1) still allows tcp/20-30 from office (pl-1).",
		},
		"the group itself": {
			rules: "in tcp/3306 0.0.0.0/0 id sgr-1\n  in all sg-1 id sgr-2", check: "database-port-open-to-internet",
			summary: "Revoke tcp/3306 from 0.0.0.0/0. data (sg-1) still allows all traffic from itself.",
		},
		"several ports": {
			rules: "in tcp/20-25 0.0.0.0/0 id sgr-1", check: "admin-port-open-to-internet",
			summary: "Revoke tcp/20-25 from 0.0.0.0/0. No other rule of data (sg-1) allows any of these ports. If some of the ports are still needed, first allow those, and no others, from the addresses of your administrators",
			first:   "first run this for each of them, with its number for PORT, and the address of your administrators for ADDRESS: aws ec2 authorize-security-group-ingress --region us-east-1 --group-id sg-1 --protocol tcp --port PORT --cidr ADDRESS/32",
		},
		"all traffic": {
			rules: "in all 0.0.0.0/0 id sgr-1", check: "all-traffic-open-to-internet",
			summary: "Revoke all traffic from 0.0.0.0/0. data (sg-1) has no other inbound rule. If some of the ports are still needed, first allow those, and no others, from the sources that need it.",
		},
		"a protocol": {
			rules: "in 50 0.0.0.0/0 id sgr-1", check: "unexpected-protocol-open-to-internet",
			summary: "Revoke protocol 50 from 0.0.0.0/0. No other rule of data (sg-1) allows protocol 50. If the protocol is still needed, first allow it from the addresses that need it.",
			first:   "--protocol 50 --source-group GROUP-ID",
		},
		"a port that may be meant to be public": {
			rules: "in tcp/12345 0.0.0.0/0 id sgr-1", check: "unexpected-port-open-to-internet",
			summary: "Revoke tcp/12345 from 0.0.0.0/0. No other rule of data (sg-1) allows tcp/12345. If the port is still needed, first allow it from the sources that need it. If the port is meant to be public, keep the rule and add the port to public_ports in the configuration.",
			first:   "--port 12345 --source-group GROUP-ID",
		},
		"trusted addresses take the place": {
			rules: "in tcp/22 0.0.0.0/0 id sgr-1", trusted: "203.0.113.0/24", check: "admin-port-open-to-internet",
			summary: "Allow tcp/22 from 203.0.113.0/24, then revoke 0.0.0.0/0.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			inv := notation.MustParse("sg-1 data\n  " + c.rules + "\neni-1 sg-1 10.0.0.1 public 198.51.100.1 instance i-1\n" + c.others).Inventory
			settings := audit.Defaults()
			if c.trusted != "" {
				settings.TrustedCIDRs = []netip.Prefix{netip.MustParsePrefix(c.trusted)}
			}
			report := audited(inv, audit.Options{Settings: settings}, inventory.DefaultRulesPerGroup)
			for i := range report.Findings {
				f := &report.Findings[i]
				if f.Check != c.check || f.Rule.IDs[0] != "sgr-1" {
					continue
				}
				if !strings.HasPrefix(f.Fix.Summary, c.summary) {
					t.Errorf("the fix is %q, want %q", f.Fix.Summary, c.summary)
				}
				var first string
				for _, note := range f.Fix.Notes {
					if strings.Contains(note, "first run this") {
						first = note
					}
				}
				nothing := strings.Contains(strings.Join(f.Fix.Notes, "\n"), "aws ssm start-session")
				if login := strings.HasPrefix(c.check, "admin-port"); nothing != (login && strings.Contains(c.summary, "No other rule")) {
					t.Errorf("Session Manager takes the place of the rule: %v (%s)", nothing, f.Fix.Summary)
				}
				if !strings.HasSuffix(first, c.first) || (first == "") != (c.first == "") {
					t.Errorf("what to allow first is %q, want %q", first, c.first)
				}
				if strings.HasSuffix(first, "GROUP-ID") != strings.Contains(first, "--cidr ADDRESS/32 in place of --source-group GROUP-ID") {
					t.Errorf("clients without a security group have no option: %q", first)
				}
				return
			}
			t.Fatalf("no finding of %s", c.check)
		})
	}
}
