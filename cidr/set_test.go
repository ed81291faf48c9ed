package cidr

import (
	"math"
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// universe is a handful of addresses around which sets are drawn: 64 in each
// family, at either end of the space too, where sums that overflow go wrong.
func universe() []netip.Addr {
	var list []netip.Addr
	for i := range 32 {
		list = append(list,
			netip.AddrFrom4([4]byte{0, 0, 0, byte(i)}), netip.AddrFrom4([4]byte{255, 255, 255, byte(224 + i)}),
			netip.AddrFrom16([16]byte{15: byte(i)}), netip.AddrFrom16([16]byte{
				255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, byte(224 + i),
			}))
	}
	return list
}

// drawSet draws a set and the same set as a list of booleans, one for each
// address of the universe.
func drawSet(t *rapid.T, all []netip.Addr, label string) (Set, []bool) {
	var list []netip.Prefix
	for range rapid.IntRange(0, 6).Draw(t, label+" size") {
		a := rapid.SampledFrom(all).Draw(t, label+" address")
		bits := a.BitLen() - rapid.IntRange(0, 5).Draw(t, label+" host bits")
		if rapid.IntRange(0, 9).Draw(t, label+" wide") == 0 {
			bits = 0
		}
		list = append(list, netip.PrefixFrom(a, bits))
	}
	in := make([]bool, len(all))
	for i, a := range all {
		in[i] = slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(a) })
	}
	return Of(list...), in
}

func TestSetAgainstOracle(t *testing.T) {
	all := universe()
	rapid.Check(t, func(t *rapid.T) {
		a, inA := drawSet(t, all, "a")
		b, inB := drawSet(t, all, "b")
		for name, c := range map[string]struct {
			set  Set
			want func(a, b bool) bool
		}{
			"a":         {a, func(a, _ bool) bool { return a }},
			"union":     {a.Union(b), func(a, b bool) bool { return a || b }},
			"intersect": {a.Intersect(b), func(a, b bool) bool { return a && b }},
			"subtract":  {a.Subtract(b), func(a, b bool) bool { return a && !b }},
			"rebuilt":   {Of(a.Prefixes()...), func(a, _ bool) bool { return a }},
		} {
			for i, address := range all {
				if got := c.set.Contains(address); got != c.want(inA[i], inB[i]) {
					t.Fatalf("%s of %v and %v contains %v: %v", name, a, b, address, got)
				}
			}
		}
		// Outside the drawn addresses, and as a whole, by the laws of sets.
		if !a.Subtract(b).Union(a.Intersect(b)).Equal(a) {
			t.Fatalf("%v falls apart when cut by %v", a, b)
		}
		if a.Overlaps(b) == a.Intersect(b).Empty() {
			t.Fatalf("%v and %v: Overlaps is %v", a, b, a.Overlaps(b))
		}
		if a.Includes(b) != b.Subtract(a).Empty() {
			t.Fatalf("%v and %v: Includes is %v", a, b, a.Includes(b))
		}
		if (a.String() == b.String()) != a.Equal(b) {
			t.Fatalf("%v and %v: Equal is %v", a, b, a.Equal(b))
		}
		if !slices.IsSortedFunc(a.Prefixes(), func(p, q netip.Prefix) int { return p.Addr().Compare(q.Addr()) }) {
			t.Fatalf("%v is not sorted", a.Prefixes())
		}
	})
}

