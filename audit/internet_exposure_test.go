package audit

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// TestOpeningsAgainstEveryPort compares the openings of random groups with a
// reading of the rule that asks about each port and each rule by itself.
func TestOpeningsAgainstEveryPort(t *testing.T) {
	sources := []string{
		"0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "128.0.0.0/2", "192.0.0.0/2", "203.0.113.0/24", "10.0.0.0/8",
		"::/0", "2000::/4", "3000::/4", "fc00::/7",
	}
	rng := rand.New(rand.NewPCG(1, 2))
	flagged := 0
	for range 3000 {
		g := &inventory.Group{ID: "sg-1"}
		for range 1 + rng.IntN(6) {
			proto := []inventory.Protocol{inventory.TCP, inventory.UDP, inventory.AllProtocols, inventory.ICMP, 47}[rng.IntN(5)]
			rule := inventory.Rule{
				Direction: inventory.Direction(rng.IntN(8) / 7),
				Traffic:   inventory.Traffic{Protocol: proto},
				Peer:      inventory.PrefixPeer(netip.MustParsePrefix(sources[rng.IntN(len(sources))])),
			}
			if rule.Traffic.HasPorts() {
				first := int32(20 + rng.IntN(6))
				rule.Traffic = inventory.Ports(proto, first, first+int32(rng.IntN(6)))
			}
			g.Rules = append(g.Rules, rule)
		}
		r := &Pass{Region: &inventory.Region{}, Settings: &Settings{}}
		got := map[string]bool{}
		for _, o := range r.openings(g) {
			for port := int32(18); port < 34; port++ {
				if o.tcp.overlaps(port, port) {
					got[fmt.Sprint(o.rule, " tcp ", port)] = true
				}
				if o.udp.overlaps(port, port) {
					got[fmt.Sprint(o.rule, " udp ", port)] = true
				}
			}
		}
		want := map[string]bool{}
		for port := int32(18); port < 34; port++ {
			for _, proto := range []inventory.Protocol{inventory.TCP, inventory.UDP} {
				var rules []*inventory.Rule
				var prefixes []netip.Prefix
				for i := range g.Rules {
					rule := &g.Rules[i]
					if rule.Direction == inventory.Ingress && rule.Traffic.Covers(inventory.Ports(proto, port, port)) {
						rules, prefixes = append(rules, rule), append(prefixes, rule.Peer.Prefix)
					}
				}
				for i, rule := range rules {
					// Without the wider sources of rules with other traffic:
					// were those revoked, would the rule still allow
					// traffic from the internet?
					var left []netip.Prefix
					at := 0
					for j, p := range prefixes {
						if j == i {
							at = len(left)
						}
						if p.Bits() >= prefixes[i].Bits() || !p.Contains(prefixes[i].Addr()) || rules[j].Traffic == rule.Traffic {
							left = append(left, p)
						}
					}
					if public := cidr.Public(left); public != nil && public[at] {
						want[fmt.Sprint(rule, " ", proto, " ", port)] = true
					}
				}
			}
		}
		flagged += len(want)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("rules %v\n got %v\nwant %v", g.Rules, got, want)
		}
	}
	if flagged == 0 {
		t.Fatal("no random group opened anything")
	}
}

// TestRevokingTheReportedRulesCloses revokes every rule of a random group that
// opens something to the internet. What opens something after that lay inside
// a rule with the same traffic, and nothing else does.
func TestRevokingTheReportedRulesCloses(t *testing.T) {
	sources := []string{"0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "128.0.0.0/2", "192.0.0.0/2", "::/0", "2000::/3", "2000::/4", "3000::/4"}
	traffic := []inventory.Traffic{
		inventory.All, inventory.Ports(inventory.TCP, 22, 22), inventory.Ports(inventory.TCP, 20, 25), inventory.Ports(inventory.TCP, 22, 30),
	}
	rng := rand.New(rand.NewPCG(5, 6))
	several := 0
	for range 3000 {
		g := &inventory.Group{ID: "sg-1"}
		for range 1 + rng.IntN(8) {
			g.Rules = append(g.Rules, inventory.Rule{
				Traffic: traffic[rng.IntN(len(traffic))],
				Peer:    inventory.PrefixPeer(netip.MustParsePrefix(sources[rng.IntN(len(sources))])),
			})
		}
		r := &Pass{Region: &inventory.Region{}, Settings: &Settings{}}
		opened := map[*inventory.Rule]bool{}
		for _, o := range r.openings(g) {
			opened[o.rule] = true
		}
		if len(opened) > 1 {
			several++
		}
		after := &inventory.Group{ID: g.ID}
		for i := range g.Rules {
			if rule := &g.Rules[i]; !opened[rule] {
				inside := false
				for other := range opened {
					p := other.Peer.Prefix
					inside = inside || other.Traffic == rule.Traffic && p.Bits() < rule.Peer.Prefix.Bits() && p.Contains(rule.Peer.Prefix.Addr())
				}
				if !inside {
					after.Rules = append(after.Rules, *rule)
				}
			}
		}
		if left := r.openings(after); len(left) > 0 {
			t.Fatalf("rules %v\nafter the reported ones are revoked, %v still opens %v", g.Rules, left[0].rule, left[0].tcp)
		}
	}
	if several == 0 {
		t.Fatal("no random group had two rules that open something")
	}
}

func TestClosedGroupsAllocateNothing(t *testing.T) {
	g := &inventory.Group{ID: "sg-1"}
	for i := range 60 {
		g.Rules = append(g.Rules, inventory.Rule{
			Traffic: inventory.Ports(inventory.TCP, int32(i), int32(i)),
			Peer:    inventory.PrefixPeer(netip.PrefixFrom(netip.AddrFrom4([4]byte{203, 0, 113, byte(i)}), 32)),
		})
	}
	r := &Pass{Region: &inventory.Region{}, Settings: &Settings{}}
	r.openings(g)
	if n := testing.AllocsPerRun(100, func() { r.openings(g) }); n > 0 {
		t.Errorf("%v allocations for a group that opens nothing", n)
	}
}

func TestPortSet(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		var s portSet
		var oracle [64]bool
		for range 1 + rng.IntN(8) {
			first := int32(rng.IntN(60))
			last := first + int32(rng.IntN(4))
			adding := rng.IntN(3) > 0
			if !adding {
				s = s.without(first, last)
			} else {
				s = s.add(path.Interval{First: first, Last: last})
			}
			for p := first; p <= last; p++ {
				oracle[p] = adding
			}
		}
		n := 0
		for p, in := range oracle {
			if in {
				n++
			}
			if s.overlaps(int32(p), int32(p)) != in {
				t.Fatalf("port %d of %v: want %v", p, s, in)
			}
		}
		if s.size() != n {
			t.Fatalf("size of %v is %d, want %d", s, s.size(), n)
		}
		for i := 1; i < len(s); i++ {
			if s[i-1].Last+1 >= s[i].First {
				t.Fatalf("%v has spans that touch", s)
			}
		}
	}
}
