package usage_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/usage"
)

// scan adds an attempt of one address to each port from 1024 on, and attempts of as many
// addresses to one port, without answers.
func (l *logs) scan(port int) *logs {
	for p := 1024; p < 65536; p++ {
		l.in("eni-0a", "10.0.0.5", "8.8.8.8", p, false)
	}
	for i := range 6000 {
		l.in("eni-0a", "10.0.0.5", fmt.Sprintf("9.%d.%d.7", i/256, i%256), port, false)
	}
	return l
}

// Scans change neither the ports nor the sources of narrower rules.
func TestScansDoNotWiden(t *testing.T) {
	const estate = "sg-a a\n in tcp/1024-65535 0.0.0.0/0\neni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\n"
	r := judge(t, estate, new(logs).covered(1, "eni-0a").exchange(6, 3389, "3", 12, "19", 12).scan(3389), usage.Options{})
	got := proposals(r)
	if rules, left, _ := strings.Cut(got, "; "); rules != "in tcp/3389 9.9.9.9/32" || !strings.HasPrefix(left, "1 address, and others in ") || !strings.Contains(left, " blocks, that never got an answer are left out: 8.8.8.8, ") {
		t.Error(got)
	}
}

// An address that is a source of the narrower rules is not called one that never got an
// answer, whatever other ports it tried.
func TestSourceIsNotLeftOut(t *testing.T) {
	const estate = "sg-a a\n in tcp/22-80 0.0.0.0/0\neni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\n"
	l := new(logs).covered(1, "eni-0a").in("eni-0a", "10.0.0.5", "9.9.9.9", 22, true).in("eni-0a", "10.0.0.5", "9.9.9.9", 80, false)
	if got := proposals(judge(t, estate, l, usage.Options{})); got != "in tcp/22 9.9.9.9/32" {
		t.Error(got)
	}
}

// A block of internet addresses that a summary folded never becomes a source.
func TestFoldedAddressesAreNoSource(t *testing.T) {
	l := new(logs).covered(1, "eni-0a")
	for i := range 6000 {
		l.in("eni-0a", "10.0.0.5", fmt.Sprintf("9.9.%d.%d", i/250, 1+i%250), 443, true)
	}
	const estate = "sg-a a\n in tcp/400-500 0.0.0.0/0\neni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\n"
	if got := proposals(judge(t, estate, l, usage.Options{MaxSources: 1000})); got != "in tcp/443 0.0.0.0/0; remote addresses that are blocks of several, which were too many to count one by one: 384 of 384" {
		t.Error(got)
	}
}

// A client that sent a SYN, a FIN, and more packets than attempts have is not one that never
// got an answer, although no reply was recorded.
func TestManyPacketsAreNoAttempt(t *testing.T) {
	for packets, want := range map[int]string{7: "in tcp/22 9.9.9.9/32; " + oneAttempt, 300: "in tcp/22 8.8.8.8/32; in tcp/22 9.9.9.9/32"} {
		l := new(logs).covered(1, "eni-0a", "eni-0b").in("eni-0a", "10.0.0.5", "9.9.9.9", 22, true)
		fmt.Fprintf(l, "123456789012 eni-0a ingress 8.8.8.8 10.0.0.5 40000 22 6 3 ACCEPT %d 9000 %d %d OK\n", packets, begin+100, begin+160)
		if got := proposals(judge(t, openToAll, l, usage.Options{})); got != want {
			t.Errorf("%d packets: %s, want %s", packets, got, want)
		}
	}
}

