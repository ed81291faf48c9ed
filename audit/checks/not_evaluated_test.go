package checks_test

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// TestNotEvaluated holds checks to saying so where what they need is unknown
// for one rule, instead of reporting the rule or passing over it.
func TestNotEvaluated(t *testing.T) {
	const balancer = ` requester amazon-elb managed attached-by amazon-elb description "ELB app/orders/50dc6c495c0c9188"` + "\n"
	for name, c := range map[string]struct{ check, estate, want string }{
		"load balancer with an IPv6 address and no public IPv4 address: its scheme was not read": {
			"internal-load-balancer-open", "sg-1 a\n in tcp/443 0.0.0.0/0\neni-1 sg-1 10.0.0.1 2600:1f18::10" + balancer, "whether Application Load Balancer orders (eni-1) is internal is unknown",
		},
		"load balancer that was not among those that were read": {
			"internal-load-balancer-open", "load-balancer application other internal vpc vpc-1 sg-1\nsg-1 a\n in tcp/443 0.0.0.0/0\neni-1 sg-1 10.0.0.1 2600:1f18::10" + balancer, "whether Application Load Balancer orders (eni-1) is internal is unknown",
		},
		"prefix list that may close the difference of the versions": {
			"ip-version-mismatch", "pl-1 unresolved\nsg-1 a\n in tcp/22 ::/0\n in tcp/20-25 pl-1\neni-1 sg-1 10.0.0.1 2600:1f18::10\n", "prefix list pl-1",
		},
		"prefix list that may open a port over one version": {
			"ip-version-mismatch", "pl-1 unresolved\nsg-1 a\n in tcp/22 pl-1\neni-1 sg-1 10.0.0.1 2600:1f18::10\n", "prefix list pl-1",
		},
		"address of an interface with a group that was not read: it may be a default group": {
			"ip-source-should-be-group", "unread groups failed\nsg-1 a\n in tcp/5432 10.0.0.5/32\neni-1 sg-2 10.0.0.5\n", "only 1 security group",
		},
		"reference without an owner where stale references were not read": {
			"cross-account-reference", "vpc-1 10.0.0.0/16\nunread stale denied\nsg-1 a\n in tcp/443 sg-9 account \"\"\n", "the stale references of the region were not read",
		},
		"block public access that is being turned off": {
			"block-public-access-off", "igw-1 vpc vpc-1\npublic-access-block off update-in-progress\n", `VPC block public access is changing to "off" (update-in-progress)`,
		},
		"block public access that is being turned on": {
			"block-public-access-off", "igw-1 vpc vpc-1\npublic-access-block block-ingress update-in-progress\n", "the mode in force now is unknown",
		},
	} {
		t.Run(name, func(t *testing.T) {
			report := audit.Run(notation.MustParse(c.estate).Inventory, audit.Options{Settings: audit.Defaults(), Only: []string{c.check}})
			if len(report.Findings) > 0 {
				t.Errorf("reported: %s", report.Findings[0].Message)
			}
			if len(report.NotEvaluated) != 1 || !strings.Contains(report.NotEvaluated[0].Reason, c.want) {
				t.Errorf("not evaluated: %+v, want %q", report.NotEvaluated, c.want)
			}
		})
	}
}
