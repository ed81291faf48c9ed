package reach

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// each returns the interface once for each of its private addresses, those of delegated
// prefixes included, as if it had no other.
func each(e *inventory.Interface) (list []*inventory.Interface) {
	for p := range e.Private() {
		for a := p.Addr(); p.Contains(a); a = a.Next() {
			one := *e
			one.Addresses, one.Delegated = []inventory.Address{{Private: a}}, nil
			list = append(list, &one)
		}
	}
	return list
}

// TestBetweenDelegatedPrefixes holds the verdict between interfaces with delegated prefixes
// to the most open one of all their addresses, before a change and after it.
func TestBetweenDelegatedPrefixes(t *testing.T) {
	const estates = 400
	count, differ := map[path.Verdict]int{}, 0
	for seed := range uint64(estates) {
		g := generator{rand.New(rand.NewPCG(seed, 9))}
		r := g.inside()
		blocks := parse("10.0.0.16/29", "10.0.0.18/32", "10.0.0.20/30", "10.0.0.16/30", "10.0.0.0/27", "10.0.1.17/32", "10.0.1.18/31", "10.0.1.16/29", "10.1.0.17/32", "10.1.0.16/30", "10.0.0.0/8")
		for i := range r.Groups {
			for k := range r.Groups[i].Rules {
				if rule := &r.Groups[i].Rules[k]; rule.Peer.Prefix.IsValid() && g.chance(70) {
					rule.Peer = inventory.PrefixPeer(pick(g, blocks...))
				}
			}
		}
		for i := range r.NetworkACLs {
			for k := range r.NetworkACLs[i].Entries {
				if entry := &r.NetworkACLs[i].Entries[k]; entry.Number != 100 {
					entry.Prefix = pick(g, blocks...)
				}
			}
		}
		r.PrefixLists[1].Entries = append(r.PrefixLists[1].Entries, pick(g, blocks...))
		r.Interfaces[0].Delegated = parse("10.0.0.16/29")
		r.Interfaces[2].Delegated = parse("10.0.1.16/29")
		r.Interfaces[3].Delegated = parse("10.1.0.16/30")
		changed := r.Groups[2]
		changed.Rules = slices.Clone(changed.Rules)
		changed.Rules[0] = inventory.Rule{Traffic: changed.Rules[0].Traffic, Peer: inventory.PrefixPeer(netip.MustParsePrefix("10.0.0.22/32"))}
		was := New(r)
		asked := g.traffic()
		for what, n := range map[string]*Analyzer{"before": was, "after": was.With(&changed)} {
			for i := range r.Interfaces {
				for k := range r.Interfaces {
					if i == k {
						continue
					}
					a, b := &r.Interfaces[i], &r.Interfaces[k]
					want, own := path.NotReachable, path.NotReachable
					for _, from := range each(a) {
						for _, to := range each(b) {
							v := n.Verdict(from, to, asked)
							if v.Compare(want) > 0 {
								want = v
							}
							if from.Addresses[0] == a.Addresses[0] && to.Addresses[0] == b.Addresses[0] {
								own = v
							}
						}
					}
					if got := n.Verdict(a, b, asked); got != want {
						t.Fatalf("seed %d, %s: %s from %s to %s is %s, want %s", seed, what, asked, a.ID, b.ID, got, want)
					}
					count[want]++
					if own != want {
						differ++
					}
				}
			}
		}
	}
	if differ < 100 || count[path.Reachable] < 100 || count[path.NotReachable] < 100 {
		t.Errorf("%v, of which the prefix decides %d: the test shows little", count, differ)
	}
}

// An interface that has IPv6 addresses by a delegated prefix alone is reached from its VPC over
// IPv6.
func TestTraceToDelegatedPrefix(t *testing.T) {
	const estate = "vpc-1 10.0.0.0/16 2600:1f18::/56\nsubnet-1 10.0.0.0/24 2600:1f18::/64\nsg-1 a\n in tcp/22 2600:1f18::/56\neni-1 sg-1 10.0.0.5 PREFIX subnet subnet-1\n"
	for prefix, want := range map[string]Verdict{"2600:1f18:0:0:2::/80": Reachable, "": NotReachable} {
		r := notation.MustParse(strings.Replace(estate, "PREFIX", prefix, 1)).Inventory.Regions[0]
		answer := New(r).Trace(&r.Interfaces[0], Query{Traffic: inventory.Ports(inventory.TCP, 22, 22), Addresses: cidr.Of(netip.MustParsePrefix("2600:1f18:0:0:3::9/128"))})
		if answer.Verdict != want {
			t.Errorf("%q: %+v, want %s", prefix, answer, want)
		}
	}
}

// Of a delegated prefix only the addresses that some block of the region divides are followed.
func TestAddressesThatStandForAPrefix(t *testing.T) {
	const estate = "sg-1 a\n in tcp/22 10.0.0.0/16\neni-1 sg-1 10.0.0.5 10.0.0.16/28 10.0.0.32/28 2600:1f18:0:1:2::/80\n"
	for rules, want := range map[string]string{
		"":                                  "[10.0.0.5 2600:1f18:0:1:2::]",
		"sg-2 b\n in tcp/22 10.0.0.5/32\n":  "[10.0.0.5 10.0.0.16 2600:1f18:0:1:2::]",
		"sg-2 b\n in tcp/22 10.0.0.18/32\n": "[10.0.0.5 10.0.0.18 2600:1f18:0:1:2::]",
		"sg-2 b\n in tcp/22 10.0.0.32/28\n": "[10.0.0.5 10.0.0.32 2600:1f18:0:1:2::]",
		"sg-2 b\n in tcp/22 2600:1f18:0:1:2::7/128": "[10.0.0.5 2600:1f18:0:1:2:: 2600:1f18:0:1:2::7]",
	} {
		r := notation.MustParse(estate + rules).Inventory.Regions[0]
		var list []netip.Addr
		for _, a := range New(r).privateOf(&r.Interfaces[0]) {
			list = append(list, a.Private)
		}
		if got := fmt.Sprint(list); got != want {
			t.Errorf("%q: %s, want %s", rules, got, want)
		}
	}
}
