package usage_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/usage"
)

// proposals returns the narrower rules of a report, with the reasons that the rules have.
func proposals(r *usage.Report) string {
	var list []string
	for i := range r.Rules {
		u := &r.Rules[i]
		if u.Narrow != nil {
			for k := range u.Narrow.Rules {
				list = append(list, u.Narrow.Rules[k].String())
			}
		}
		list = append(list, u.Reasons...)
	}
	if len(list) == 0 {
		return "nothing"
	}
	return strings.Join(list, "; ")
}

// A reference is proposed only where the present source holds the addresses of all
// members of the group, and a rule that is as narrow as its use has no proposal.
func TestNarrowNeverWidens(t *testing.T) {
	refer := usage.Options{References: func(_ *inventory.Region, _ string, a netip.Addr) []string {
		if netip.MustParsePrefix("10.0.2.0/24").Contains(a) {
			return []string{"sg-app"}
		}
		return nil
	}}
	const interfaces = "eni-0a sg-db 10.0.0.5\neni-0b sg-app 10.0.2.10\neni-0c sg-app 10.0.2.11\nfl-1 vpc-1 ALL\nsg-app app\nsg-db db\n "
	used := func() *logs { return new(logs).covered(1, "eni-0a").in("eni-0a", "10.0.0.5", "10.0.2.10", 5432, true) }
	both := func() *logs { return used().in("eni-0a", "10.0.0.5", "10.0.2.11", 5432, true) }
	for what, c := range map[string]struct {
		estate string
		l      *logs
		want   string
	}{
		"one host of the group":        {interfaces + "in tcp/5432-5440 10.0.2.10/32\n", used(), "in tcp/5432 10.0.2.10/32"},
		"exactly as used":              {interfaces + "in tcp/5432 10.0.2.10/32\n", used(), "nothing"},
		"the whole group":              {interfaces + "in tcp/5432-5440 10.0.2.10/31\n", both(), "in tcp/5432 sg-app"},
		"exactly the group":            {interfaces + "in tcp/5432 10.0.2.10/31\n", both(), "nothing"},
		"half of a block":              {interfaces + "in tcp/5432 10.0.2.8/30\n", used(), "in tcp/5432 sg-app"},
		"a member outside":             {interfaces + "in tcp/5432 10.0.2.0/28\neni-0d sg-app 10.0.9.9\n", used(), "in tcp/5432 10.0.2.10/32"},
		"a member with IPv6":           {interfaces + "in tcp/5432 10.0.0.0/8\neni-0d sg-app 10.0.2.12 2001:db8::1\n", used(), "in tcp/5432 10.0.2.10/32"},
		"a network load balancer":      {interfaces + "in tcp/5432 10.0.0.0/8\neni-0d sg-app 10.0.2.12 type network_load_balancer\n", used(), "in tcp/5432 10.0.2.10/32"},
		"a prefix list":                {"pl-1 some 10.0.2.10/32 10.9.0.0/16\n" + interfaces + "in tcp/5432 pl-1\n", used(), "in tcp/5432 10.0.2.10/32"},
		"a prefix list with the group": {"pl-1 some 10.0.2.0/24 10.9.0.0/16\n" + interfaces + "in tcp/5432 pl-1\n", used(), "in tcp/5432 sg-app"},
	} {
		if got := proposals(judge(t, c.estate, c.l, refer)); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
	list := "pl-1 some 10.0.2.10/32 10.0.9.9/32\n" + interfaces + "in tcp/5432 pl-1\n"
	if got := proposals(judge(t, list, used().in("eni-0a", "10.0.0.5", "10.0.9.9", 5432, true), usage.Options{MaxSources: 1})); got != "nothing" {
		t.Errorf("a block that holds more than the entries of a prefix list is proposed: %s", got)
	}
}

// No packet passes the narrower rules that the rule does not let pass: of every address of
// the account and some others, on every port that a rule begins or ends with.
func TestNarrowerRulesAllowNothingNew(t *testing.T) {
	var traffics []inventory.Traffic
	for _, port := range []int32{0, 22, 23, 123, 443, 500, 514, 600, 3000, 5432, 8000, 8080, 8500, 9000, 50051, 65535} {
		traffics = append(traffics, inventory.Ports(inventory.TCP, port, port), inventory.Ports(inventory.UDP, port, port))
	}
	references := 0
	for seed := range uint64(400) {
		s := simulate(seed, seed%2 == 0)
		remotes := []string{"9.9.9.9", "9.9.9.77", "8.8.8.8", "10.0.0.0", "10.0.0.200", "10.7.7.7", "2001:db8::99", "2001:db9::1"}
		for a := range s.hosts {
			remotes = append(remotes, a)
		}
		r := usage.Judge(s.inv, s.summary(t), usage.Options{References: func(_ *inventory.Region, _ string, a netip.Addr) []string {
			if e := s.hosts[a.String()]; e != nil {
				return e.Groups[:1]
			}
			return nil
		}})
		for i := range r.Rules {
			u := &r.Rules[i]
			if u.Narrow == nil {
				continue
			}
			for k := range u.Narrow.Rules {
				n := &u.Narrow.Rules[k]
				if n.Peer.Group != nil && u.Rule.Peer.Group == nil {
					references++
				}
				for _, remote := range remotes {
					for _, traffic := range traffics {
						if a := netip.MustParseAddr(remote); s.allows(n, u.Rule.Direction, traffic, a) && !s.allows(u.Rule, u.Rule.Direction, traffic, a) {
							t.Fatalf("seed %d: in the place of %s, %s allows %s with %s too", seed, u, n, traffic, remote)
						}
					}
				}
			}
		}
	}
	if references < 10 {
		t.Errorf("%d references were proposed: the test shows too little", references)
	}
}

// What was not recorded may need the rest of a rule: no narrower rules are proposed where
// the rule would not be unused if it had allowed nothing.
func TestNarrowNeedsAllRecords(t *testing.T) {
	const estate = "sg-db db\n in tcp/5432-5440 10.0.0.0/8\neni-0a sg-db 10.0.0.5\neni-0b sg-other 10.0.0.6\nsg-other other\nfl-1 vpc-1 ALL\n"
	use := func(days int) *logs {
		return new(logs).covered(2, "eni-0b").covered(days, "eni-0a").in("eni-0a", "10.0.0.5", "10.0.3.3", 5432, true)
	}
	skipped, damaged := use(2), use(2)
	fmt.Fprintf(skipped, "123456789012 eni-0a - - - - - - - - - - %d %d SKIPDATA\n", begin+7200, begin+7800)
	damaged.WriteString("123456789012 eni-0a ingress 1.1.1.1.1\n")
	for what, c := range map[string]struct {
		estate string
		l      *logs
		want   string
	}{
		"every hour":               {estate, use(2), "in tcp/5432 10.0.3.3/32"},
		"a hole":                   {estate, use(1), "no narrower rules are proposed: there are records of eni-0a for 24 of 48 hours"},
		"an interface without any": {estate + "eni-0c sg-db 10.0.0.7\n", use(2), "no narrower rules are proposed: no record of eni-0c was read"},
		"SKIPDATA":                 {estate, skipped, "no narrower rules are proposed: records of eni-0a are missing, or may be, in 1 hour (SKIPDATA, or a format without log-status)"},
		"a damaged line":           {estate, damaged, "no narrower rules are proposed: records of"},
		"a gone interface":         {estate, use(2).in("eni-0f", "10.0.0.9", "10.0.4.4", 5440, true), "no narrower rules are proposed: interface eni-0f is not in the inventory"},
	} {
		r := judge(t, c.estate, c.l, usage.Options{})
		if got := proposals(r); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
		if u := &r.Rules[0]; u.Verdict != usage.Used || len(u.Needed) != 1 {
			t.Errorf("%s: the used part is not shown: %s %v", what, u.Verdict, u.Needed)
		}
	}
}

// A reference stands for the interface that has an address today, and not for one that had the
// address before and was deleted: then the address is the source.
func TestNoReferenceForAnAddressThatIsTakenAgain(t *testing.T) {
	const estate = "sg-x x\nsg-db db\n in tcp/all 10.0.0.0/16\neni-0a sg-db 10.0.0.5\neni-0c sg-x 10.0.0.8\nfl-1 vpc-1 ALL\n"
	refer := func(*inventory.Region, string, netip.Addr) []string { return []string{"sg-x"} }
	for start, want := range map[int64]string{begin: "sg-x", begin + 24*3600: "10.0.0.8/32"} {
		l := new(logs).covered(2, "eni-0a").in("eni-0a", "10.0.0.5", "10.0.0.8", 5432, true).idle("eni-0c", start)
		r := judge(t, estate, l, usage.Options{References: refer})
		if n := r.Rules[0].Narrow; n == nil || len(n.Rules) != 1 || n.Rules[0].Peer.String() != want {
			t.Errorf("with records from %d on: %+v, want %s", start, n, want)
		}
	}
}
