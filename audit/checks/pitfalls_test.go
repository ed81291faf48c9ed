package checks_test

import (
	"slices"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/audit/checks"
	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// What auditors are known to get wrong, each as an estate. A rule that must
// be reported says so; every other line must be clean under that check.
func TestPitfalls(t *testing.T) {
	const attached = "\neni-1 sg-1 10.0.0.1 public 198.51.100.1\n"
	const admin, database, all, unexpected = "admin-port-open-to-internet", "database-port-open-to-internet", "all-traffic-open-to-internet", "unexpected-port-open-to-internet"
	const unused, address = "unused-group", "ip-source-should-be-group"
	for name, tc := range map[string]struct{ check, estate string }{
		"all traffic is one finding of its own":  {all, "sg-1 a\n in all 0.0.0.0/0 # want \"all traffic\"" + attached},
		"all ports of tcp, from 0 or from 1":     {all, "sg-1 a\n in tcp/all 0.0.0.0/0 # want \"tcp\"\n in tcp/1-65535 ::/0 # want \"tcp\"" + attached},
		"a range holds its ports":                {admin, "sg-1 a\n in tcp/20-25 0.0.0.0/0 # want \"SSH\"" + attached},
		"a range from 443 is not only 443":       {admin, "sg-1 a\n in tcp/443-4000 0.0.0.0/0 # want \"RDP\"\n in tcp/443 0.0.0.0/0" + attached},
		"boundaries of a range":                  {admin, "sg-1 a\n in tcp/22-22 0.0.0.0/0 # want \"SSH\"\n in tcp/16-21 ::/0" + attached},
		"ICMP's code 22 is not SSH":              {admin, "sg-1 a\n in icmp/8/22 0.0.0.0/0\n in icmp/3/all ::/0" + attached},
		"GRE has no ports":                       {admin, "sg-1 a\n in 47 0.0.0.0/0" + attached},
		"6 is tcp, 17 is udp":                    {admin, "sg-1 a\n in 6/22 0.0.0.0/0 # want \"SSH\"\n in 17/3389 0.0.0.0/0 # want \"RDP\"" + attached},
		"udp counts":                             {database, "sg-1 a\n in udp/11211 0.0.0.0/0 # want \"memcached\"" + attached},
		"udp of a service without it does not":   {database, "sg-1 a\n in udp/3306 0.0.0.0/0" + attached},
		"IPv6 alone":                             {admin, "sg-1 a\n in tcp/22 ::/0 # want \"IPv6\"" + attached},
		"a prefix list that holds the internet":  {admin, "pl-1 0.0.0.0/0\npl-2 203.0.113.0/24\nsg-1 a\n in tcp/22 pl-1 # want \"SSH\"\n in tcp/3389 pl-2" + attached},
		"two halves":                             {admin, "sg-1 a\n in tcp/22 0.0.0.0/1 # want \"the rest in other rules\"\n in tcp/22 128.0.0.0/1 # want \"the rest in other rules\"" + attached},
		"four quarters":                          {admin, "sg-1 a\n in tcp/22 0.0.0.0/2 # want \"SSH\"\n in tcp/22 64.0.0.0/2 # want \"SSH\"\n in tcp/22 128.0.0.0/2 # want \"SSH\"\n in tcp/22 192.0.0.0/2 # want \"SSH\"" + attached},
		"host bits are not looked at":            {admin, "sg-1 a\n in tcp/22 1.0.0.0/0 # want \"SSH\"" + attached},
		"addresses that are not public":          {admin, "sg-1 a\n in tcp/22 10.0.0.0/8\n in tcp/22 100.64.0.0/10\n in tcp/22 169.254.0.0/16\n in tcp/22 fd00::/8\n in tcp/22 192.0.2.0/24\n in tcp/22 224.0.0.0/4\n in tcp/22 240.0.0.0/4" + attached},
		"a description changes nothing":          {admin, "sg-1 a\n in tcp/22 0.0.0.0/0 \"office\" # want \"SSH\"" + attached},
		"the rule beside is not mistaken":        {admin, "sg-1 a\n in tcp/22 10.0.0.0/8\n in tcp/443 0.0.0.0/0" + attached},
		"public ports are public":                {unexpected, "sg-1 a\n in tcp/80 0.0.0.0/0\n in tcp/443 ::/0\n in udp/443 0.0.0.0/0\n in tcp/8444 0.0.0.0/0 # want \"8444\"" + attached},
		"default groups are never unused":        {unused, "sg-1 default"},
		"a group of its own reference":           {unused, "sg-1 a # want \"not attached to any network interface\"\n in all sg-1"},
		"a ring is dead":                         {unused, "sg-1 a # want \"only unused groups reference it\"\n in all sg-2\nsg-2 b # want \"only unused groups reference it\"\n in all sg-1"},
		"a live referrer's egress rule is a use": {unused, "sg-1 a\n out all sg-2\nsg-2 b\neni-1 sg-1 10.0.0.1"},
		"a default group refers too":             {unused, "sg-1 default\n in all sg-2\nsg-2 b\neni-1 sg-1 10.0.0.1"},
		"an interface without attachment is one": {unused, "sg-1 a\neni-1 sg-1 10.0.0.1 status available"},
		"one of another owner, or managed":       {unused, "sg-1 a\nsg-2 b\neni-1 sg-1 10.0.0.1 owner 444455556666\neni-2 sg-2 10.0.0.2 managed operator eks.amazonaws.com"},
		"a launch template holds a group":        {unused, "vpc-1 10.0.0.0/16\nsg-1 a # want \"not attached to any network interface, but launch template t (lt-1)\"\nlt-1 t sg-1"},
		"an association with another VPC does":   {unused, "vpc-1 10.0.0.0/16\nsg-1 a # want \"not all network interfaces of that VPC are visible\"\nassociate sg-1 vpc-2"},
		"a secondary address is held":            {address, "sg-1 db\n in tcp/5432 10.0.0.99/32 # want \"eni-2\"\nsg-2 app\neni-1 sg-1 10.0.0.1\neni-2 sg-2 10.0.0.2 10.0.0.99"},
		"the rule's own members are no source":   {address, "sg-1 db\n in tcp/5432 10.0.0.0/24\neni-1 sg-1 10.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			all := audit.Checks()
			i := slices.IndexFunc(all, func(c *audit.Check) bool { return c.ID == tc.check })
			if i < 0 {
				t.Fatalf("no check has the id %q", tc.check)
			}
			page, err := checks.Page(tc.check)
			if err != nil {
				t.Fatal(err)
			}
			b := block{text: tc.estate}
			if wanted := runExample(t, all[i], b); wanted == 0 && cleanLines(b, reportedKinds(blocks(page))) == 0 {
				t.Fatal("the estate has no line that the check could report")
			}
		})
	}
}

// One rule yields one finding, of the gravest check, naming all that it opens.
func TestOneRuleOneFinding(t *testing.T) {
	for rule, want := range map[string]string{
		"all": "all-traffic-open-to-internet", "tcp/20-25": "admin-port-open-to-internet", "tcp/3306-3389": "admin-port-open-to-internet",
		"tcp/21-21": "high-risk-port-open-to-internet", "tcp/8444": "unexpected-port-open-to-internet",
	} {
		estate := notation.MustParse("sg-1 a\n in " + rule + " 0.0.0.0/0\neni-1 sg-1 10.0.0.1 public 198.51.100.1")
		report := audit.Run(estate.Inventory, audit.Options{Settings: audit.Defaults()})
		if len(report.Findings) != 1 || report.Findings[0].Check != want {
			t.Errorf("%s: %d findings, want one of %s: %+v", rule, len(report.Findings), want, report.Findings)
		}
	}
}
