package usage_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/usage"
)

// A rule that may have allowed what another rule allows for certain is shared-only and
// unsure, and never unused.
func TestPossibleBesideCertain(t *testing.T) {
	const end = "eni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\nsg-a a\n"
	covered := func() *logs { return new(logs).covered(1, "eni-0a") }
	ping := covered()
	fmt.Fprintf(ping, "123456789012 eni-0a ingress 9.9.9.9 10.0.0.5 0 0 1 0 ACCEPT 9 900 %[1]d %[2]d OK\n", begin+100, begin+160)
	ports, clients := covered(), covered()
	for i := range 4200 {
		ports.in("eni-0a", "10.0.0.5", "10.0.5.5", 10000+i, true)
		clients.in("eni-0a", "10.0.0.5", fmt.Sprintf("10.0.%d.%d", 100+i/250, 1+i%250), 22, true)
	}
	for what, c := range map[string]struct {
		rules, unsure, sure string
		l                   *logs
		exclusive           bool // the sure rule allowed rows that no other rule allows for certain
	}{
		"a type of ICMP":                      {" in icmp/8/0 0.0.0.0/0\n in icmp/all 0.0.0.0/0\n", "icmp/8/0 from 0.0.0.0/0", "icmp/all from 0.0.0.0/0", ping, true},
		"a prefix list without entries":       {" in tcp/443 pl-2\n in tcp/443 0.0.0.0/0\npl-2 partners unresolved owner 999999999999\n", "tcp/443 from pl-2", "tcp/443 from 0.0.0.0/0", covered().in("eni-0a", "10.0.0.5", "9.9.9.9", 443, true), true},
		"a group of another account":          {" in tcp/443 sg-cc\n in tcp/443 10.0.0.0/8\n", "tcp/443 from sg-cc", "tcp/443 from 10.0.0.0/8", covered().in("eni-0a", "10.0.0.5", "10.9.0.9", 443, true), true},
		"one port of a block of ports":        {" in tcp/12345 10.0.5.5/32\n in tcp/10000-20000 10.0.0.0/16\n", "tcp/12345 from 10.0.5.5/32", "tcp/10000-20000 from 10.0.0.0/16", ports, true},
		"one address of a block of those":     {" in tcp/22 10.0.101.7/32\n in tcp/22 10.0.0.0/16\n", "tcp/22 from 10.0.101.7/32", "tcp/22 from 10.0.0.0/16", clients, true},
		"two rules that are sure, and a list": {" in tcp/443 pl-2\n in tcp/443 0.0.0.0/0\n in tcp/443 9.9.9.0/24\npl-2 partners unresolved owner 999999999999\n", "tcp/443 from pl-2", "tcp/443 from 0.0.0.0/0", covered().in("eni-0a", "10.0.0.5", "9.9.9.9", 443, true), false},
	} {
		found := 0
		r := judge(t, end+c.rules, c.l, usage.Options{})
		for i := range r.Rules {
			u := &r.Rules[i]
			switch usage.Text(u.Rule) {
			case c.unsure:
				found++
				if u.Verdict != usage.SharedOnly || !u.Unsure || u.Shared == 0 || u.Exclusive > 0 || !strings.Contains(strings.Join(u.Reasons, "; "), c.sure) {
					t.Errorf("%s: %s is %s, unsure %v, %d rows shared and %d not, %v", what, u, u.Verdict, u.Unsure, u.Shared, u.Exclusive, u.Reasons)
				}
			case c.sure:
				found++
				want := usage.SharedOnly
				if c.exclusive {
					want = usage.Used
				}
				if u.Verdict != want || u.Shared == 0 || (u.Exclusive > 0) != c.exclusive {
					t.Errorf("%s: %s is %s, unsure %v, %d rows shared and %d not", what, u, u.Verdict, u.Unsure, u.Shared, u.Exclusive)
				}
			}
		}
		if found != 2 {
			t.Errorf("%s: %d of 2 rules found", what, found)
		}
	}
}

// An unanswered attempt for certain and an answered connection perhaps do not make a rule
// used for certain.
func TestCertainAttemptBesideAPossibleAnswer(t *testing.T) {
	l := new(logs).covered(1, "eni-0a").in("eni-0a", "10.0.0.5", "203.0.101.7", 443, false)
	for i := range 4200 {
		l.in("eni-0a", "10.0.0.5", fmt.Sprintf("203.0.%d.%d", 100+i/250, 1+i%250), 80, true)
	}
	got := verdicts(judge(t, "sg-a a\n in tcp/80-443 203.0.101.7/32\neni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\n", l, usage.Options{}), false)
	if want := "sg-a in tcp/80-443 203.0.101.7/32: used, unsure"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
