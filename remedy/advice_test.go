package remedy_test

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	_ "github.com/sgaudit/sgaudit/audit/checks"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// TestAdviceByHolder: what is proposed for SSH open to the internet depends on
// what has the group. Session Manager logs in to instances; a load balancer
// accepts connections on its listeners alone, and a listener of another port
// makes the rule not reachable, one step less severe; functions accept none.
func TestAdviceByHolder(t *testing.T) {
	const elb = `requester amazon-elb managed attached-by amazon-elb description "ELB app/shop/50dc6c495c0c9188"`
	const shop = "\nload-balancer application shop internet-facing sg-1 arn arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/shop/50dc6c495c0c9188"
	for name, c := range map[string]struct {
		holder   string
		severity findings.Severity
		verdict  reach.Verdict
		summary  string
		session  bool // Session Manager is named, in the summary and in a note
	}{
		"an instance":                        {"instance i-1", findings.Critical, reach.Reachable, "or use Session Manager, which needs no inbound rule.", true},
		"a load balancer":                    {elb, findings.Critical, reach.Reachable, "Revoke the rule, unless the load balancer has a listener for tcp/22: it accepts connections on its listeners only", false},
		"a load balancer without a listener": {elb + shop + " listen tcp/443", findings.Medium, reach.NotReachable, "Revoke the rule: the load balancer has no listener for tcp/22.", false},
		"a load balancer with a listener":    {elb + shop + " listen tcp/22", findings.Critical, reach.Reachable, "first allow it from the addresses of your administrators or from the bastion's security group.", false},
		"listeners that were denied":         {elb + shop + " listen tcp/443\nunread listeners denied", findings.Critical, reach.Reachable, "Revoke the rule, unless the load balancer has a listener", false},
		"a function":                         {"type lambda", findings.Medium, reach.NotReachable, "Revoke the rule: Lambda functions and NAT gateways accept no connections.", false},
		"a database":                         {"requester amazon-rds managed description RDSNetworkInterface", findings.Critical, reach.Reachable, "first allow it from the addresses of your administrators or from the bastion's security group.", false},
	} {
		t.Run(name, func(t *testing.T) {
			inv := notation.MustParse(`
vpc-1 10.0.0.0/16
subnet-1 10.0.1.0/24
igw-1 vpc vpc-1
rtb-1 main
  route 10.0.0.0/16 local
  route 0.0.0.0/0 igw-1
acl-1 default subnet subnet-1
  in 100 allow all 0.0.0.0/0
  out 100 allow all 0.0.0.0/0
sg-1 web
  in tcp/22 0.0.0.0/0 id sgr-1
eni-1 sg-1 10.0.1.10 public 198.51.100.7 subnet subnet-1 ` + c.holder + "\n").Inventory
			report := audited(inv, audit.Options{Settings: audit.Defaults(), Only: []string{"admin-port-open-to-internet"}}, inventory.DefaultRulesPerGroup)
			if len(report.Findings) != 1 {
				t.Fatalf("%d findings", len(report.Findings))
			}
			f := report.Findings[0]
			if f.Severity != c.severity || reach.Verdict(f.Exposure.Verdict) != c.verdict || !strings.Contains(f.Fix.Summary, c.summary) {
				t.Errorf("%s, %s: %s; want %s, %s: %s", f.Severity, f.Exposure.Verdict, f.Fix.Summary, c.severity, c.verdict, c.summary)
			}
			notes := strings.Join(f.Fix.Notes, "\n")
			if strings.Contains(f.Fix.Summary, "Session Manager") != c.session || strings.Contains(notes, "AmazonSSMManagedInstanceCore") != c.session {
				t.Errorf("Session Manager is named: %v, want %v\n%s\n%s", !c.session, c.session, f.Fix.Summary, notes)
			}
			if len(f.Fix.Commands) != 1 || !strings.Contains(f.Fix.Commands[0], "revoke-security-group-ingress") {
				t.Errorf("commands: %q", f.Fix.Commands)
			}
		})
	}
}
