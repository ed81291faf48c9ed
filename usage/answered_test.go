package usage_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/usage"
)

// exchange writes records of one connection attempt from 9.9.9.9: the flags and packets of
// what it sent, and of what came back; no packets: nothing did.
func (l *logs) exchange(protocol, port int, sent string, packets int, back string, returned int) *logs {
	fmt.Fprintf(l, "123456789012 eni-0a ingress 9.9.9.9 10.0.0.5 40000 %d %d %s ACCEPT %d 900 %d %d OK\n", port, protocol, sent, packets, begin+100, begin+160)
	if returned > 0 {
		fmt.Fprintf(l, "123456789012 eni-0a egress 10.0.0.5 9.9.9.9 %d 40000 %d %s ACCEPT %d 900 %d %d OK\n", port, protocol, back, returned, begin+100, begin+160)
	}
	return l
}

// A TCP connection is answered by packets that do more than refuse it, and UDP by any. A
// SYN that is sent again does not count as an answer.
func TestAnswered(t *testing.T) {
	const tcp, udp = 6, 17
	for what, c := range map[string]struct {
		protocol int
		sent     string
		packets  int
		back     string
		returned int
		want     usage.Verdict
	}{
		"SYN alone":                            {tcp, "2", 1, "", 0, usage.Unanswered},
		"SYN sent again":                       {tcp, "2", 7, "", 0, usage.Unanswered},
		"many SYNs":                            {tcp, "2", 40, "", 0, usage.Unanswered},
		"SYN, then RST with ACK":               {tcp, "2", 1, "20", 1, usage.Unanswered},
		"SYNs, then RSTs":                      {tcp, "2", 4, "4", 4, usage.Unanswered},
		"SYN, then SYN-ACK":                    {tcp, "2", 1, "18", 1, usage.Used},
		"SYN, then SYN-ACK and RST":            {tcp, "2", 2, "22", 2, usage.Used},
		"SYN, then data of an open connection": {tcp, "2", 9, "0", 9, usage.Used},
		"without flags, sent again":            {tcp, "-", 7, "-", 0, usage.Unanswered},
		"without flags, many packets":          {tcp, "-", 8, "-", 0, usage.Used},
		"without flags, and a reply":           {tcp, "-", 1, "-", 1, usage.Used},
		"UDP":                                  {udp, "-", 5, "-", 0, usage.Unanswered},
		"UDP, many packets":                    {udp, "0", 500, "0", 0, usage.Unanswered},
		"UDP and a reply":                      {udp, "-", 1, "-", 1, usage.Used},
	} {
		l := new(logs).covered(1, "eni-0a").exchange(c.protocol, 161, c.sent, c.packets, c.back, c.returned)
		r := judge(t, fmt.Sprintf("sg-a a\n in %s/161 0.0.0.0/0\neni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\n", map[int]string{tcp: "tcp", udp: "udp"}[c.protocol]), l, usage.Options{})
		u := &r.Rules[0]
		if u.Verdict != c.want || u.Needed[0].Seen[0].Answered != (c.want == usage.Used) {
			t.Errorf("%s: %s (answered: %v), want %s", what, u.Verdict, u.Needed[0].Seen[0].Answered, c.want)
		}
		if said := strings.Contains(strings.Join(u.Reasons, ""), "no reply to its UDP packets was seen"); said != (c.protocol == udp && c.want == usage.Unanswered) {
			t.Errorf("%s: reasons %q", what, u.Reasons)
		}
		if flagged := u.Needed[0].Seen[0].Flagged; flagged != (c.sent == "2" && c.want == usage.Used) {
			t.Errorf("%s: flagged is %v", what, flagged)
		}
	}
}

// A UDP packet from the internet that got no reply is not a source of a narrower rule, and
// no narrower rule leaves it out.
func TestNoProposalForUDPWithoutReply(t *testing.T) {
	const estate = "sg-a a\n in all 0.0.0.0/0\neni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\n"
	use := func() *logs { return new(logs).covered(1, "eni-0a").exchange(6, 443, "2", 9, "18", 9) }
	for what, c := range map[string]struct {
		l    *logs
		want string
	}{
		"without UDP":     {use(), "in tcp/443 9.9.9.9/32"},
		"with a reply":    {use().exchange(17, 161, "-", 1, "-", 1), "in tcp/443 9.9.9.9/32; in udp/161 9.9.9.9/32"},
		"without a reply": {use().exchange(17, 161, "-", 1, "-", 0), "no narrower rules are proposed: no reply to udp/161 from 9.9.9.9 on the internet was seen, which may be a scanner or a service that never replies"},
	} {
		if got := proposals(judge(t, estate, c.l, usage.Options{})); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
}
