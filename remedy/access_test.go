package remedy_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
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

// TestCompareAccess compares with all pairs of interfaces, packet by packet: on every port
// at which a rule begins or ends, what is lost or gained is listed, and nothing else is.
func TestCompareAccess(t *testing.T) {
	lost, gained, several := 0, 0, 0
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 11))
		inv := crowded(rng)
		r := inv.Regions[0]
		if seed%3 > 0 { // else rules for outbound traffic decide too
			talkative(r)
		}
		g := rng.IntN(len(r.Groups))
		rules := slices.DeleteFunc(slices.Clone(r.Groups[g].Rules), func(inventory.Rule) bool { return rng.IntN(3) == 0 })
		rules = append(rules, inventory.Rule{Traffic: inventory.Ports(inventory.TCP, 7, 80), Peer: inventory.Peer{Group: &inventory.GroupRef{ID: "sg-1", Account: r.AccountID}}})
		after := rewritten(inv, g, rules)
		got := remedy.CompareAccess(inv, after, remedy.MaxPairs)
		was, is := reach.New(r), reach.New(after.Regions[0])
		told := map[string][]inventory.Traffic{}
		for sign, list := range map[int][]remedy.PairChange{-1: got.Lost, 1: got.Gained} {
			for _, p := range list {
				key := fmt.Sprint(p.From, p.To, sign)
				if slices.Contains(told[key], p.Traffic) {
					t.Errorf("seed %d: %+v is told twice", seed, p)
				}
				if told[key] = append(told[key], p.Traffic); len(told[key]) > 1 && sign < 0 {
					several++
				}
			}
		}
		for from := range r.Interfaces {
			for to := range r.Interfaces {
				for _, packet := range packets() {
					a, b := &r.Interfaces[from], &r.Interfaces[to]
					sign := 0
					if from != to {
						sign = is.Verdict(a, b, packet).Compare(was.Verdict(a, b, packet))
					}
					for _, s := range []int{-1, 1} {
						said := slices.ContainsFunc(told[fmt.Sprint(a.ID, b.ID, s)], func(t inventory.Traffic) bool { return t.Covers(packet) })
						if really := s == min(1, max(-1, sign)); said != really {
							t.Errorf("seed %d: %s to %s by %s: %d is told %t, and true %t", seed, a.ID, b.ID, packet, s, said, really)
						}
					}
					lost, gained = lost+max(0, -sign), gained+max(0, sign)
				}
			}
		}
	}
	if lost < 100 || gained < 20 || several < 100 {
		t.Errorf("%d losses, %d gains and %d pairs that lose more than one range show little", lost, gained, several)
	}
}

// packets are one packet for each port at which a rule of crowded begins or ends.
func packets() (all []inventory.Traffic) {
	for _, port := range []int32{0, 6, 7, 19, 20, 21, 22, 23, 25, 26, 80, 81, 442, 443, 444, 445, 4999, 5000, 5431, 5432, 5433, 6000, 6001, 65535} {
		all = append(all, inventory.Ports(inventory.TCP, port, port))
	}
	for _, port := range []int32{0, 52, 53, 54, 65535} {
		all = append(all, inventory.Ports(inventory.UDP, port, port))
	}
	return all
}

