package remedy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sgaudit/sgaudit/audit"
	_ "github.com/sgaudit/sgaudit/audit/checks"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/remedy"
)

func TestCommands(t *testing.T) {
	for name, tc := range map[string]struct {
		estate, check string
		want          []string
	}{
		"by rule id, and nothing else of the permission": {
			"sg-1 web\n in tcp/22 0.0.0.0/0 id sgr-1\n in tcp/22 10.0.0.0/8 id sgr-2\neni-1 sg-1 10.0.0.1",
			"admin-port-open-to-internet",
			[]string{"aws ec2 revoke-security-group-ingress --region us-east-1 --group-id sg-1 --security-group-rule-ids sgr-1"},
		},
		"without ids, the way to get them": {
			"sg-1 web\n in tcp/22 0.0.0.0/0\neni-1 sg-1 10.0.0.1",
			"admin-port-open-to-internet",
			[]string{"aws ec2 describe-security-group-rules --region us-east-1 --filters Name=group-id,Values=sg-1"},
		},
		"the reference first, with the description": {
			"vpc-1 10.0.0.0/16\nrtb-1 main vpc vpc-1\n  route 10.0.0.0/16 local\nsg-1 db\n in tcp/5432 10.0.0.9/32 \"it's the app\" id sgr-1\nsg-2 app\neni-1 sg-1 10.0.0.1\neni-2 sg-2 10.0.0.9",
			"ip-source-should-be-group",
			[]string{
				`aws ec2 authorize-security-group-ingress --region us-east-1 --group-id sg-1 --ip-permissions '[{"IpProtocol":"tcp","FromPort":5432,"ToPort":5432,"UserIdGroupPairs":[{"GroupId":"sg-2","Description":"it'\''s the app"}]}]'`,
				"aws ec2 revoke-security-group-ingress --region us-east-1 --group-id sg-1 --security-group-rule-ids sgr-1",
			},
		},
		"every rule of a default group": {
			"sg-1 default\n in all sg-1 id sgr-1\n out all 0.0.0.0/0 id sgr-2\n out all ::/0 id sgr-3",
			"default-group-allows-traffic",
			[]string{
				"aws ec2 revoke-security-group-ingress --region us-east-1 --group-id sg-1 --security-group-rule-ids sgr-1",
				"aws ec2 revoke-security-group-egress --region us-east-1 --group-id sg-1 --security-group-rule-ids sgr-2 sgr-3",
			},
		},
		"what names an unused group goes first": {
			"sg-1 a\nsg-2 b\n in tcp/80 sg-1 id sgr-2\n in tcp/81 10.0.0.0/8 id sgr-9",
			"unused-group",
			[]string{
				"aws ec2 revoke-security-group-ingress --region us-east-1 --group-id sg-2 --security-group-rule-ids sgr-2",
				"aws ec2 delete-security-group --region us-east-1 --group-id sg-1",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			inv := notation.MustParse(tc.estate).Inventory
			report := audited(inv, audit.Options{Settings: audit.Defaults(), Only: []string{tc.check}}, inventory.DefaultRulesPerGroup)
			var got []string
			for _, f := range report.Findings {
				if f.GroupID == "sg-1" {
					got = append(got, f.Fix.Commands...)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
			for _, line := range got {
				if strings.ContainsAny(line, "\n\r") {
					t.Errorf("command of more than one line: %q", line)
				}
			}
		})
	}
}

// audited audits an inventory and attaches the fixes.
func audited(inv *inventory.Inventory, opts audit.Options, quota int) *findings.Report {
	run := audit.Run(inv, opts)
	remedy.Attach(inv, run.Report, run.Proposals, quota)
	return run.Report
}
