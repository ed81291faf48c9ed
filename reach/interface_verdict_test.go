package reach

import (
	"math/rand/v2"
	"testing"

	madeup "github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/inventory"
)

// TestVerdictsAlone: what is followed once for many interfaces and rules is what is
// said of each, asked alone: in random estates, of which parts were not read, and
// with rules in the place of others.
func TestVerdictsAlone(t *testing.T) {
	count := map[Verdict]int{}
	missing := []inventory.Parts{0, 0, inventory.PartSubnets, inventory.PartRouteTables, inventory.PartInternetGateways, inventory.PartPrefixLists, inventory.PartVPCs, inventory.PartNetworkACLs}
	for seed := range uint64(1500) {
		random := rand.New(rand.NewPCG(seed, 17))
		var regions []*inventory.Region
		if seed%15 == 0 {
			regions = madeup.Random(random, madeup.Size{Regions: 2, Groups: 10, Interfaces: 40}).Regions
			for _, r := range regions {
				r.Read &^= missing[seed/15%uint64(len(missing))]
				if seed%2 == 0 && len(r.Groups) > 2 {
					r.Groups = r.Groups[1:] // interfaces may name a group that was not read
				}
			}
		} else {
			regions = []*inventory.Region{generator{random}.region()}
			if seed%5 == 1 {
				onlyOwnAddresses(regions[0])
			}
		}
		for _, r := range regions {
			shared := New(r)
			analyzers := []*Analyzer{shared}
			if len(r.Groups) > 1 { // the same network, with the rules of one group changed
				changed := r.Groups[0]
				changed.Rules = r.Groups[len(r.Groups)-1].Rules
				analyzers = append(analyzers, shared.With(&changed), shared)
			}
			for _, n := range analyzers {
				compareVerdicts(t, seed, n, count)
			}
		}
	}
	for _, v := range []Verdict{Reachable, NotReachable, Unknown} {
		if count[v] < 50 {
			t.Errorf("the estates have the verdicts %v", count)
		}
	}
}

// onlyOwnAddresses leaves rules that name public addresses of the VPC itself alone,
// by which nothing comes from the internet, and takes away the first group, by which
// something may.
func onlyOwnAddresses(r *inventory.Region) {
	for i := range r.VPCs {
		r.VPCs[i].Prefixes = append(r.VPCs[i].Prefixes, parse("198.51.100.4/30")...)
	}
	r.Groups = r.Groups[1:]
	for i := range r.Groups {
		r.Groups[i].Rules = []inventory.Rule{{Traffic: inventory.All, Peer: inventory.PrefixPeer(parse("198.51.100.6/32")[0])}}
	}
}

func compareVerdicts(t *testing.T, seed uint64, n *Analyzer, count map[Verdict]int) {
	t.Helper()
	for i := range n.region.Interfaces {
		e := &n.region.Interfaces[i]
		got, want := n.InterfaceVerdict(e), n.Interface(e).Verdict
		if count[want]++; got != want {
			t.Fatalf("seed %d: %s of %s is %s, want %s", seed, e.ID, n.region.Name, got, want)
		}
	}
	for i := range n.region.Groups {
		g := &n.region.Groups[i]
		for j := range g.Rules {
			if got, want := n.RuleVerdict(g, &g.Rules[j]), n.Rule(g, &g.Rules[j]).Verdict; got != want {
				t.Fatalf("seed %d: %s of %s is %s, want %s", seed, &g.Rules[j], g.ID, got, want)
			}
		}
	}
}
