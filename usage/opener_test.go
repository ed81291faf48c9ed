package usage_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/usage"
)

// both adds a record of each direction of a connection to a port, in the middle of its life.
func (l *logs) both(protocol, remotePort, port int, flags string) *logs {
	l.one(protocol, remotePort, port, flags)
	fmt.Fprintf(l, "123456789012 eni-0a egress 10.0.0.5 10.0.1.7 %d %d %d %s ACCEPT 50 900 %d %d OK\n", port, remotePort, protocol, flags, begin+100, begin+160)
	return l
}

// one adds a record of what came in.
func (l *logs) one(protocol, remotePort, port int, flags string) *logs {
	fmt.Fprintf(l, "123456789012 eni-0a ingress 10.0.1.7 10.0.0.5 %d %d %d %s ACCEPT 50 900 %d %d OK\n", remotePort, port, protocol, flags, begin+100, begin+160)
	return l
}

// A rule is not unused where the traffic that it allows was recorded, whatever the ports
// suggest about who opened the connection. Where they say it, the other rule is unused.
func TestPortsDoNotMakeARuleUnused(t *testing.T) {
	const tcp, udp = 6, 17
	covered := func() *logs { return new(logs).covered(1, "eni-0a") }
	for what, c := range map[string]struct {
		rules string
		l     *logs
		want  string
	}{
		"UDP from a low port, one way":        {"in udp/1514 10.0.0.0/8", covered().one(udp, 514, 1514, "-"), "unanswered, unsure"},
		"UDP from a low port to a high one":   {"in udp/40000 10.0.0.0/8", covered().one(udp, 161, 40000, "-"), "unanswered, unsure"},
		"the same to several":                 {"in udp/32768-65535 10.0.0.0/8", covered().one(udp, 161, 40000, "-").one(udp, 161, 40001, "-"), "unanswered, unsure"},
		"UDP from a low port, with answers":   {"in udp/5514 10.0.0.0/8", covered().both(udp, 514, 5514, "-"), "not-known"},
		"UDP from a client's low port":        {"in udp/2049 10.0.0.0/8", covered().both(udp, 800, 2049, "-"), "used, unsure"},
		"TCP from a client's low port":        {"in tcp/49152-49251 10.0.0.0/8", covered().both(tcp, 1013, 49152, "0"), "used, unsure"},
		"from one low port to several":        {"in tcp/49152 10.0.0.0/8", covered().both(tcp, 1013, 49152, "0").both(tcp, 1013, 49153, "0"), "not-known"},
		"SYN-ACK that nobody asked for":       {"in tcp/0-65535 10.0.0.0/8", covered().one(tcp, 443, 5000, "18"), "not-known"},
		"no rule for the direction by ports":  {"in tcp/40000 10.0.0.0/8\n out tcp/80 10.0.0.0/8", covered().both(tcp, 443, 40000, "-"), "not-known"},
		"a rule for the direction by ports":   {"in tcp/40000 10.0.0.0/8\n out tcp/443 10.0.0.0/8", covered().both(tcp, 443, 40000, "-"), "unused"},
		"a rule for a part of the ports":      {"in tcp/40000 10.0.0.0/8\n out tcp/80 10.0.0.0/8", covered().both(tcp, 443, 40000, "-").both(tcp, 443, 40001, "-"), "unused"},
		"a rule for one of a pair of clients": {"in tcp/50000-65535 10.0.0.0/8\n out all 0.0.0.0/0", covered().both(tcp, 636, 50000, "-").both(tcp, 636, 50001, "-"), "unused"},
	} {
		if !strings.Contains(c.rules, "out") {
			c.rules += "\n out all 0.0.0.0/0"
		}
		r := judge(t, "sg-a a\n "+c.rules+"\neni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\n", c.l, usage.Options{})
		for _, line := range strings.Split(verdicts(r, false), "\n") {
			if strings.HasPrefix(line, "sg-a in") && !strings.HasSuffix(line, ": "+c.want) {
				t.Errorf("%s: %s, want %s\n%s", what, line, c.want, verdicts(r, true))
			}
		}
	}
}

