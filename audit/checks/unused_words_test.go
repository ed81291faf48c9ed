package checks_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	_ "github.com/sgaudit/sgaudit/audit/checks"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// TestFixWhereNothingUsesTheGroup: the fix names what uses a group only where
// something may.
func TestFixWhereNothingUsesTheGroup(t *testing.T) {
	for text, want := range map[string]string{
		"sg-1 launch-wizard-1\n":                                  "No network interface has this group. Ask the owner whether a resource starts with this group on demand, then delete launch-wizard-1 (sg-1).",
		"sg-1 launch-wizard-1\neni-1 sg-1 10.0.0.1\n":             "Attach a security group that is named for its purpose to everything that uses this one, then delete launch-wizard-1 (sg-1).",
		"sg-1 launch-wizard-1\nfunction f sg-1\n":                 "Attach a security group that is named for its purpose to everything",
		"sg-1 default\n  in all sg-1\n":                           "No network interface has this group: revoke every rule of default (sg-1).",
		"sg-1 default\n  in all sg-1\neni-1 sg-1 10.0.0.1\n":      "Attach other security groups to everything that uses the default group",
		"sg-1 default\n  in all sg-1\nunread interfaces denied\n": "Attach other security groups to everything that uses the default group",
	} {
		found := false
		for _, f := range audit.Run(notation.MustParse(text).Inventory, audit.Options{Settings: audit.Defaults()}).Report.Findings {
			if f.Check == "launch-wizard-group" || f.Check == "default-group-allows-traffic" {
				found = true
				if !strings.HasPrefix(f.Fix.Summary, want) {
					t.Errorf("%q: %q, want %q", text, f.Fix.Summary, want)
				}
			}
		}
		if !found {
			t.Errorf("%q: no finding", text)
		}
	}
}

// TestEvidenceNamesWhatReferences: the evidence of the lowest grade names what
// references the group or has it.
func TestEvidenceNamesWhatReferences(t *testing.T) {
	for text, want := range map[string][]string{
		"sg-1 a\nsg-2 b\n  in tcp/80 sg-1\n":                           {"no network interface has the group, but an unused group, b (sg-2), references it", "no other use found: sgaudit looked"},
		"sg-1 a\nsg-2 b\n  in tcp/80 sg-1\nsg-3 c\n  in tcp/80 sg-1\n": {"no network interface has the group, but unused groups reference it: b (sg-2) and c (sg-3)", "no other use found: sgaudit looked"},
		"sg-1 a\nfunction f sg-1\n":                                    {"no network interface has the group, but Lambda function f is configured with it"},
	} {
		for _, f := range audit.Run(notation.MustParse(text).Inventory, audit.Options{Settings: audit.Defaults(), Only: []string{"unused-group"}}).Report.Findings {
			if f.GroupID != "sg-1" {
				continue
			}
			for _, w := range want {
				if !slices.ContainsFunc(f.Exposure.Evidence, func(e string) bool { return strings.Contains(e, w) }) {
					t.Errorf("%q: %q, want %q", text, f.Exposure.Evidence, w)
				}
			}
		}
	}
}

// TestDatabaseGetsItsCommand: a database of RDS with a public address has the command
// that takes the address away; services with other commands have none.
func TestDatabaseGetsItsCommand(t *testing.T) {
	for requester, want := range map[string]string{"amazon-rds": "run aws rds describe-db-instances --region us-east-1): aws rds modify-db-instance --region us-east-1 --db-instance-identifier DB-IDENTIFIER --no-publicly-accessible", "amazon-redshift": ""} {
		inv := notation.MustParse("vpc-1 10.0.0.0/16\nsubnet-1 10.0.0.0/24\nrtb-1 main\nsg-1 a\neni-1 sg-1 10.0.0.1 public 198.51.100.1 subnet subnet-1 requester " + requester + " managed\n").Inventory
		inv.Regions[0].Read |= inventory.DepthNetwork.Parts()
		list := audit.Run(inv, audit.Options{Settings: audit.Defaults(), Only: []string{"database-publicly-addressed"}}).Report.Findings
		if len(list) != 1 || !strings.HasSuffix(strings.Join(list[0].Fix.Notes, ""), want) || (want == "") != (len(list[0].Fix.Notes) == 0) {
			t.Errorf("%s: %+v", requester, list)
		}
	}
}

// TestEvidenceBesideTheVerdict: a finding about a whole default group names its rules by id,
// and one about an API link names the way in that the verdict is not about.
func TestEvidenceBesideTheVerdict(t *testing.T) {
	for text, c := range map[string]struct {
		check string
		want  []string
	}{
		"sg-1 default\n  in tcp/22 10.0.0.0/8 id sgr-1\n  out all 0.0.0.0/0 id sgr-2\n": {"default-group-allows-traffic", []string{"sgr-1 allows tcp/22 from 10.0.0.0/8", "sgr-2 allows all traffic to 0.0.0.0/0"}},
		"sg-1 data\n  in tcp/5432 sg-2\nsg-2 link\n  out tcp/443 0.0.0.0/0\neni-1 sg-1 10.0.0.1 requester amazon-rds managed description RDSNetworkInterface\neni-2 sg-2 10.0.0.2 type api_gateway_managed managed\n": {
			"api-gateway-reaches-database", []string{"API Gateway VPC link (eni-2) cannot use this rule today: no outbound rule of link (sg-2) allows tcp/5432 to 10.0.0.1 of RDS database (eni-1)"},
		},
		"sg-1 data\n  in tcp/5432 sg-2\nsg-2 link\n  out all 0.0.0.0/0\neni-1 sg-1 10.0.0.1 requester amazon-rds managed description RDSNetworkInterface\neni-2 sg-2 10.0.0.2 type api_gateway_managed managed\n": {
			"api-gateway-reaches-database", []string{"a way in beside this rule: callers of an API that uses API Gateway VPC link (eni-2) can reach RDS database (eni-1) through the link"},
		},
	} {
		list := audit.Run(notation.MustParse(text).Inventory, audit.Options{Settings: audit.Defaults(), Only: []string{c.check}}).Report.Findings
		if len(list) != 1 {
			t.Fatalf("%s: %d findings", c.check, len(list))
		}
		for _, want := range c.want {
			if !slices.Contains(list[0].Exposure.Evidence, want) {
				t.Errorf("%s: no %q in %q", c.check, want, list[0].Exposure.Evidence)
			}
		}
	}
}
