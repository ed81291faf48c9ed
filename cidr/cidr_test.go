package cidr

import (
	"net/netip"
	"testing"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"10.0.0.0/8":             "10.0.0.0/8",
		"1.0.0.0/0":              "0.0.0.0/0",
		"10.1.2.3/24":            "10.1.2.0/24",
		"2001:db8::1/64":         "2001:db8::/64",
		"::ffff:10.1.2.3/104":    "10.0.0.0/8",
		"::ffff:1.2.3.4/96":      "0.0.0.0/0",
		"::ffff:0.0.0.0/95":      "::fffe:0:0/95",
		"fe80::1/128":            "fe80::1/128",
		"255.255.255.255/32":     "255.255.255.255/32",
		"::ffff:203.0.113.9/128": "203.0.113.9/32",
	} {
		p := netip.MustParsePrefix(in)
		if got := Clean(p); got.String() != want {
			t.Errorf("Clean(%s) = %s, want %s", in, got, want)
		}
		if FamilyOf(p) != FamilyOf(Clean(p)) {
			t.Errorf("FamilyOf(%s) changes when it is cleaned", in)
		}
	}
	if Clean(netip.Prefix{}) != (netip.Prefix{}) {
		t.Error("an invalid prefix became valid")
	}
}

func TestHoldsInternetAndPrivate(t *testing.T) {
	for _, c := range []struct {
		prefix            string
		internet, private bool
	}{
		{"0.0.0.0/0", true, false},
		{"1.0.0.0/0", true, false},
		{"0.0.0.0/8", false, false},
		{"0.0.0.0/7", true, false},
		{"8.8.8.8/32", true, false},
		{"9.255.255.255/32", true, false},
		{"10.0.0.0/8", false, true},
		{"10.0.0.0/7", true, false},
		{"10.255.255.255/32", false, true},
		{"11.0.0.0/32", true, false},
		{"100.63.255.255/32", true, false},
		{"100.64.0.0/10", false, true},
		{"100.127.255.255/32", false, true},
		{"100.128.0.0/32", true, false},
		{"127.0.0.1/32", false, false},
		{"169.253.255.255/32", true, false},
		{"169.254.169.254/32", false, false},
		{"172.15.255.255/32", true, false},
		{"172.16.0.0/12", false, true},
		{"172.31.255.255/32", false, true},
		{"172.32.0.0/32", true, false},
		{"192.167.255.255/32", true, false},
		{"192.168.0.0/16", false, true},
		{"192.168.0.0/15", true, false},
		{"192.169.0.0/32", true, false},
		{"203.0.113.0/24", true, false},
		{"223.255.255.255/32", true, false},
		{"224.0.0.0/4", false, false},
		{"255.255.255.255/32", false, false},
		{"::/0", true, false},
		{"::/1", true, false},
		{"8000::/1", false, false},
		{"::1/128", false, false},
		{"1fff::/16", false, false},
		{"2000::/16", true, false},
		{"2001:db8::1/128", true, false},
		{"3fff:ffff::/32", true, false},
		{"4000::/16", false, false},
		{"fbff::/16", false, false},
		{"fc00::/7", false, true},
		{"fd12:3456:789a::1/128", false, true},
		{"fc00::/6", false, false},
		{"fe80::/10", false, false},
		{"::ffff:10.0.0.1/128", false, true},
		{"::ffff:8.8.8.8/128", true, false},
	} {
		p := netip.MustParsePrefix(c.prefix)
		if got := HoldsInternet(p); got != c.internet {
			t.Errorf("HoldsInternet(%s) = %v", p, got)
		}
		if got := Private(p); got != c.private {
			t.Errorf("Private(%s) = %v", p, got)
		}
	}
	if HoldsInternet(netip.Prefix{}) || Private(netip.Prefix{}) {
		t.Error("an invalid prefix holds addresses")
	}
}

// Every prefix of up to 16 bits, against the cells that it holds.
func TestHoldsInternetEverywhere(t *testing.T) {
	for _, f := range []Family{IPv4, IPv6} {
		var before [1<<16 + 1]int
		for cell := range 1 << 16 {
			before[cell+1] = before[cell]
			if cellIsInternet(f, cell) {
				before[cell+1]++
			}
		}
		for bits := range 17 {
			for cell := 0; cell < 1<<16; cell += 1 << (16 - bits) {
				p := cellPrefix(f, cell, bits)
				if want := before[cell+1<<(16-bits)] > before[cell]; HoldsInternet(p) != want {
					t.Fatalf("HoldsInternet(%s) = %v", p, !want)
				}
			}
		}
	}
}

func TestInternetSets(t *testing.T) {
	for f, set := range map[Family]interface{ Contains(netip.Addr) bool }{IPv4: internet4.set, IPv6: internet6.set} {
		for cell := range 1 << 16 {
			if a := cellPrefix(f, cell, 16).Addr(); set.Contains(a) != cellIsInternet(f, cell) {
				t.Fatalf("%v internet contains %s: %v", f, a, set.Contains(a))
			}
		}
	}
}

func BenchmarkHoldsInternet(b *testing.B) {
	p := netip.MustParsePrefix("203.0.113.0/24")
	for b.Loop() {
		HoldsInternet(p)
	}
}

func TestLast(t *testing.T) {
	for text, want := range map[string]string{
		"10.0.1.0/24": "10.0.1.255", "10.0.1.7/32": "10.0.1.7", "10.0.1.9/24": "10.0.1.255",
		"2001:db8::/64": "2001:db8::ffff:ffff:ffff:ffff", "::ffff:10.0.0.0/120": "10.0.0.255",
	} {
		if got := Last(netip.MustParsePrefix(text)); got != netip.MustParseAddr(want) {
			t.Errorf("last of %s: %s, want %s", text, got, want)
		}
	}
	if Last(netip.Prefix{}).IsValid() {
		t.Error("an invalid prefix has a last address")
	}
}

// TestContains: a prefix lies within itself and wider ones of its family.
func TestContains(t *testing.T) {
	for _, c := range []struct {
		outer, inner string
		want         bool
	}{
		{"10.0.0.0/8", "10.1.0.0/16", true},
		{"10.0.0.0/8", "10.0.0.0/8", true},
		{"10.1.0.0/16", "10.0.0.0/8", false},
		{"10.0.0.0/8", "11.0.0.0/16", false},
		{"::/0", "10.0.0.0/8", false},
		{"0.0.0.0/0", "::/0", false},
		{"0.0.0.0/0", "", false},
		{"", "10.0.0.0/8", false},
		{"", "", false},
	} {
		parse := func(text string) netip.Prefix {
			p, _ := netip.ParsePrefix(text)
			return p
		}
		if got := Contains(parse(c.outer), parse(c.inner)); got != c.want {
			t.Errorf("Contains(%s, %s) is %v", c.outer, c.inner, got)
		}
	}
}
