package usage_test

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/usage"
)

// A rule for traffic that flow logs never record is not known, and not unused: inbound
// rules of network load balancers, which PrivateLink clients use, DHCP and mirrored
// traffic. Rules beside them are judged as any other.
func TestRulesForWhatIsNotRecorded(t *testing.T) {
	const dhcp, mirrored = "flow logs do not record DHCP traffic", "flow logs do not record mirrored traffic"
	const link = "flow logs do not record traffic from a VPC endpoint (AWS PrivateLink) to a network load balancer"
	for _, c := range []struct{ rule, kind, want string }{
		{"out udp/67 0.0.0.0/0", "", dhcp},
		{"out udp/67-68 0.0.0.0/0", "", dhcp},
		{"in udp/68 0.0.0.0/0", "", dhcp},
		{"out udp/546-547 ::/0", "", dhcp},
		{"in udp/546 fe80::/10", "", dhcp},
		{"out udp/66-68 0.0.0.0/0", "", ""},
		{"out tcp/67 0.0.0.0/0", "", ""},
		{"in udp/4789 10.0.0.0/16", "", mirrored},
		{"out udp/4789 10.0.0.0/16", "", ""},
		{"out all 0.0.0.0/0", "", "flow logs do not record queries to the Amazon DNS server"},
		{"in tcp/443 10.0.0.0/8", " type network_load_balancer", link},
		{"in tcp/443 sg-web", " type network_load_balancer", link},
		{"out tcp/8443 10.0.0.0/16", " type network_load_balancer", ""},
		{"in tcp/443 10.0.0.0/8", " description \"ELB app/web/6a1f7d20c0de4411\" requester amazon-elb managed", ""},
	} {
		r := judge(t, "sg-web web\n "+c.rule+"\neni-0a sg-web 10.0.0.5"+c.kind+"\nfl-1 vpc-1 ALL\n", new(logs).covered(1, "eni-0a"), usage.Options{})
		u := &r.Rules[0]
		if c.want == "" && u.Verdict != usage.Unused || c.want != "" && (u.Verdict != usage.NotKnown || !strings.Contains(strings.Join(u.Reasons, "\n"), c.want)) {
			t.Errorf("%s%s: %s %q, want %q", c.rule, c.kind, u.Verdict, u.Reasons, c.want)
		}
	}
}

// No narrower rule is proposed for a rule of a network load balancer: clients that come
// through a VPC endpoint are not recorded.
func TestLoadBalancerIsNotNarrowed(t *testing.T) {
	for kind, narrowed := range map[string]bool{"": true, " type network_load_balancer": false} {
		l := new(logs).covered(1, "eni-0a").in("eni-0a", "10.0.0.5", "10.0.1.9", 443, true)
		u := &judge(t, "sg-web web\n in tcp/443 10.0.0.0/8\neni-0a sg-web 10.0.0.5"+kind+"\nfl-1 vpc-1 ALL\n", l, usage.Options{}).Rules[0]
		if u.Verdict != usage.Used || (u.Narrow != nil) != narrowed || narrowed == strings.Contains(strings.Join(u.Reasons, "\n"), "AWS PrivateLink") {
			t.Errorf("%q: %s, narrower %v, reasons %q", kind, u.Verdict, u.Narrow, u.Reasons)
		}
	}
}

// Records without accepted traffic prove nothing where a flow log that records rejected
// traffic only may have written them: the flow log is deleted, or newer than the window,
// or not the only one.
func TestRejectedTrafficAlone(t *testing.T) {
	const estate = "sg-web web\n in tcp/443 0.0.0.0/0\n in tcp/22 10.0.1.0/24\neni-0a sg-web 10.0.0.5 subnet subnet-1\nvpc-2 10.2.0.0/16\n"
	const none = "no record of accepted traffic of eni-0a was read: its flow log may record rejected traffic only"
	const newer = "no record of accepted traffic of eni-0a in all of the window: its flow log was created on 2026-"
	accepted := func() *logs { return new(logs).covered(2, "eni-0a").in("eni-0a", "10.0.0.5", "9.9.9.9", 443, true) }
	for what, c := range map[string]struct {
		logs string
		l    *logs
		want string
	}{
		"its flow log is deleted":             {"fl-1 vpc-2 ALL\n", new(logs).covered(2, "eni-0a"), none},
		"deleted, and accepted traffic":       {"fl-1 vpc-2 ALL\n", accepted(), ""},
		"another one of rejected traffic":     {"fl-1 vpc-1 ALL\nfl-2 eni-0a REJECT\n", new(logs).covered(2, "eni-0a"), none},
		"another one, and accepted traffic":   {"fl-1 vpc-1 ALL\nfl-2 eni-0a REJECT\n", accepted(), ""},
		"newer than the window":               {"fl-1 vpc-1 ALL since 2026-11-01T00:00:00Z\n", new(logs).covered(2, "eni-0a"), newer + "11-01"},
		"created within the window":           {"fl-1 vpc-1 ALL since 2026-10-02T00:00:00Z\n", new(logs).covered(2, "eni-0a"), newer + "10-02"},
		"newer, and accepted traffic before":  {"fl-1 vpc-1 ALL since 2026-10-02T00:00:00Z\n", accepted(), ""},
		"older than the window, without flow": {"fl-1 vpc-1 ALL since 2026-09-01T00:00:00Z\n", new(logs).covered(2, "eni-0a"), ""},
		"failed":                              {"fl-1 vpc-1 ALL failed\n", new(logs).covered(2, "eni-0a"), "AWS cannot deliver what its flow log records"},
	} {
		r := judge(t, estate+c.logs, c.l, usage.Options{})
		for i := range r.Rules {
			u := &r.Rules[i]
			if u.Rule.Traffic.First != 22 {
				continue
			}
			reasons := strings.Join(u.Reasons, "\n")
			if c.want == "" && u.Verdict != usage.Unused || c.want != "" && (u.Verdict != usage.NotKnown || !strings.Contains(reasons, c.want)) {
				t.Errorf("%s: %s %q, want %q", what, u.Verdict, reasons, c.want)
			}
		}
	}
}
