package usage_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/usage"
)

// A rule for traffic that flow logs never record is not known, and not unused: inbound
// rules of network load balancers, which PrivateLink clients use, DHCP and mirrored
// traffic. Rules beside them are judged as any other.
func TestRulesForWhatIsNotRecorded(t *testing.T) {
	const dhcp, mirrored = "flow logs do not record DHCP traffic", "flow logs do not record mirrored traffic"
	const dns, metadata, clock, windows = "flow logs do not record queries to the Amazon DNS server", "to the instance metadata service", "to the Amazon Time Sync Service", "do not record Windows activation"
	const link = "flow logs do not record traffic from a VPC endpoint (AWS PrivateLink) to a network load balancer"
	const lists = "pl-dns dns 10.0.0.2/32\npl-metadata metadata 10.9.0.0/16 169.254.169.254/32\npl-other other 10.9.0.0/16\npl-unread unread unresolved\n"
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
		{"out all 0.0.0.0/0", "", dns},
		{"out udp/53 pl-dns", "", dns},
		{"out udp/53 ::/0", "", dns},
		{"out tcp/53 169.254.0.0/15", "", dns},
		{"out udp/53 10.0.0.2/31", "", dns},
		{"out udp/53 10.0.0.4/30", "", ""},
		{"out udp/53 pl-other", "", ""},
		{"out tcp/80 pl-metadata", "", metadata},
		{"out tcp/443 pl-metadata", "", metadata}, // its entries are for services of AWS alone
		{"out tcp/443 pl-dns", "", ""},
		{"out tcp/80 0.0.0.0/0", "", metadata},
		{"out tcp/1-1024 pl-unread", "", dns},
		{"out tcp/80 pl-unread", "", metadata},
		{"out tcp/443 pl-unread", "", ""},
		{"out tcp/80 ::/0", "", metadata},
		{"out tcp/80 10.0.0.0/8", "", ""},
		{"in tcp/80 0.0.0.0/0", "", ""},
		{"out tcp/443 0.0.0.0/0", "", ""},
		{"out udp/123 0.0.0.0/0", "", clock},
		{"out tcp/123 0.0.0.0/0", "", ""},
		{"out tcp/1688 0.0.0.0/0", "", windows},
		{"out tcp/1688 fd00:ec2::250/128", "", metadata},
		{"out tcp/1688 128.0.0.0/1", "", windows},
		{"in tcp/443 10.0.0.0/8", " type network_load_balancer", link},
		{"in tcp/443 sg-web", " type network_load_balancer", link},
		{"out tcp/8443 10.0.0.0/16", " type network_load_balancer", ""},
		{"in tcp/443 10.0.0.0/8", " description \"ELB app/web/6a1f7d20c0de4411\" requester amazon-elb managed", ""},
	} {
		r := judge(t, lists+"sg-web web\n "+c.rule+"\neni-0a sg-web 10.0.0.5"+c.kind+"\nfl-1 vpc-1 ALL\n", new(logs).covered(1, "eni-0a"), usage.Options{})
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

// Traffic of an interface of another account leaves a rule not known where the group may
// be shared with that account, and the flow log may be of a VPC of the inventory.
func TestGroupsThatMayBeShared(t *testing.T) {
	const estate = "sg-web web\n in tcp/22 10.0.1.0/24\n in tcp/23 10.0.1.0/24\neni-0a sg-web 10.0.0.5\nfl-1 vpc-1 ALL\n"
	const shared = "interface eni-0f of account 999988887777, which the inventory does not hold, had traffic that the rule allows: the group may be shared with that account"
	foreign := func() *logs {
		l := new(logs).covered(1, "eni-0a")
		l.WriteString(strings.ReplaceAll(new(logs).in("eni-0f", "10.0.0.9", "10.0.1.7", 22, true).String(), "123456789012", "999988887777"))
		return l
	}
	for what, c := range map[string]struct {
		estate, owner string
		elsewhere     bool
		want          string
	}{
		"a group that may be shared": {estate, "", false, shared},
		"a default group":            {strings.Replace(estate, "sg-web web", "sg-web default", 1), "", false, ""},
		"a VPC of another account":   {estate, "999988887777", false, ""},
		"a flow log of that account": {estate, "123456789012", true, ""},
	} {
		s := foreign().summary(t)
		s.Interface("eni-0f").Here = !c.elsewhere
		inv := account(c.estate)
		inv.Regions[0].VPCs[0].Owner = c.owner
		r := usage.Judge(inv, s, usage.Options{})
		if r.Foreign == 0 || len(r.Gone) > 0 {
			t.Errorf("%s: %d flows of other accounts, %v", what, r.Foreign, r.Gone)
		}
		for i := range r.Rules {
			u := &r.Rules[i]
			want := usage.Unused
			if u.Rule.Traffic.First == 22 && c.want != "" {
				want = usage.NotKnown
			}
			if u.Verdict != want || want == usage.NotKnown && strings.Join(u.Reasons, "\n") != c.want {
				t.Errorf("%s: %s is %s %q, want %s %q", what, u, u.Verdict, u.Reasons, want, c.want)
			}
		}
	}
}

// An interface of which no hour counts, because a flow log of rejected traffic only may have
// written its records, is said to have none that shows more.
func TestRecordsOfNoKnownFlowLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "renamed.log")
	if err := os.WriteFile(path, []byte(header+new(logs).covered(1, "eni-0a").String()), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := flows.Read(t.Context(), []string{path}, flows.Options{Now: time.Unix(begin, 0).AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	r := usage.Judge(account("sg-web web\n in tcp/443 0.0.0.0/0\neni-0a sg-web 10.0.0.5\nfl-1 vpc-1 ALL\n"), s, usage.Options{})
	if got, want := verdicts(r, true), "sg-web in tcp/443 0.0.0.0/0: not-known (no record of eni-0a shows that a flow log of accepted traffic wrote it: the warnings name the files)"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
