package remedy_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/remedy"
)

// rewritten returns a copy of an inventory in which one group has other rules;
// all else is shared, as Apply leaves it.
func rewritten(inv *inventory.Inventory, group int, rules []inventory.Rule) *inventory.Inventory {
	r := *inv.Regions[0]
	r.Groups = slices.Clone(r.Groups)
	r.Groups[group].Rules = rules
	after := *inv
	after.Regions = []*inventory.Region{&r}
	return &after
}

// TestCompareAccess compares with all pairs of interfaces on every port at which
// a rule begins or ends.
func TestCompareAccess(t *testing.T) {
	lost, gained := 0, 0
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 11))
		inv := crowded(rng)
		r := inv.Regions[0]
		talkative(r)
		g := rng.IntN(len(r.Groups))
		rules := slices.DeleteFunc(slices.Clone(r.Groups[g].Rules), func(inventory.Rule) bool { return rng.IntN(3) == 0 })
		rules = append(rules, inventory.Rule{Traffic: inventory.Ports(inventory.TCP, 7, 80), Peer: inventory.Peer{Group: &inventory.GroupRef{ID: "sg-1", Account: r.AccountID}}})
		after := rewritten(inv, g, rules)
		got := remedy.CompareAccess(inv, after, remedy.MaxPairs)
		was, is := reach.New(r), reach.New(after.Regions[0])
		compare := func(from, to *inventory.Interface, traffic inventory.Traffic) int {
			return is.Verdict(from, to, traffic).Compare(was.Verdict(from, to, traffic))
		}
		byID := map[string]*inventory.Interface{}
		for i := range r.Interfaces {
			byID[r.Interfaces[i].ID] = &r.Interfaces[i]
		}
		said := map[string]int{}
		for sign, list := range map[int][]remedy.PairChange{-1: got.Lost, 1: got.Gained} {
			for _, p := range list {
				said[fmt.Sprint(p.From, p.To, sign)]++
				if compare(byID[p.From], byID[p.To], p.Traffic) != sign {
					t.Errorf("seed %d: %+v is not true", seed, p)
				}
			}
		}
		for from := range r.Interfaces {
			for to := range r.Interfaces {
				for _, port := range []int32{0, 7, 19, 20, 22, 25, 26, 80, 443, 444, 5000, 5432, 5433, 6000, 6001, 65535} {
					a, b := &r.Interfaces[from], &r.Interfaces[to]
					sign := 0
					if from != to {
						sign = compare(a, b, inventory.Ports(inventory.TCP, port, port))
					}
					if sign != 0 && said[fmt.Sprint(a.ID, b.ID, sign)] == 0 {
						t.Errorf("seed %d: %s to %s by tcp/%d: %d is not told of", seed, a.ID, b.ID, port, sign)
					}
					lost, gained = lost+max(0, -sign), gained+max(0, sign)
				}
			}
		}
	}
	if lost < 100 || gained < 20 {
		t.Errorf("%d losses and %d gains show little", lost, gained)
	}
}

// What no step touches is not looked at: neither groups that share their rules
// with those before, nor interfaces that have only such groups.
func TestCompareAccessOfWhatChanged(t *testing.T) {
	inv := notation.MustParse("sg-1 a\n in tcp/1 sg-2\nsg-2 b\n in tcp/2 sg-1\nsg-3 c\n in tcp/3 sg-1\neni-1 sg-1 10.0.0.1\neni-2 sg-2 10.0.0.2\neni-3 sg-3,sg-1 10.0.0.3").Inventory
	after := rewritten(inv, 1, nil)
	got := remedy.CompareAccess(inv, after, remedy.MaxPairs)
	if got.Asked != 2 {
		t.Errorf("%d pairs were asked: eni-1 and eni-3 to eni-2 are 2", got.Asked)
	}
	if got := remedy.CompareAccess(inv, after, 1); got.Asked != 1 || !got.Cut {
		t.Errorf("of at most 1 pair %d were asked, and cut short is %t", got.Asked, got.Cut)
	}
	concerned := remedy.Concerned(inv.Regions[0], after.Regions[0])
	for i, want := range []bool{false, true, false} {
		if e := &inv.Regions[0].Interfaces[i]; concerned(e) != want {
			t.Errorf("%s: %t", e.ID, !want)
		}
	}
	again := notation.MustParse("sg-1 a\neni-1 sg-1 10.0.0.1").Inventory.Regions[0]
	if !remedy.Concerned(inv.Regions[0], again)(&inv.Regions[0].Interfaces[0]) {
		t.Error("of another reading every interface is concerned")
	}
}
