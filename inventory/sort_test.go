package inventory

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
)

// TestFirstIsKept sorts items of which several have one key, in one list and in
// pages, and keeps the first of each.
func TestFirstIsKept(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 9))
		var list []Group
		for i := range rng.IntN(60) {
			id := fmt.Sprintf("sg-%0*d", rng.IntN(3)+1, rng.IntN(20)) // some begin like others
			list = append(list, Group{ID: id, Name: fmt.Sprint(i)})
		}
		want := map[string]string{}
		for _, g := range list {
			if _, known := want[g.ID]; !known {
				want[g.ID] = g.Name
			}
		}
		var pages [][]Group
		for rest := list; len(rest) > 0; {
			n := rng.IntN(min(9, len(rest)) + 1) // empty pages too
			pages, rest = append(pages, slices.Clone(rest[:n])), rest[n:]
		}
		joined, _ := JoinGroups(pages)
		for name, got := range map[string][]Group{"a list": merged(slices.Clone(list), (*Group).id, nil), "pages": joined} {
			if !slices.IsSortedFunc(got, func(a, b Group) int { return cmp.Compare(a.ID, b.ID) }) {
				t.Fatalf("seed %d, %s: not sorted: %v", seed, name, got)
			}
			if len(got) != len(want) {
				t.Fatalf("seed %d, %s: %d groups, want %d", seed, name, len(got), len(want))
			}
			for _, g := range got {
				if g.Name != want[g.ID] {
					t.Fatalf("seed %d, %s: of %s item %s is kept, want %s", seed, name, g.ID, g.Name, want[g.ID])
				}
			}
		}
	}
	empty, _ := JoinGroups([][]Group{{}, {}})
	none, _ := JoinGroups(nil)
	if merged([]Group{}, (*Group).id, nil) != nil || empty != nil || none != nil {
		t.Error("nothing is not nil")
	}
}

// TestItemsThatComeTwice loses nothing of a group or an interface that is on
// two pages, or twice on one, and says where they contradict each other.
func TestItemsThatComeTwice(t *testing.T) {
	ssh := rule(Ingress, Ports(TCP, 22, 22), prefix("0.0.0.0/0"), "")
	web := rule(Ingress, Ports(TCP, 443, 443), prefix("0.0.0.0/0"), "")
	group := func(name string, rules ...Rule) Group {
		return Group{ID: "sg-1", Name: name, VPC: "vpc-1", Rules: rules}
	}
	for name, pages := range map[string][][]Group{
		"two pages": {{group("a", ssh)}, {group("a", web)}}, "one page": {{group("a", web, ssh), group("a", web)}}, "the same": {{group("a", ssh, web)}, {group("a", ssh, web)}},
		"another name": {{group("a", ssh)}, {group("b", web)}},
	} {
		groups, contradictory := JoinGroups(pages)
		r := Region{Groups: groups}
		r.Normalize()
		if rules := r.Groups[0].Rules; len(r.Groups) != 1 || len(rules) != 2 || CompareRules(&rules[0], &ssh) != 0 || CompareRules(&rules[1], &web) != 0 {
			t.Errorf("%s: %+v", name, r.Groups)
		}
		if said := len(contradictory) == 1; said != (name == "another name") {
			t.Errorf("%s: contradictory: %v", name, contradictory)
		}
	}
	r := Region{Groups: []Group{group("a", ssh), group("a", web)}} // as of a file
	if r.Normalize(); len(r.Groups[0].Rules) != 2 {
		t.Errorf("in one list: %v", r.Groups)
	}

	private, public := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("198.51.100.1")
	a := Interface{ID: "eni-1", VPC: "vpc-1", Groups: []string{"sg-1"}, Addresses: []Address{{Private: private}}}
	b := Interface{ID: "eni-1", VPC: "vpc-1", Groups: []string{"sg-2", "sg-1"}, Addresses: []Address{{private, public}}}
	interfaces, contradictory := JoinInterfaces([][]Interface{{a}, {b, a}})
	if len(interfaces) != 1 || len(interfaces[0].Groups) != 2 || len(interfaces[0].Addresses) != 2 || contradictory != nil {
		t.Errorf("%+v, contradictory: %v", interfaces, contradictory)
	}
	b.Subnet = "subnet-2"
	if _, contradictory := JoinInterfaces([][]Interface{{a, b, b}}); !slices.Equal(contradictory, []string{"eni-1"}) {
		t.Errorf("contradictory: %v", contradictory)
	}
}
