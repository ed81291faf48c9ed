package usage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/usage"
)

// record adds one record of a connection to port 22 of eni-0a, or of its answer.
func (l *logs) record(remote, flags string, back bool) *logs {
	from, to, ports, direction := remote, "10.0.0.5", "40000 22", "ingress"
	if back {
		from, to, ports, direction = to, from, "22 40000", "egress"
	}
	fmt.Fprintf(l, "123456789012 eni-0a %s %s %s %s 6 %s ACCEPT 2 120 %d %d OK\n", direction, from, to, ports, flags, begin+100, begin+160)
	return l
}

const (
	oneAttempt = "1 address that never got an answer is left out: 8.8.8.8"
	openToAll  = "sg-a a\n in tcp/22 0.0.0.0/0\neni-0a sg-a 10.0.0.5\neni-0b sg-a 10.0.0.6 public 198.51.100.7\nfl-1 vpc-1 ALL\n"
)

// An address on the internet that never got an answer becomes no source of a narrower
// rule, and is named as left out. Whatever may have been a connection stays.
func TestAttemptsAreLeftOut(t *testing.T) {
	used := func() *logs {
		return new(logs).covered(1, "eni-0a", "eni-0b").in("eni-0a", "10.0.0.5", "9.9.9.9", 22, true)
	}
	for what, c := range map[string]struct {
		l    *logs
		want string
	}{
		"nobody else":                   {used(), "in tcp/22 9.9.9.9/32"},
		"a SYN":                         {used().record("8.8.8.8", "2", false), "in tcp/22 9.9.9.9/32; " + oneAttempt},
		"SYNs in two records":           {used().record("8.8.8.8", "2", false).record("8.8.8.8", "2", false), "in tcp/22 9.9.9.9/32; " + oneAttempt},
		"a SYN and a refusal":           {used().record("8.8.8.8", "6", false).record("8.8.8.8", "20", true), "in tcp/22 9.9.9.9/32; " + oneAttempt},
		"an IPv6 address":               {used().record("2001:db8::1", "2", false), "in tcp/22 9.9.9.9/32"}, // the rule is of IPv4
		"a SYN that was answered":       {used().record("8.8.8.8", "2", false).record("8.8.8.8", "18", true), "in tcp/22 8.8.8.8/32; in tcp/22 9.9.9.9/32"},
		"one answer of two attempts":    {used().record("8.8.8.8", "2", false).in("eni-0a", "10.0.0.5", "8.8.8.8", 22, true), "in tcp/22 8.8.8.8/32; in tcp/22 9.9.9.9/32"},
		"an answer of another":          {used().record("8.8.8.8", "2", false).in("eni-0b", "10.0.0.6", "8.8.8.8", 22, true), "in tcp/22 8.8.8.8/32; in tcp/22 9.9.9.9/32"},
		"records without a SYN too":     {used().record("8.8.8.8", "2", false).record("8.8.8.8", "0", false), "in tcp/22 8.8.8.8/32; in tcp/22 9.9.9.9/32"},
		"no flags":                      {used().record("8.8.8.8", "-", false), "in tcp/22 8.8.8.8/32; in tcp/22 9.9.9.9/32"},
		"an address that is private":    {used().record("10.0.1.7", "2", false), "in tcp/22 9.9.9.9/32; in tcp/22 10.0.1.7/32"},
		"a public address of ours":      {used().record("198.51.100.7", "2", false), "in tcp/22 9.9.9.9/32; in tcp/22 198.51.100.7/32"},
		"more addresses than are named": {used().record("8.8.8.1", "2", false).record("8.8.8.2", "2", false).record("8.8.8.3", "2", false).record("8.8.8.4", "2", false).record("8.8.8.5", "2", false), "in tcp/22 9.9.9.9/32; 5 addresses that never got an answer are left out: 8.8.8.1, 8.8.8.2, 8.8.8.3 and 2 more"},
	} {
		r := judge(t, openToAll, c.l, usage.Options{})
		if got := proposals(r); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
		text, err := r.MarshalJSON()
		if listed := strings.Contains(string(text), `"left_out":[{"traffic":"tcp/22","remotes":["8.8.8.`); err != nil || listed != strings.Contains(c.want, "left out") {
			t.Errorf("%s: %v, JSON lists what is left out: %v", what, err, listed)
		}
	}
}

// A replay marks the attempts that a plan would stop, and no connection.
func TestReplayMarksAttempts(t *testing.T) {
	l := new(logs).covered(1, "eni-0a", "eni-0b").in("eni-0a", "10.0.0.5", "9.9.9.9", 22, true).record("8.8.8.8", "2", false).record("10.0.1.7", "2", false)
	before, after := account(openToAll), account(strings.Replace(openToAll, " in tcp/22 0.0.0.0/0\n", "", 1))
	cuts, _ := usage.Replay(before, after, l.summary(t))
	var got []string
	for _, c := range cuts {
		got = append(got, fmt.Sprintf("%s %v", c.Remote.Addr(), c.Attempt))
	}
	slices.Sort(got)
	if text := strings.Join(got, "; "); text != "10.0.1.7 false; 8.8.8.8 true; 9.9.9.9 false" || cuts[0].Direction != inventory.Ingress {
		t.Error(text)
	}
}
