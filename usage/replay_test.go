package usage_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/usage"
)

// Whatever rules a plan takes away, exactly the connections that no other rule allows
// are cut.
func TestReplay(t *testing.T) {
	total, maybe := 0, 0
	for seed := range uint64(400) {
		s := simulate(seed, true)
		if len(s.cloudy) > 0 {
			continue // what these rules allowed is not known for certain
		}
		after := *s.inv
		region := *s.region
		region.Groups = slices.Clone(region.Groups)
		gone := map[ruleKey]bool{}
		for i := range region.Groups {
			g := &region.Groups[i]
			g.Rules = slices.DeleteFunc(slices.Clone(g.Rules), func(r inventory.Rule) bool {
				remove := s.random.IntN(3) == 0
				if remove {
					gone[ruleKey{g.ID, r.String()}] = true
				}
				return remove
			})
		}
		after.Regions = []*inventory.Region{&region}
		want := map[string]bool{}
		for _, e := range s.events {
			if len(e.allowedBy) > 0 && !slices.ContainsFunc(e.allowedBy, func(k ruleKey) bool { return !gone[k] }) {
				want[fmt.Sprint(e.e.ID, e.direction, e.traffic, e.remote)] = true
			}
		}
		cuts, replayed := usage.Replay(s.inv, &after, s.summary(t))
		if replayed == 0 && len(s.truth) > 0 {
			t.Fatalf("seed %d: no flow was replayed", seed)
		}
		got := map[string]bool{}
		for _, c := range cuts {
			if c.Unsure && strings.HasPrefix(c.Remote.String(), "10.0.0.20") { // the address of a member that is gone, perhaps
				maybe++
				continue
			}
			if c.Unsure {
				t.Errorf("seed %d: unsure of %+v", seed, c)
			}
			got[fmt.Sprint(c.Interface.ID, c.Direction, c.Traffic, c.Remote.Addr())] = true
		}
		total += len(want)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("seed %d: cut are\n%v\nand really\n%v", seed, got, want)
		}
		if none, _ := usage.Replay(s.inv, s.inv, s.summary(t)); len(none) > 0 {
			t.Fatalf("seed %d: a plan that changes nothing cuts %v", seed, none)
		}
	}
	if total < 100 || maybe < 3 {
		t.Errorf("%d cuts, %d of them of members that are gone, perhaps: the test shows too little", total+maybe, maybe)
	}
}

// Where a plan deletes an interface, its connections are cut, and so are those of others
// with its address in the VPC, unless another interface has that address.
func TestReplayOfDeletedInterfaces(t *testing.T) {
	const estate = `account 123456789012
region eu-west-1
vpc-1 10.0.0.0/16
vpc-2 10.0.0.0/16
sg-1 web vpc vpc-1
  in tcp/443 0.0.0.0/0
  out tcp/443 10.0.0.0/16
sg-2 other vpc vpc-2
  out tcp/443 10.0.0.0/16
`
	const gone = "eni-0a sg-1 10.0.0.5 vpc vpc-1\n"
	const stays = "eni-0b sg-1 10.0.0.6 vpc vpc-1\neni-0c sg-2 10.0.0.7 vpc vpc-2\n"
	record := func(eni, src, dst string, from, to int, flags int, direction string) string {
		return fmt.Sprintf("123456789012 %s %s %s %s %d %d 6 %d ACCEPT 9 900 %d %d OK\n", eni, direction, src, dst, from, to, flags, begin, begin+60)
	}
	path := filepath.Join(t.TempDir(), "x.log")
	text := "account-id interface-id flow-direction srcaddr dstaddr srcport dstport protocol tcp-flags action packets bytes start end log-status\n" +
		record("eni-0a", "9.9.9.9", "10.0.0.5", 40000, 443, 3, "ingress") + record("eni-0a", "9.9.9.9", "10.0.0.5", 40000, 22, 3, "ingress") +
		record("eni-0a", "10.0.0.6", "10.0.0.5", 40000, 443, 3, "ingress") + record("eni-0b", "10.0.0.6", "10.0.0.5", 40000, 443, 3, "egress") +
		record("eni-0b", "9.9.9.9", "10.0.0.6", 40000, 443, 3, "ingress") + record("eni-0c", "10.0.0.7", "10.0.0.5", 40000, 443, 3, "egress")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	sum, err := flows.Read(t.Context(), []string{path}, flows.Options{Now: time.Unix(begin, 0).AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	before := notation.MustParse(estate + gone + stays).Inventory
	for after, want := range map[string]string{
		stays: "[eni-0a ingress tcp/443 9.9.9.9 eni-0a eni-0a ingress tcp/443 10.0.0.6 eni-0a eni-0b egress tcp/443 10.0.0.5 eni-0a]",
		stays + "eni-0d sg-1 10.0.0.5 vpc vpc-1\n": "[eni-0a ingress tcp/443 9.9.9.9 eni-0a eni-0a ingress tcp/443 10.0.0.6 eni-0a]",
		stays + gone: "[]",
	} {
		cuts, looked := usage.Replay(before, notation.MustParse(estate+after).Inventory, sum)
		var got []string
		for _, c := range cuts {
			got = append(got, fmt.Sprint(c.Interface.ID, " ", c.Direction, " ", c.Traffic, " ", c.Remote.Addr(), " ", c.Deleted))
		}
		if fmt.Sprint(got) != want || looked != 6 {
			t.Errorf("after %s%d flows, cut are %v", after, looked, got)
		}
	}
	missing := usage.Unseen(before, notation.MustParse(estate+stays).Inventory, sum)
	if len(missing) != 1 || missing[0].Interface.ID != "eni-0a" {
		t.Errorf("the hours of the deleted interface that are not recorded are missing: %v", missing)
	}
}

// Where a plan deletes the peering connection that a reference needs, the one address of a
// row is cut, and is not said to be a part of several.
func TestReplayOfOneAddress(t *testing.T) {
	const peering = "pcx-1 active requester 123456789012 eu-west-1 vpc-1 10.0.0.0/16 accepter 123456789012 eu-west-1 vpc-2 10.2.0.0/16\n"
	const estate = "vpc-2 10.2.0.0/16\nsg-b b vpc vpc-2\nsg-a a\n in tcp/22 sg-b\neni-0a sg-a 10.0.0.5\neni-0b sg-b 10.2.0.6 vpc vpc-2\n"
	for logged, partly := range map[string]bool{
		new(logs).in("eni-0a", "10.0.0.5", "10.2.0.6", 22, true).String():                                                  false,
		fmt.Sprintf("123456789012 eni-0a ingress 10.2.0.6 10.0.0.5 0 0 1 0 ACCEPT 10 600 %d %d OK\n", begin+60, begin+120): true,
	} {
		l := new(logs)
		l.WriteString(logged)
		rule := estate
		if partly { // flow logs do not record the type of ICMP
			rule = strings.Replace(estate, "in tcp/22 sg-b", "in icmp sg-b", 1)
		}
		cuts, _ := usage.Replay(account(peering+rule), account(rule), l.summary(t))
		if len(cuts) != 1 || cuts[0].Partly != partly || !cuts[0].Unsure {
			t.Errorf("%s%v", logged, cuts)
		}
	}
}
