package reach

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/repeat"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/explain"
	"github.com/sgaudit/sgaudit/reach/path"
)

// estates is how many random estates a test looks at.
const estates = 4000

// TestRuleAgreesWithSinglePackets holds the verdicts to those of an oracle
// that knows no sets, only packets.
func TestRuleAgreesWithSinglePackets(t *testing.T) {
	seen := map[path.Verdict]int{}
	number := repeat.Times(estates)
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
				for _, line := range got.Evidence {
					if strings.HasPrefix(line, "a way in beside this rule") {
						seen["second"]++
						(&oracle{r: r}).enters(t, line)
					}
				}
				if len(got.Evidence) == 0 || len(got.Evidence) > explain.MaxEvidence {
					t.Errorf("seed %d: %s %q has %d lines of evidence", seed, g.ID, &g.Rules[k], len(got.Evidence))
				}
			}
		}
	}
	for _, v := range []path.Verdict{path.Reachable, path.NotReachable, path.Unattached, path.Unknown, "second"} {
		if seen[v] < number/20 {
			t.Errorf("only %d of the verdicts are %s: %v", seen[v], v, seen)
		}
	}
	t.Log(seen)
}

// enters holds a second way in to VPC block public access, which "also blocks
// internet-facing ALB/NLB, Global Accelerator inbound" (Amazon VPC user guide,
// VPC block public access basics): it must allow traffic from the internet at the interface
// that the line names, in some world.
func (o *oracle) enters(t *testing.T, line string) {
	t.Helper()
	for i := range o.r.Interfaces {
		e := &o.r.Interfaces[i]
		if !strings.Contains(line, " ("+e.ID+") ") && !strings.Contains(line, ": "+e.ID+" ") {
			continue
		}
		var subnet *inventory.Subnet
		for k := range o.r.Subnets {
			if o.r.Subnets[k].ID == e.Subnet && o.r.Read.Has(inventory.PartSubnets) {
				subnet = &o.r.Subnets[k]
			}
		}
		if _, possible := o.passes(func() bool { return o.accessible(e.Subnet, e.VPC, subnet) }); !possible {
			t.Fatalf("%s: VPC block public access shuts it: %+v", line, o.r.PublicAccess)
		}
		return
	}
	t.Fatalf("%q names no interface", line)
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
