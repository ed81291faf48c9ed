package reach_test

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// TestWithoutGroups: a network load balancer without a security group lets all
// traffic through, to what its listeners serve where they are known; of another
// interface without groups nothing is known.
func TestWithoutGroups(t *testing.T) {
	const nlb = `eni-2 - 10.0.0.20 public 198.51.100.8 vpc vpc-1 subnet subnet-1 type network_load_balancer description "ELB net/queue/1"` + "\n"
	for name, c := range map[string]struct {
		other   string // eni-2
		verdict reach.Verdict
		text    string
		back    reach.Verdict // of the way from eni-2 to eni-1
	}{
		"network load balancer":            {nlb, reach.Reachable, "Network Load Balancer queue (eni-2) has no security group, so nothing filters its traffic", reach.Reachable},
		"and a listener":                   {nlb + "load-balancer network queue internet-facing listen tcp/22", reach.Reachable, "network load balancer queue has a listener for tcp/22", reach.Reachable},
		"and a listener of another port":   {nlb + "load-balancer network queue internet-facing listen tcp/443", reach.NotReachable, "network load balancer queue has no listener for tcp/22: it listens on tcp/443", reach.Reachable},
		"NAT gateway":                      {"eni-2 - 10.0.0.20 public 198.51.100.8 vpc vpc-1 subnet subnet-1 type nat_gateway", reach.NotReachable, "accepts no connections, whatever its groups allow", reach.NotReachable},
		"an interface that tells no group": {"eni-2 - 10.0.0.20 public 198.51.100.8 vpc vpc-1 subnet subnet-1", reach.Unknown, "eni-2 has no security group that is known, so what it allows is unknown", reach.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			r := with(t, "in tcp/22", "in tcp/22 0.0.0.0/0\nout all 0.0.0.0/0", "acl-1", c.other+"\nacl-1 subnet subnet-1")
			n, ssh := reach.New(r), inventory.Ports(inventory.TCP, 22, 22)
			one, two := &r.Interfaces[0], &r.Interfaces[1]
			for from, q := range map[string]reach.Query{
				"the internet": {Traffic: ssh, Internet: true}, "eni-1": {Traffic: ssh, Interfaces: []*inventory.Interface{one}}, "everyone": {Traffic: ssh, Everyone: true},
			} {
				a := n.Trace(two, q)
				var text strings.Builder
				for _, w := range a.Ways {
					for _, s := range w.Steps {
						text.WriteString(s.Detail + "\n")
					}
				}
				if a.Verdict != c.verdict || !strings.Contains(text.String(), c.text) {
					t.Errorf("from %s: %s, want %s and %q:\n%s", from, a.Verdict, c.verdict, c.text, text.String())
				}
			}
			if got := n.Verdict(two, one, ssh); got != c.back {
				t.Errorf("to eni-1: %s, want %s", got, c.back)
			}
		})
	}
}
