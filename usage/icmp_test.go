package usage_test

import (
	"fmt"
	"testing"

	"github.com/sgaudit/sgaudit/usage"
)

// Flow logs do not say which side began a ping: the rules of both directions are unsure, and
// no narrower rule rests on its answers.
func TestAnswersToPings(t *testing.T) {
	ping := func() *logs {
		l := new(logs).covered(1, "eni-0a")
		fmt.Fprintf(l, "123456789012 eni-0a ingress 10.0.0.99 10.0.0.5 0 0 1 0 ACCEPT 9 900 %[1]d %[2]d OK\n123456789012 eni-0a egress 10.0.0.5 10.0.0.99 0 0 1 0 ACCEPT 9 900 %[1]d %[2]d OK\n", begin+100, begin+160)
		return l
	}
	const unclear = "flow logs do not record which side began the icmp traffic, which may be answers, and answers need no rule"
	for what, c := range map[string]struct {
		rule, want string
		narrower   int
		l          *logs
	}{
		"outbound":                {"out all 10.0.0.0/8", "used, unsure (no narrower rules are proposed: " + unclear + ")", 0, ping()},
		"inbound":                 {"in icmp/8/0 0.0.0.0/0", "used, unsure (no narrower rules are proposed: " + unclear + ")", 0, ping()},
		"as narrow as its use":    {"in icmp/all 10.0.0.99/32", "used, unsure (" + unclear + ")", 0, ping()},
		"beside other traffic":    {"in all 10.0.0.0/8", "used (" + unclear + ", and its narrower rule may not be needed)", 2, ping().in("eni-0a", "10.0.0.5", "10.0.0.98", 443, true)},
		"other traffic alone":     {"in all 10.0.0.0/8", "used", 1, new(logs).covered(1, "eni-0a").in("eni-0a", "10.0.0.5", "10.0.0.98", 443, true)},
		"that another rule takes": {"in tcp/443 0.0.0.0/0", "unused", 0, ping()},
	} {
		r := judge(t, "sg-a a\n "+c.rule+"\neni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\n", c.l, usage.Options{})
		if got := verdicts(r, true); got != "sg-a "+c.rule+": "+c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
		narrower := 0
		if n := r.Rules[0].Narrow; n != nil {
			narrower = len(n.Rules)
		}
		if narrower != c.narrower {
			t.Errorf("%s: %d narrower rules, want %d", what, narrower, c.narrower)
		}
	}
}
