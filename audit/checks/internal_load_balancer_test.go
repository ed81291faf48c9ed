package checks_test

import (
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// TestInternalLoadBalancerWithoutListener holds the advice to what listens: a
// port without a listener needs no other source.
func TestInternalLoadBalancerWithoutListener(t *testing.T) {
	report := audit.Run(notation.MustParse(`
load-balancer application orders internal arn arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/orders/50dc6c495c0c9188 vpc vpc-1 sg-1 listen tcp/443
sg-1 internal
  in tcp/443  0.0.0.0/0
  in tcp/8443 0.0.0.0/0
eni-1 sg-1 10.0.0.10 requester amazon-elb managed attached-by amazon-elb description "ELB app/orders/50dc6c495c0c9188"
`).Inventory, audit.Options{Settings: audit.Defaults(), Only: []string{"internal-load-balancer-open"}})
	want := map[string]string{
		"443":  "Allow tcp/443 to internal (sg-1) from the security groups of its clients, then revoke tcp/443 from 0.0.0.0/0.",
		"8443": "Revoke tcp/8443 from 0.0.0.0/0: the load balancer has no listener for tcp/8443.",
	}
	if len(report.Findings) != len(want) {
		t.Fatalf("%d findings, want %d", len(report.Findings), len(want))
	}
	for _, f := range report.Findings {
		if f.Fix.Summary != want[f.Rule.Traffic.PortsText()] {
			t.Errorf("%s: %q, want %q", f.Rule.Traffic.PortsText(), f.Fix.Summary, want[f.Rule.Traffic.PortsText()])
		}
	}
}
