package usage_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/usage"
)

// Addresses of the internet become sources one by one or not at all, also beside private
// addresses that are joined to blocks. A block holds no address of the internet.
func TestNoBlocksOfTheInternet(t *testing.T) {
	from := func(remotes ...string) *logs {
		l := new(logs).covered(1, "eni-0a")
		for _, a := range remotes {
			l.in("eni-0a", "10.0.0.5", a, 22, true)
		}
		return l
	}
	private := func(n int) (list []string) {
		for i := range n {
			list = append(list, fmt.Sprintf("10.%d.7.3", i*20))
		}
		return list
	}
	const open = "sg-a a\n in tcp/22 0.0.0.0/0\neni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\n"
	const two = "; in tcp/22 203.0.113.5/32; in tcp/22 203.0.113.200/32"
	ports := strings.Replace(open, "tcp/22", "tcp/22-30", 1)
	var many []string // which the summary folds into a block
	for i := range 5000 {
		many = append(many, fmt.Sprintf("9.9.%d.%d", i/250, i%250))
	}
	for what, c := range map[string]struct {
		estate string
		l      *logs
		most   int
		want   string
	}{
		"private and internet":       {open, from(append(private(6), "203.0.113.5", "203.0.113.200")...), 4, "in tcp/22 10.0.0.0/10; in tcp/22 10.64.0.0/10" + two},
		"neighbours":                 {open, from("203.0.113.4", "203.0.113.5"), 2, "in tcp/22 203.0.113.4/32; in tcp/22 203.0.113.5/32"},
		"no room for private ones":   {open, from("10.0.1.7", "203.0.113.5", "203.0.113.200"), 2, "nothing"},
		"more of the internet":       {open, from("10.0.1.7", "203.0.113.5", "203.0.113.6", "203.0.113.7"), 2, "nothing"},
		"private ones far apart":     {open, from("10.0.1.7", "100.64.1.7"), 1, "nothing"},
		"a folded block":             {open, from(append(many, "10.0.1.7")...), 10, "remote addresses that are blocks of several, which were too many to count one by one: 320 of 321"},
		"ports of a folded block":    {ports, from(append(many, "10.0.1.7")...), 10, "in tcp/22 0.0.0.0/0; remote addresses that are blocks of several, which were too many to count one by one: 320 of 321"},
		"ports alone":                {ports, from("10.0.1.7", "203.0.113.5", "203.0.113.200"), 2, "in tcp/22 0.0.0.0/0"},
		"IPv6 of a prefix list":      {"pl-a mixed 10.1.0.0/16 2a00::/16\n" + strings.Replace(open, "0.0.0.0/0", "pl-a", 1), from("10.1.0.1", "10.1.0.9", "2a00::1", "2a00::2", "2a00::3"), 4, "in tcp/22 10.1.0.0/28; in tcp/22 2a00::1/128; in tcp/22 2a00::2/128; in tcp/22 2a00::3/128"},
		"a peered VPC":               {"vpc-2 20.0.0.0/16\npcx-1 active requester 123456789012 eu-west-1 vpc-1 10.0.0.0/16 accepter 123456789012 eu-west-1 vpc-2 20.0.0.0/16\n" + open, from("20.0.0.7", "20.0.0.9", "203.0.113.5"), 2, "in tcp/22 20.0.0.0/28; in tcp/22 203.0.113.5/32"},
		"a VPC that is not the peer": {"vpc-2 20.0.0.0/16\n" + open, from("20.0.0.7", "20.0.0.9", "203.0.113.5"), 2, "nothing"},
	} {
		if got := proposals(judge(t, c.estate, c.l, usage.Options{MaxSources: c.most})); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
}

// Addresses of public blocks of the VPC and of its peers, IPv6 included, are not of the
// internet: attempts to connect that they never got an answer to are not those of scanners,
// and stay in every proposal and every replay.
func TestOwnPublicBlocks(t *testing.T) {
	const estate = "vpc-2 20.2.0.0/16\npcx-1 active requester 123456789012 eu-west-1 vpc-1 20.0.0.0/16 accepter 123456789012 eu-west-1 vpc-2 20.2.0.0/16 2a02::/56\n" +
		"sg-a a\n in tcp/22 0.0.0.0/0\n in tcp/22 ::/0\neni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\n"
	l := new(logs).covered(1, "eni-0a").in("eni-0a", "10.0.0.5", "9.9.9.9", 22, true).in("eni-0a", "10.0.0.5", "2a02::5", 22, true)
	for _, a := range []string{"20.0.0.7", "20.2.0.7", "2a02::7", "20.3.0.7", "2a03::7", "2a01::7"} {
		l.record(a, "2", false)
	}
	before, after := account(estate), account(strings.ReplaceAll(estate, " in tcp/22", " in tcp/23"))
	for _, inv := range []*inventory.Inventory{before, after} {
		inv.Regions[0].VPCs[0].Prefixes = append(inv.Regions[0].VPCs[0].Prefixes, netip.MustParsePrefix("2a01::/56"))
	}
	s := l.summary(t)
	r := usage.Judge(before, s, usage.Options{})
	const want = "in tcp/22 9.9.9.9/32; in tcp/22 20.0.0.7/32; in tcp/22 20.2.0.7/32; 1 address that never got an answer is left out: 20.3.0.7; " +
		"in tcp/22 2a01::7/128; in tcp/22 2a02::5/128; in tcp/22 2a02::7/128; 1 address that never got an answer is left out: 2a03::7"
	if got := proposals(r); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for text, want := range map[string]bool{"9.9.9.9/32": true, "20.0.0.7/32": false, "20.2.0.0/28": false, "20.3.0.7/32": true, "2a02::7/128": false, "10.0.0.7/32": false} {
		if got := r.Rules[0].Internet(netip.MustParsePrefix(text)); got != want {
			t.Errorf("%s is of the internet: %v", text, got)
		}
	}
	cuts, _ := usage.Replay(before, after, s)
	for _, c := range cuts {
		a := c.Remote.Addr().String()
		if want := a == "20.3.0.7" || a == "2a03::7"; c.Attempt != want {
			t.Errorf("%s is an attempt from the internet: %v", a, c.Attempt)
		}
	}
	if len(cuts) != 8 {
		t.Errorf("%d cuts", len(cuts))
	}
}
