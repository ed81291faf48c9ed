package network_test

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/reach/path"
)

// TestEntryIsWhatDecides: the addresses that a network ACL admits are those for
// which the entry that explanations name allows the packet.
func TestEntryIsWhatDecides(t *testing.T) {
	prefixes := []string{"0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/30", "10.0.0.1/32", "::/0", "2000::/3", "2001:db8::1/128"}
	addresses := []string{"10.0.0.0", "10.0.0.1", "10.0.0.5", "8.8.8.8", "2001:db8::1", "2001:db8::2", "fc00::1"}
	traffics := []inventory.Traffic{
		inventory.All, inventory.Ports(inventory.TCP, 22, 22), inventory.Ports(inventory.TCP, 20, 25), inventory.Ports(inventory.UDP, 0, 65535),
		{Protocol: inventory.ICMP, First: 8, Last: inventory.Any},
		{Protocol: inventory.ICMP, First: 8, Last: 1},
		{Protocol: 47},
	}
	allowed, denied := 0, 0
	for seed := range uint64(500) {
		rng := rand.New(rand.NewPCG(seed, 3))
		record := &inventory.NetworkACL{ID: "acl-1"}
		for n := range 1 + rng.IntN(6) {
			record.Entries = append(record.Entries, inventory.ACLEntry{
				Direction: []inventory.Direction{inventory.Ingress, inventory.Egress}[rng.IntN(2)], Number: (n*7)%5*10 + n, Allow: rng.IntN(3) > 0,
				Traffic: traffics[rng.IntN(len(traffics))], Prefix: netip.MustParsePrefix(prefixes[rng.IntN(len(prefixes))]),
			})
		}
		acl := network.NewACL(record)
		for _, text := range addresses {
			from := netip.MustParseAddr(text)
			for _, direction := range []inventory.Direction{inventory.Ingress, inventory.Egress} {
				for _, one := range []inventory.Traffic{
					inventory.Ports(inventory.TCP, 22, 22), inventory.Ports(inventory.TCP, 26, 26), inventory.Ports(inventory.UDP, 53, 53),
					{Protocol: inventory.ICMP, First: 8, Last: 1},
					{Protocol: inventory.ICMP, First: 8, Last: 2},
					{Protocol: inventory.ICMP, First: 0, Last: 0},
					{Protocol: 47},
				} {
					packet := path.Packet{Protocol: one.Protocol, Point: path.IntervalOf(one).First, From: from}
					e := acl.Entry(direction, packet)
					want := e != nil && e.Allow
					if got := acl.Admits(direction, cidr.FamilyOfAddr(from), one).Contains(from); got != want {
						t.Fatalf("seed %d: %v %s from %s is admitted: %t, and the entry is %+v of %+v", seed, direction, one, from, got, e, record.Entries)
					}
					if want {
						allowed++
					} else {
						denied++
					}
				}
			}
		}
	}
	if allowed < 1000 || denied < 1000 {
		t.Errorf("%d packets are allowed, %d denied: the test shows little", allowed, denied)
	}
}