// Of a wide rule that is revoked, each range is lost that no other rule allows; what was
// never allowed on the whole way is not.
func TestEachRangeIsLost(t *testing.T) {
	const text = `sg-1 a
 in %s sg-2
 in tcp/22 sg-2
 in tcp/443-445 sg-2
 in icmp/8 sg-2
sg-2 b
 out %s sg-1
eni-1 sg-1 10.0.0.1
eni-2 sg-2 10.0.0.2`
	for _, c := range []struct{ rule, out, want string }{
		{"tcp/all", "all", "tcp/0-21 tcp/23-442 tcp/446-65535"},
		{"tcp/20-445", "all", "tcp/20-21 tcp/23-442"},
		{"all", "all", "tcp/0-21 tcp/23-442 tcp/446-65535 udp/all"},
		{"tcp/all", "tcp/444-500", "tcp/446-500"},
		{"all", "udp/53", "udp/53"},
		{"icmp/11", "all", "icmp/11/all"},
		{"tcp/5432", "all", "tcp/5432"},
		{"47", "all", "47"},
	} {
		inv := notation.MustParse(fmt.Sprintf(text, c.rule, c.out)).Inventory
		group := slices.IndexFunc(inv.Regions[0].Groups, func(g inventory.Group) bool { return g.ID == "sg-1" })
		wide := notation.MustParse("sg-1 a\n in " + c.rule + " sg-2").Inventory.Regions[0].Groups[0].Rules[0]
		rules := slices.DeleteFunc(slices.Clone(inv.Regions[0].Groups[group].Rules), func(r inventory.Rule) bool { return r.Traffic == wide.Traffic })
		got := remedy.CompareAccess(inv, rewritten(inv, group, rules), remedy.MaxPairs)
		var lost []string
		for _, p := range got.Lost {
			lost = append(lost, p.Traffic.String())
		}
		if strings.Join(lost, " ") != c.want || len(got.Gained) > 0 {
			t.Errorf("%s without, with out %s: lost are %v, want %s; gained %v", c.rule, c.out, lost, c.want, got.Gained)
		}
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
	network := func(more string) *inventory.Region {
		r := *notation.MustParse(more).Inventory.Regions[0]
		r.Groups, r.Interfaces = inv.Regions[0].Groups, inv.Regions[0].Interfaces
		return &r
	}
	const same = "vpc-1 10.0.0.0/16\nsubnet-1 10.0.0.0/24 vpc vpc-1\nigw-1 vpc vpc-1\nload-balancer classic b internet-facing vpc vpc-1 listen tcp/80\n"
	for _, c := range []struct {
		now  string
		want bool
	}{
		{same, false},
		{same + "public-access-block block-ingress", true},
		{same + "pl-1 l 10.0.0.0/8", true},
		{same + "rtb-1 vpc vpc-1 main", true},
		{same + "acl-1 vpc vpc-1 default", true},
		{strings.Replace(same, "igw-1 vpc vpc-1", "", 1), true},
		{strings.Replace(same, "tcp/80", "tcp/81", 1), true},
	} {
		if got := remedy.Concerned(network(same), network(c.now))(&inv.Regions[0].Interfaces[0]); got != c.want {
			t.Errorf("%q: %t", c.now, got)
		}
	}
	again := notation.MustParse("sg-1 a\neni-1 sg-1 10.0.0.1").Inventory.Regions[0]
	if !remedy.Concerned(inv.Regions[0], again)(&inv.Regions[0].Interfaces[0]) {
		t.Error("of another reading every interface is concerned")
	}
}

// Who is joined by a peering connection gains access, with its routes or where they were
// there before, and loses it with them.
func TestPeeredAccess(t *testing.T) {
	const text = `region eu-west-1
vpc-1 10.1.0.0/16
vpc-2 10.2.0.0/16
subnet-1 10.1.0.0/24 vpc vpc-1
subnet-2 10.2.0.0/24 vpc vpc-2
rtb-1 vpc vpc-1 main
  route 10.1.0.0/16 local
  route 10.2.0.0/16 pcx-1
rtb-2 vpc vpc-2 main
  route 10.2.0.0/16 local
  route 10.1.0.0/16 pcx-1
acl-1 vpc vpc-1 default subnet subnet-1
  in 100 allow all 0.0.0.0/0
  out 100 allow all 0.0.0.0/0
acl-2 vpc vpc-2 default subnet subnet-2
  in 100 allow all 0.0.0.0/0
  out 100 allow all 0.0.0.0/0
sg-1 clients vpc vpc-1
  out all 0.0.0.0/0
sg-2 store vpc vpc-2
  in tcp/5432 10.1.0.0/16
eni-1 sg-1 10.1.0.10 subnet subnet-1 vpc vpc-1
eni-2 sg-2 10.2.0.10 subnet subnet-2 vpc vpc-2
`
	apart := notation.MustParse(text).Inventory
	peered := notation.MustParse(text + "pcx-1 active requester 123456789012 eu-west-1 vpc-1 10.1.0.0/16 accepter 123456789012 eu-west-1 vpc-2 10.2.0.0/16\n").Inventory
	named := func(list []remedy.PairChange) (text string) {
		for _, p := range list {
			text += p.From + " " + p.To + " " + p.Traffic.String() + ";"
		}
		return text
	}
	const want = "eni-1 eni-2 tcp/5432;"
	if got := remedy.CompareAccess(apart, peered, remedy.MaxPairs); named(got.Gained) != want || len(got.Lost) > 0 {
		t.Errorf("gained %s, lost %s", named(got.Gained), named(got.Lost))
	}
	if got := remedy.CompareAccess(peered, apart, remedy.MaxPairs); named(got.Lost) != want || len(got.Gained) > 0 {
		t.Errorf("gained %s, lost %s", named(got.Gained), named(got.Lost))
	}
}
