package inventory_test

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/inventory"
)

// TestIndex asks an index for all that random regions hold, and for what they
// do not hold.
func TestIndex(t *testing.T) {
	for seed := range uint64(20) {
		for _, r := range estates.Random(rand.New(rand.NewPCG(seed, 5)), estates.Size{Regions: 2, Groups: 12, Interfaces: 20}).Regions {
			x := inventory.NewIndex(r)
			for i := range r.Groups {
				g := &r.Groups[i]
				if x.Group(g.ID) != g {
					t.Errorf("seed %d: Group(%s) is not the group of the region", seed, g.ID)
				}
				var members []*inventory.Interface
				for k := range r.Interfaces {
					if r.Interfaces[k].HasGroup(g.ID) {
						members = append(members, &r.Interfaces[k])
					}
				}
				if got := x.Members(g.ID); !slices.Equal(got, members) {
					t.Errorf("seed %d: Members(%s) has %d interfaces, want %d by id", seed, g.ID, len(got), len(members))
				}
			}
			for i := range r.Interfaces {
				if e := &r.Interfaces[i]; x.Interface(e.ID) != e {
					t.Errorf("seed %d: Interface(%s) is not the interface of the region", seed, e.ID)
				}
			}
			for i := range r.PrefixLists {
				if l := &r.PrefixLists[i]; x.PrefixList(l.ID) != l || !slices.Equal(x.Entries(l.ID), l.Entries) {
					t.Errorf("seed %d: PrefixList(%s) is not the list of the region", seed, l.ID)
				}
			}
			for i := range r.VPCs {
				if v := &r.VPCs[i]; x.VPC(v.ID) != v {
					t.Errorf("seed %d: VPC(%s) is not the VPC of the region", seed, v.ID)
				}
			}
			for i := range r.Subnets {
				if s := &r.Subnets[i]; x.Subnet(s.ID) != s {
					t.Errorf("seed %d: Subnet(%s) is not the subnet of the region", seed, s.ID)
				}
			}
			none := []netip.Prefix(nil)
			if x.Group("sg-none") != nil || x.Interface("eni-none") != nil || x.PrefixList("pl-none") != nil || x.VPC("vpc-none") != nil ||
				x.Subnet("subnet-none") != nil || x.Members("sg-none") != nil || !slices.Equal(x.Entries("pl-none"), none) {
				t.Errorf("seed %d: the index finds what the region does not hold", seed)
			}
		}
	}
}
