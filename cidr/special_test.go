package cidr

import (
	"net/netip"
	"testing"
)

// What the IANA special-purpose address registries say of "globally
// reachable", at and around the ends of their blocks.
func TestOnInternet(t *testing.T) {
	for text, want := range map[string]bool{
		"198.17.255.255": true, "198.18.0.0": false, "198.19.255.255": false, "198.20.0.0": true,
		"192.0.0.8": false, "192.0.0.9": true, "192.0.0.10": true, "192.0.0.11": false, "192.0.1.0": true, "192.0.2.1": false,
		"198.51.100.7": false, "203.0.113.7": false, "203.0.114.0": true,
		"192.88.99.1": true, "192.31.196.1": true, // anycast and AS112 are reachable
		"10.0.0.1": false, "100.64.0.1": false, "224.0.0.1": false, "8.8.8.8": true,
		"2001:db8::1": false, "2001:2::1": false, "2001:0:1::1": true, "2001:4:112::1": true, "2001:200::1": true,
		"3fff:fff::1": false, "3fff:1000::1": true, "2002::1": true, "fd00::1": false, "2600::1": true,
	} {
		a := netip.MustParseAddr(text)
		if got := !OnInternet(netip.PrefixFrom(a, a.BitLen())).Empty(); got != want {
			t.Errorf("a host on the internet can have %s: %v", a, got)
		}
	}
	if OnInternet(netip.Prefix{}).Contains(netip.MustParseAddr("8.8.8.8")) {
		t.Error("an invalid prefix holds addresses")
	}
	for f := range Family(2) {
		if !assigned[f].Whole(f) {
			t.Errorf("what hosts can have is not the whole internet of %v any more", f)
		}
	}
}

func TestLargerThan(t *testing.T) {
	for _, c := range []struct {
		list []string
		bits int
		want bool
	}{
		{[]string{"198.16.0.0/15"}, 16, true},
		{[]string{"198.16.0.0/16"}, 16, false},
		{[]string{"198.16.0.0/16", "198.18.0.1/32"}, 16, true},
		{[]string{"198.16.0.0/17", "198.18.0.0/17"}, 16, false},
		{[]string{"0.0.0.0/0"}, 0, false},
		{[]string{"0.0.0.0/0"}, 1, true},
		{[]string{"8.8.8.8/32"}, 33, false},
		{[]string{"2600::/20"}, 16, false}, // other families do not count
		{nil, 32, false},
	} {
		if got := Of(prefixes(c.list...)...).LargerThan(c.bits, IPv4); got != c.want {
			t.Errorf("%v is larger than a /%d: %v", c.list, c.bits, got)
		}
	}
	if !Of(prefixes("::/0")...).LargerThan(1, IPv6) || Of(prefixes("2600::/32")...).LargerThan(32, IPv6) || !Of(prefixes("2600::/31")...).LargerThan(32, IPv6) {
		t.Error("sets of IPv6 are compared wrongly")
	}
}