// A plan that still allows a part of what flow logs show as one row may cut a part of it.
func TestReplayOfParts(t *testing.T) {
	folded := func() *logs {
		l := new(logs)
		for port := 1024; port < 6000; port++ {
			l.in("eni-0a", "10.0.0.5", "10.0.1.7", port, true)
		}
		return l
	}
	ping := func() *logs {
		l := new(logs)
		fmt.Fprintf(l, "123456789012 eni-0a ingress 10.0.1.7 10.0.0.5 0 0 1 - ACCEPT 2 120 %d %d OK\n", begin, begin+60)
		return l
	}
	const one = "sg-a a\n %s\neni-0a sg-a 10.0.0.5\n"
	for what, c := range map[string]struct {
		l             *logs
		before, after string
		want          string
	}{
		"all of it stays":            {folded(), "in tcp/1024-8191 10.0.0.0/8", "in tcp/1024-8191 10.0.1.0/24", ""},
		"in two rules":               {folded(), "in tcp/2020-2040 10.0.0.0/8", "in tcp/2020-2030 10.0.0.0/8\n in tcp/2031-2040 10.0.1.0/24", ""},
		"in two rules, without one":  {folded(), "in tcp/2020-2040 10.0.0.0/8", "in tcp/2020-2029 10.0.0.0/8\n in tcp/2031-2040 10.0.1.0/24", "tcp/2016-2031 partly"},
		"fewer ports of one block":   {folded(), "in tcp/2017-2030 10.0.0.0/8", "in tcp/2017-2029 10.0.0.0/8", "tcp/2016-2031 partly"},
		"a part of one block":        {folded(), "in tcp/2016-2031 10.0.0.0/8", "in tcp/2017-2031 10.0.0.0/8", "tcp/2016-2031 partly"},
		"none of one block":          {folded(), "in tcp/2017-2030 10.0.0.0/8", "in tcp/9000 10.0.0.0/8", "tcp/2016-2031"},
		"another address":            {folded(), "in tcp/2017-2030 10.0.0.0/8", "in tcp/2017-2030 10.0.2.0/24", "tcp/2016-2031"},
		"one type of ICMP of two":    {ping(), "in icmp/8/0 0.0.0.0/0\n in icmp/3/4 0.0.0.0/0", "in icmp/3/4 0.0.0.0/0", "icmp/all partly"},
		"both types of ICMP, anew":   {ping(), "in icmp/8/0 0.0.0.0/0\n in icmp/3/4 0.0.0.0/0", "in icmp/8/0 10.0.0.0/8\n in icmp/3/4 0.0.0.0/0", ""},
		"a reference to all of them": {folded(), "in tcp/2017-2030 sg-a", "in tcp/2017-2030 10.0.0.0/8", ""},
	} {
		cuts, _ := usage.Replay(account(fmt.Sprintf(one, c.before)), account(fmt.Sprintf(one, c.after)), c.l.summary(t))
		var got []string
		for _, cut := range cuts {
			text := cut.Traffic.String()
			if cut.Direction != inventory.Ingress || !cut.Unsure {
				t.Errorf("%s: %+v", what, cut)
			}
			if cut.Partly {
				text += " partly"
			}
			got = append(got, text)
		}
		if g := strings.Join(got, ", "); g != c.want {
			t.Errorf("%s: %s, want %s", what, g, c.want)
		}
	}
}

// A replay lists what the plan would cut if a connection was opened in the other direction
// than its ports suggest.
func TestReplayOfTheOtherDirection(t *testing.T) {
	l := new(logs)
	fmt.Fprintf(l, "123456789012 eni-0a egress 10.0.0.5 10.0.1.7 8080 50000 6 - ACCEPT 2 120 %d %d OK\n", begin, begin+60)
	fmt.Fprintf(l, "123456789012 eni-0a ingress 10.0.1.7 10.0.0.5 50000 8080 6 - ACCEPT 2 120 %d %d OK\n", begin, begin+60)
	const before = "sg-a a\n in tcp/8080 10.0.0.0/8\n out tcp/32768-65535 10.0.0.0/8\neni-0a sg-a 10.0.0.5\n"
	cuts, looked := usage.Replay(account(before), account(strings.Replace(before, " out tcp/32768-65535 10.0.0.0/8\n", "", 1)), l.summary(t))
	if len(cuts) != 1 || !cuts[0].Unlikely || !cuts[0].Unsure || cuts[0].Traffic.String() != "tcp/50000" || looked != 1 {
		t.Errorf("%d looked at, %+v", looked, cuts)
	}
}

// Of two rules that may each have allowed a part of a row, none is shared unless the other
// one allows all that it may have allowed.
func TestDisjointRulesAreNotShared(t *testing.T) {
	ping := new(logs).covered(1, "eni-0a")
	fmt.Fprintf(ping, "123456789012 eni-0a ingress 10.0.1.7 10.0.0.5 0 0 1 - ACCEPT 2 120 %d %d OK\n", begin, begin+60)
	ports := new(logs).covered(1, "eni-0a")
	for port := 1024; port < 6000; port++ {
		ports.in("eni-0a", "10.0.0.5", "10.0.1.7", port, true)
	}
	for _, c := range []struct {
		l           *logs
		rules, want string
	}{
		{ping, "in icmp/3/4 0.0.0.0/0\n in icmp/8/0 0.0.0.0/0", "used used"},
		{ping, "in icmp/8/0 0.0.0.0/0\n in icmp/8/0 10.0.0.0/8", "shared-only shared-only"},
		{ports, "in tcp/2017-2020 10.0.0.0/8\n in tcp/2021-2030 10.0.0.0/8", "used used"},
		{ports, "in tcp/2017-2020 10.0.0.0/8\n in tcp/2017-2030 10.0.0.0/8", "shared-only used"},
	} {
		r := judge(t, "sg-a a\n "+c.rules+"\neni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\n", c.l, usage.Options{})
		var got []string
		for i := range r.Rules {
			if !r.Rules[i].Unsure {
				t.Errorf("%s is sure", r.Rules[i].Rule)
			}
			got = append(got, string(r.Rules[i].Verdict))
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%s: %s, want %s", c.rules, g, c.want)
		}
	}
}