func TestSet(t *testing.T) {
	halves := Of(prefixes("128.0.0.0/1", "1.0.0.0/1")...)
	if !halves.Equal(All(IPv4)) || halves.String() != "0.0.0.0/0" {
		t.Errorf("two halves are %v", halves)
	}
	if got := All(IPv4).Union(All(IPv6)).String(); got != "0.0.0.0/0, ::/0" {
		t.Errorf("everything is %s", got)
	}
	if got := Of(prefixes("10.0.0.0/30")...).Subtract(Of(prefixes("10.0.0.1/32")...)).String(); got != "10.0.0.0/32, 10.0.0.2/31" {
		t.Errorf("a block with a hole is %s", got)
	}
	s := Of(prefixes("::ffff:10.0.0.0/104")...)
	for _, in := range []string{"10.1.2.3", "::ffff:10.1.2.3"} {
		if !s.Contains(netip.MustParseAddr(in)) {
			t.Errorf("%v does not contain %s", s, in)
		}
	}
	if !All(IPv6).Contains(netip.MustParseAddr("fe80::1%eth0")) {
		t.Error("a zone hides an address")
	}
	if !s.Covers(netip.MustParsePrefix("10.9.9.9/16")) || s.Covers(netip.MustParsePrefix("10.0.0.0/7")) || s.Covers(netip.Prefix{}) {
		t.Errorf("%v covers wrongly", s)
	}
	var zero Set
	for name, ok := range map[string]bool{
		"is empty":           zero.Empty() && Of().Empty() && Of(netip.Prefix{}).Empty(),
		"equals an empty":    zero.Equal(Of()) && Of().Equal(zero) && !zero.Equal(s) && !s.Equal(zero),
		"contains nothing":   !zero.Contains(netip.IPv4Unspecified()) && !zero.Covers(netip.MustParsePrefix("::/0")),
		"lies in all":        s.Includes(zero) && zero.Includes(zero) && !zero.Includes(s),
		"overlaps nothing":   !zero.Overlaps(s) && !s.Overlaps(zero),
		"adds nothing":       zero.Union(s).Equal(s) && s.Union(zero).Equal(s),
		"takes nothing away": s.Subtract(zero).Equal(s) && zero.Subtract(s).Empty() && s.Subtract(s).Empty(),
		"meets nothing":      zero.Intersect(s).Empty() && s.Intersect(zero).Empty() && s.Intersect(s).Equal(s),
		"has no prefixes":    len(zero.Prefixes()) == 0 && zero.String() == "nothing" && Of().String() == "nothing",
		"has no share":       zero.Share(IPv4) == 0 && !zero.Whole(IPv6),
	} {
		if !ok {
			t.Errorf("the zero Set fails: it %s", name)
		}
	}
}

func TestSetShare(t *testing.T) {
	for _, c := range []struct {
		set    Set
		v4, v6 float64
	}{
		{All(IPv4), 1, 0},
		{All(IPv6), 0, 1},
		{Internet(IPv4), 1, 0},
		{Internet(IPv6), 0, 1},
		{Of(prefixes("10.0.0.0/8", "224.0.0.0/4", "fc00::/7")...), 0, 0},
		{Of(prefixes("64.0.0.0/8")...), float64(1<<24) / 3_702_390_784, 0},
		{Of(prefixes("2000::/4")...), 0, 0.5},
		{Of(prefixes("2000::/5", "::/8", "32.0.0.0/8")...), float64(1<<24) / 3_702_390_784, 0.25},
	} {
		for f, want := range map[Family]float64{IPv4: c.v4, IPv6: c.v6} {
			if got := c.set.Share(f); math.Abs(got-want) > 1e-12 {
				t.Errorf("share of %v in %v: %v, want %v", f, c.set, got, want)
			}
			if got := c.set.Whole(f); got != (want == 1) {
				t.Errorf("%v is the whole %v internet: %v", c.set, f, got)
			}
		}
	}
}

// Whole and Public are one rule.
func TestWholeAgreesWithPublic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sources := drawSources(t)
		set := Of(sources...)
		if got := set.Whole(IPv4) || set.Whole(IPv6); got != (Public(sources) != nil) {
			t.Fatalf("%v: whole is %v", sources, got)
		}
		for _, p := range sources {
			if got := Whole(p); got != (Public([]netip.Prefix{p}) != nil) {
				t.Fatalf("%v: whole is %v", p, got)
			}
		}
	})
}

func BenchmarkSet(b *testing.B) {
	var list []netip.Prefix
	for i := range 50 {
		list = append(list, netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(i * 5), byte(i)}), 16))
	}
	some, internet := Of(list...), Internet(IPv4)
	for name, do := range map[string]func(){
		"of 50":     func() { Of(list...) },
		"intersect": func() { some.Intersect(internet) },
		"subtract":  func() { some.Subtract(internet) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				do()
			}
		})
	}
}