// SYN-ACK packets that came in alone make no outbound rule used, nor unused for certain.
func TestUnaskedAnswersAreNoUse(t *testing.T) {
	got := verdicts(judge(t, "sg-a a\n in tcp/0-65535 0.0.0.0/0\n out tcp/443 0.0.0.0/0\n out tcp/81 0.0.0.0/0\neni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\n", new(logs).covered(1, "eni-0a").one(6, 443, 5000, "18").one(6, 443, 5001, "18"), usage.Options{}), false)
	if want := "sg-a in tcp/all 0.0.0.0/0: not-known\nsg-a out tcp/81 0.0.0.0/0: unused\nsg-a out tcp/443 0.0.0.0/0: not-known"; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// A replay shows a connection that the plan cuts if its ports say wrongly who opened it.
func TestReplayOfWhatPortsSuggest(t *testing.T) {
	for what, c := range map[string]struct {
		l        *logs
		out      string
		unlikely bool
	}{
		"packets of one direction":           {new(logs).one(17, 514, 40000, "-"), "all", false},
		"packets from a client's low port":   {new(logs).both(6, 1013, 40000, "0"), "all", false},
		"no rule for the direction by ports": {new(logs).both(6, 443, 40000, "-"), "tcp/80", true},
	} {
		before := account("sg-a a\n in tcp/40000 10.0.0.0/8\n in udp/40000 10.0.0.0/8\n out " + c.out + " 0.0.0.0/0\neni-0a sg-a 10.0.0.5\n")
		after := account("sg-a a\n out " + c.out + " 0.0.0.0/0\neni-0a sg-a 10.0.0.5\n")
		cuts, _ := usage.Replay(before, after, c.l.summary(t))
		if len(cuts) != 1 || !cuts[0].Unsure || cuts[0].Unlikely != c.unlikely || cuts[0].Traffic.First != 40000 {
			t.Errorf("%s: %+v", what, cuts)
		}
	}
}

// A connection that was opened later than packets with the same ports were seen does not
// explain these.
func TestLaterConnectionsExplainNothing(t *testing.T) {
	for at, want := range map[int]string{100: "unused", 7200: "used"} {
		l := new(logs).covered(1, "eni-0a").both(6, 40000, 22, "0")
		fmt.Fprintf(l, "123456789012 eni-0a egress 10.0.0.5 10.0.1.7 22 40000 6 2 ACCEPT 1 60 %[1]d %[1]d OK\n", begin+at)
		got := verdicts(judge(t, "sg-a a\n in tcp/22 10.0.0.0/8\neni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\n", l, usage.Options{}), false)
		if !strings.HasSuffix(got, ": "+want) {
			t.Errorf("opened %d seconds after the start: %s, want %s", at, got, want)
		}
	}
}

// A load balancer connects from any port from 1024 on to a container's port above 32768, and the
// records of a long connection show its SYN once: the later ones do not make the outbound rule used.
// Without flags, both directions are as likely.
func TestClientsWithLowPortsOfAServiceWithAHighPort(t *testing.T) {
	for flags, want := range map[string]string{
		"3": "sg-a in tcp/49153 10.0.0.0/8: used\nsg-a out tcp/1024-65535 10.0.0.0/8: not-known",
		"0": "sg-a in tcp/49153 10.0.0.0/8: used, unsure\nsg-a out tcp/1024-65535 10.0.0.0/8: used, unsure",
	} {
		l := new(logs).covered(1, "eni-0a")
		for _, client := range []int{2000, 7001, 30002} {
			l.one(6, client, 49153, flags)
			l.both(6, client, 49153, "0")
		}
		if got := verdicts(judge(t, "sg-a a\n in tcp/49153 10.0.0.0/8\n out tcp/1024-65535 10.0.0.0/8\neni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\n", l, usage.Options{}), false); got != want {
			t.Errorf("with flags %s:\n%s\nwant\n%s", flags, got, want)
		}
	}
	// A port below 1024 stays the service's, and so does one that several client ports used.
	l := new(logs).covered(1, "eni-0a").one(6, 2000, 49153, "3").one(6, 2001, 49153, "3").both(6, 443, 49153, "0").both(6, 5432, 49153, "0").both(6, 5432, 49154, "0")
	const want = "sg-a out tcp/443 10.0.0.0/8: used\nsg-a out tcp/5432 10.0.0.0/8: used"
	if got := verdicts(judge(t, "sg-a a\n out tcp/443 10.0.0.0/8\n out tcp/5432 10.0.0.0/8\neni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\n", l, usage.Options{}), false); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
