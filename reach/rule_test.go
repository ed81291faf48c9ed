package reach

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/inventory"
)

// estates is how many random estates a test looks at.
const estates = 4000

// TestRuleAgreesWithSinglePackets holds the verdicts to those of an oracle
// that knows no sets, only packets.
func TestRuleAgreesWithSinglePackets(t *testing.T) {
	seen := map[string]int{}
	number := estates
	if testing.Short() {
		number = 300
	}
	for seed := range uint64(number) {
		r := generator{rand.New(rand.NewPCG(seed, 7))}.region()
		n := New(r)
		for i := range r.Groups {
			g := &r.Groups[i]
			for k := range g.Rules {
				got := n.Rule(g, &g.Rules[k])
				want := (&oracle{r: r}).rule(g, &g.Rules[k])
				if got.Verdict != want {
					t.Fatalf("seed %d: %s %q is %s, the oracle says %s\n%s\n%s", seed, g.ID, &g.Rules[k], got.Verdict, want,
						strings.Join(got.Evidence, "\n"), dump(r))
				}
				seen[got.Verdict]++
				if len(got.Evidence) == 0 || len(got.Evidence) > maxEvidence {
					t.Errorf("seed %d: %s %q has %d lines of evidence", seed, g.ID, &g.Rules[k], len(got.Evidence))
				}
			}
		}
	}
	for _, v := range []string{Reachable, NotReachable, Unattached, Unknown} {
		if seen[v] < number/20 {
			t.Errorf("only %d of the verdicts are %s: %v", seen[v], v, seen)
		}
	}
	t.Log(seen)
}

func dump(r *inventory.Region) string {
	var b strings.Builder
	fmt.Fprintf(&b, "read: %s\naccess: %+v\n", r.Read, r.PublicAccess)
	for _, v := range r.VPCs {
		fmt.Fprintln(&b, v)
	}
	for _, v := range r.Subnets {
		fmt.Fprintln(&b, v)
	}
	for _, v := range r.InternetGateways {
		fmt.Fprintln(&b, v)
	}
	for _, v := range r.PrefixLists {
		fmt.Fprintln(&b, v)
	}
	for _, v := range r.RouteTables {
		fmt.Fprintf(&b, "%+v\n", v)
	}
	for _, v := range r.NetworkACLs {
		fmt.Fprintf(&b, "%s %v\n", v.ID, v.Subnets)
		for _, e := range v.Entries {
			fmt.Fprintf(&b, "  %s %d %t %s %s\n", e.Direction, e.Number, e.Allow, e.Traffic, e.Prefix)
		}
	}
	for _, v := range r.Interfaces {
		fmt.Fprintf(&b, "%+v\n", v)
	}
	return b.String()
}
