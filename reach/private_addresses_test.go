package reach_test

import (
	"net/netip"
	"testing"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// routable are three VPCs with publicly routable blocks: vpc-1, vpc-2 that an
// active peering joins to it, vpc-3 with a peering that is gone.
const routable = `
vpc-1 10.0.0.0/16 151.101.0.0/24
vpc-2 10.1.0.0/16
vpc-3 10.2.0.0/16 151.101.3.0/24
subnet-1 151.101.0.0/24
igw-1 vpc vpc-1
rtb-1 main
  route 10.0.0.0/16 local
  route 151.101.0.0/24 local
  route 151.101.2.0/24 pcx-1
  route 0.0.0.0/0 igw-1
acl-1 default subnet subnet-1
  in 100 allow all 0.0.0.0/0
  out 100 allow all 0.0.0.0/0
pcx-1 active requester 111122223333 us-east-1 vpc-1 10.0.0.0/16 accepter 999988887777 eu-west-1 vpc-2 10.1.0.0/16 151.101.2.0/24
pcx-2 deleted requester 111122223333 us-east-1 vpc-1 accepter 111122223333 us-east-1 vpc-3 151.101.3.0/24
sg-1 web
  in tcp/22 151.101.0.0/16
eni-1 sg-1 151.101.0.10 subnet subnet-1
eni-2 sg-1 151.101.0.11 public 198.51.100.7 subnet subnet-1
`

func TestPrivate(t *testing.T) {
	n := reach.New(notation.MustParse(routable).Inventory.Regions[0])
	for text, want := range map[string]bool{
		"10.9.0.0/16": true, "fd00::/8": true,
		"151.101.0.0/24": true, "151.101.0.128/25": true,
		"151.101.2.7/32":         true, // of the peer, as the peering says
		"151.101.0.0/23":         false,
		"151.101.3.0/24":         false, // its peering is gone
		"8.8.8.0/24":             false,
		"198.18.0.0/15":          false,
		"2001:db8::/32":          false,
		"::ffff:151.101.0.0/120": true,
		netip.Prefix{}.String():  false,
		netip.MustParsePrefix("0.0.0.0/0").String(): false,
	} {
		p, _ := netip.ParsePrefix(text)
		if got := n.Private("vpc-1", p); got != want {
			t.Errorf("%s is private in vpc-1: %v", text, got)
		}
	}
	if n.Private("vpc-3", netip.MustParsePrefix("151.101.0.0/24")) || !n.Private("vpc-2", netip.MustParsePrefix("151.101.0.0/24")) {
		t.Error("what is private is not what each VPC and its peers hold")
	}
	part := n.PublicPart("vpc-1", netip.MustParsePrefix("151.101.0.0/22"))
	if want := cidr.Of(netip.MustParsePrefix("151.101.1.0/24"), netip.MustParsePrefix("151.101.3.0/24")); !part.Equal(want) {
		t.Errorf("of 151.101.0.0/22 %s is public, want %s", part, want)
	}
}

// TestTraceFromRoutableBlocks: a block of the VPC or of a peer is reached by
// its route and not by an internet gateway, though its addresses are public;
// and the internet is asked about without the VPC's own addresses.
func TestTraceFromRoutableBlocks(t *testing.T) {
	r := notation.MustParse(routable).Inventory.Regions[0]
	n := reach.New(r)
	ssh := inventory.Ports(inventory.TCP, 22, 22)
	for from, want := range map[string]reach.Verdict{
		"151.101.0.77/32": reach.Reachable,    // its own subnet
		"151.101.2.77/32": reach.Reachable,    // by pcx-1
		"151.101.3.77/32": reach.NotReachable, // from the internet, and eni-1 has no public address
	} {
		a := n.Trace(&r.Interfaces[0], reach.Query{Traffic: ssh, Addresses: cidr.Of(netip.MustParsePrefix(from))})
		if a.Verdict != want {
			t.Errorf("from %s eni-1 is %s, want %s: %+v", from, a.Verdict, want, a.Ways)
		}
	}
	if got := n.Interface(&r.Interfaces[0]); got.Verdict != reach.NotReachable {
		t.Errorf("the internet gets to eni-1, which has no public address: %+v", got)
	}
	if got := n.Interface(&r.Interfaces[1]); got.Verdict != reach.Reachable {
		t.Errorf("the internet does not get to eni-2: %+v", got)
	}
}
