package cidr

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestPublic(t *testing.T) {
	for _, c := range []struct {
		name    string
		sources []string
		public  []string // a subset of sources, each as often as it is public
	}{
		{"none", nil, nil},
		{"whole IPv4", []string{"0.0.0.0/0"}, []string{"0.0.0.0/0"}},
		{"host bits", []string{"1.0.0.0/0"}, []string{"1.0.0.0/0"}},
		{"mapped into IPv6", []string{"::ffff:0.0.0.0/96"}, []string{"::ffff:0.0.0.0/96"}},
		{"halves", []string{"128.0.0.0/1", "0.0.0.0/1"}, []string{"128.0.0.0/1", "0.0.0.0/1"}},
		{"one half", []string{"0.0.0.0/1"}, nil},
		{"quarters", []string{"0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"}, []string{"0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"}},
		{"three quarters", []string{"0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2"}, nil},
		{"quarters without what is reserved", []string{"0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/3"}, []string{"0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/3"}},
		{"beside the whole", []string{"203.0.113.0/24", "0.0.0.0/0", "10.0.0.0/8"}, []string{"0.0.0.0/0"}},
		{"private beside halves", []string{"10.0.0.0/8", "0.0.0.0/1", "128.0.0.0/1", "224.0.0.0/4"}, []string{"0.0.0.0/1", "128.0.0.0/1"}},
		{"a block that is only reserved completes nothing", []string{"0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3", "224.0.0.0/3"}, []string{"0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3"}},
		{"private", []string{"10.0.0.0/8"}, nil},
		{"equal", []string{"0.0.0.0/0", "0.0.0.0/0"}, []string{"0.0.0.0/0", "0.0.0.0/0"}},
		{"equal after cleaning", []string{"0.0.0.0/1", "128.0.0.0/1", "1.2.3.4/1"}, []string{"0.0.0.0/1", "128.0.0.0/1", "1.2.3.4/1"}},
		{"overlap counts once", []string{"0.0.0.0/1", "0.0.0.0/1", "64.0.0.0/2"}, nil},
		{"whole IPv6", []string{"::/0"}, []string{"::/0"}},
		{"IPv6 internet", []string{"2000::/3"}, []string{"2000::/3"}},
		{"IPv6 internet inside the whole", []string{"2000::/3", "::/0"}, []string{"::/0"}},
		{"IPv6 halves", []string{"::/1", "8000::/1"}, []string{"::/1"}},
		{"IPv6 half with the internet", []string{"::/1"}, []string{"::/1"}},
		{"IPv6 half without", []string{"8000::/1"}, nil},
		{"IPv6 quarters of the internet", []string{"2000::/5", "2800::/5", "3000::/5", "3800::/5", "fc00::/7"}, []string{"2000::/5", "2800::/5", "3000::/5", "3800::/5"}},
		{"families apart", []string{"0.0.0.0/1", "::/1"}, []string{"::/1"}},
		{"families never added", []string{"0.0.0.0/1", "2000::/4"}, nil},
		{"both", []string{"0.0.0.0/0", "2001:db8::/32", "::/0", "10.0.0.0/8"}, []string{"0.0.0.0/0", "::/0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			sources := prefixes(c.sources...)
			var got []string
			for i, yes := range Public(sources) {
				if yes {
					got = append(got, c.sources[i])
				}
			}
			if !slices.Equal(got, c.public) {
				t.Errorf("Public(%v) = %v, want %v", c.sources, got, c.public)
			}
			if (Public(sources) == nil) != (len(c.public) == 0) {
				t.Errorf("Public(%v) is nil: %v", c.sources, Public(sources) == nil)
			}
		})
	}
	if Public([]netip.Prefix{{}, {}}) != nil {
		t.Error("an invalid prefix is public")
	}
	if got := Public([]netip.Prefix{{}, netip.MustParsePrefix("::/0")}); !slices.Equal(got, []bool{false, true}) {
		t.Errorf("beside an invalid prefix: %v", got)
	}
}

// missing returns the prefixes of a family's internet but for the n lowest
// addresses of hole.
func missing(f Family, hole netip.Addr, n number) []netip.Prefix {
	from, last := hole, numberOf(hole).add(n).sub(number{0, 1})
	rest := Internet(f)
	for at := numberOf(from); !last.less(at); {
		// The widest prefix that starts here and does not pass the last.
		bits := from.BitLen()
		for bits > 0 {
			wider := netip.PrefixFrom(from, bits-1)
			if wider.Masked() != wider || last.less(spanOf(wider).last) {
				break
			}
			bits--
		}
		p := netip.PrefixFrom(from, bits)
		rest = rest.Subtract(Of(p))
		at = spanOf(p).last.add(number{0, 1})
		if from.Is4() {
			from = netip.AddrFrom4([4]byte{byte(at.lo >> 24), byte(at.lo >> 16), byte(at.lo >> 8), byte(at.lo)})
			continue
		}
		var b [16]byte
		for i := range 8 {
			b[i], b[8+i] = byte(at.hi>>(56-8*i)), byte(at.lo>>(56-8*i))
		}
		from = netip.AddrFrom16(b)
	}
	return rest.Prefixes()
}

// The rule's limit, to the single address: one part in a hundred of the
// internet may be missing, and not one address more.
func TestPublicLimit(t *testing.T) {
	for _, c := range []struct {
		family Family
		hole   string
		spare  number
	}{
		// 2^32 less the special blocks is 3,702,390,784 addresses.
		{IPv4, "32.0.0.0", number{0, 37_023_907}},
		// 2^125 / 100, rounded down.
		{IPv6, "2400::", number{0x0051eb851eb851eb, 0x851eb851eb851eb8}},
	} {
		at := netip.MustParseAddr(c.hole)
		sources := missing(c.family, at, c.spare)
		public := Public(sources)
		if len(public) == 0 || slices.Contains(public, false) {
			t.Errorf("%v without the spare addresses is not public", c.family)
		}
		if s := Of(sources...); !s.Whole(c.family) || s.Share(c.family) < 0.99 {
			t.Errorf("%v: the set without the spare addresses is not whole (%v)", c.family, s.Share(c.family))
		}
		sources = missing(c.family, at, c.spare.add(number{0, 1}))
		if Public(sources) != nil {
			t.Errorf("%v without one address more than can be spared is public", c.family)
		}
		if Of(sources...).Whole(c.family) {
			t.Errorf("%v: the set without one address more is whole", c.family)
		}
	}
}

// cell is one /16 of either family. Every block that decides is at least
// that wide, so an oracle may look at each of the 65,536 cells.
func cellIsInternet(f Family, cell int) bool {
	a, b := cell>>8, cell&0xff
	if f == IPv6 {
		return a >= 0x20 && a <= 0x3f
	}
	switch {
	case a == 0, a == 10, a == 127, a >= 224:
		return false
	case a == 100:
		return b < 64 || b > 127
	case a == 169:
		return b != 254
	case a == 172:
		return b < 16 || b > 31
	case a == 192:
		return b != 168
	}
	return true
}

func cellPrefix(f Family, cell, bits int) netip.Prefix {
	if f == IPv6 {
		return netip.PrefixFrom(netip.AddrFrom16([16]byte{byte(cell >> 8), byte(cell)}), bits)
	}
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(cell >> 8), byte(cell)}), bits)
}

func inCell(p netip.Prefix, f Family, cell int) bool {
	return FamilyOf(p) == f && p.Contains(cellPrefix(f, cell, 16).Addr())
}

// dumbPublic applies the rule's words to every cell. Prefixes are at most 16
// bits long.
func dumbPublic(sources []netip.Prefix) []bool {
	public := make([]bool, len(sources))
	for _, f := range []Family{IPv4, IPv6} {
		total, uncovered := 0, 0
		holds := make([]bool, len(sources))
		for cell := range 1 << 16 {
			if !cellIsInternet(f, cell) {
				continue
			}
			total++
			found := false
			for i, p := range sources {
				if inCell(p, f, cell) {
					found, holds[i] = true, true
				}
			}
			if !found {
				uncovered++
			}
		}
		if uncovered*100 > total {
			continue
		}
		for i, p := range sources {
			inside := slices.ContainsFunc(sources, func(q netip.Prefix) bool {
				return FamilyOf(q) == f && q.Bits() < p.Bits() && q.Contains(p.Addr())
			})
			public[i] = public[i] || FamilyOf(p) == f && holds[i] && !inside
		}
	}
	return public
}

// drawSources draws lists that often come close to a whole internet: a
// prefix split at random, a few leaves of it lost, a few strays beside.
func drawSources(t *rapid.T) []netip.Prefix {
	var list []netip.Prefix
	for _, f := range []Family{IPv4, IPv6} {
		if f == IPv6 && rapid.Bool().Draw(t, "no IPv6") {
			continue
		}
		lose := rapid.IntRange(0, 12).Draw(t, "losses")
		var split func(cell, bits int)
		split = func(cell, bits int) {
			if bits < 12 && rapid.IntRange(0, 2).Draw(t, "split") > 0 && len(list) < 40 {
				split(cell, bits+1)
				split(cell|1<<(15-bits), bits+1)
				return
			}
			if lose > 0 && bits >= 5 && rapid.IntRange(0, 3).Draw(t, "lose") == 0 {
				lose--
				return
			}
			list = append(list, cellPrefix(f, cell, bits))
		}
		start, bits := 0, 0
		if f == IPv6 && rapid.Bool().Draw(t, "from 2000::/3") {
			start, bits = 0x2000, 3
		}
		split(start, bits)
		for range rapid.IntRange(0, 3).Draw(t, "strays") {
			bits := rapid.IntRange(0, 16).Draw(t, "bits")
			list = append(list, cellPrefix(f, rapid.IntRange(0, 0xffff).Draw(t, "cell"), bits).Masked())
		}
	}
	return rapid.Permutation(list).Draw(t, "sources")
}

func TestPublicAgainstOracle(t *testing.T) {
	seen := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		sources := drawSources(t)
		want := dumbPublic(sources)
		got := Public(sources)
		if got == nil {
			got = make([]bool, len(sources))
		}
		seen[slices.Contains(want, true)]++
		if !slices.Equal(got, want) {
			t.Fatalf("Public(%v)\n got %v\nwant %v", sources, got, want)
		}
	})
	if seen[true] == 0 || seen[false] == 0 {
		t.Errorf("the drawn lists are one-sided: %v", seen)
	}
}

// Adding a source never closes what was open.
func TestPublicGrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sources := drawSources(t)
		if !slices.Contains(Public(sources), true) {
			return
		}
		f := rapid.SampledFrom([]Family{IPv4, IPv6}).Draw(t, "family")
		more := append(sources, cellPrefix(f, rapid.IntRange(0, 0xffff).Draw(t, "cell"), rapid.IntRange(0, 16).Draw(t, "bits")))
		if !slices.Contains(Public(more), true) {
			t.Fatalf("%v is public and not with %v", sources, more[len(more)-1])
		}
	})
}

func FuzzPublic(f *testing.F) {
	f.Add([]byte{0, 0, 1, 0, 128, 0, 1, 0})
	f.Add([]byte{0x20, 0, 3, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		var sources []netip.Prefix
		for ; len(data) >= 4 && len(sources) < 12; data = data[4:] {
			cell := int(data[0])<<8 | int(data[1])
			sources = append(sources, cellPrefix(Family(data[3]&1), cell, int(data[2])%17).Masked())
		}
		got := Public(sources)
		if got == nil {
			got = make([]bool, len(sources))
		}
		if want := dumbPublic(sources); !slices.Equal(got, want) {
			t.Fatalf("Public(%v) = %v, want %v", sources, got, want)
		}
	})
}

func TestCovered(t *testing.T) {
	for _, c := range []struct {
		inside string
		set    []string
		want   bool
	}{
		{"10.0.0.0/8", nil, false},
		{"10.0.0.0/8", []string{"10.0.0.0/8"}, true},
		{"10.1.2.3/8", []string{"10.9.9.9/8"}, true},
		{"10.0.0.0/9", []string{"192.0.2.0/24", "10.0.0.0/8"}, true},
		{"10.0.0.0/8", []string{"10.0.0.0/9"}, false},
		{"10.0.0.0/8", []string{"10.128.0.0/9", "10.0.0.0/9"}, true},
		{"10.0.0.0/8", []string{"10.128.0.0/9", "10.0.0.0/10", "10.0.0.0/24"}, false},
		{"0.0.0.0/0", []string{"128.0.0.0/1", "0.0.0.0/1"}, true},
		{"::/0", []string{"8000::/1", "::/1", "::/64"}, true},
		{"::/0", []string{"0.0.0.0/0"}, false},
		{"0.0.0.0/0", []string{"::/0"}, false},
		{"::ffff:10.0.0.0/104", []string{"10.0.0.0/8"}, true},
		{"2001:db8::1/128", []string{"2001:db8::/33"}, true},
		{"255.255.255.255/32", []string{"255.255.255.254/31"}, true},
	} {
		if got := Covered(netip.MustParsePrefix(c.inside), prefixes(c.set...)); got != c.want {
			t.Errorf("Covered(%s, %v) = %v", c.inside, c.set, got)
		}
	}
	if Covered(netip.Prefix{}, prefixes("0.0.0.0/0", "::/0")) {
		t.Error("an invalid prefix is covered")
	}
	if Covered(netip.MustParsePrefix("10.0.0.0/8"), []netip.Prefix{{}}) {
		t.Error("an invalid prefix covers")
	}
}

func TestCoveredAgainstSet(t *testing.T) {
	seen := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		sources := drawSources(t)
		f := rapid.SampledFrom([]Family{IPv4, IPv6}).Draw(t, "family")
		p := cellPrefix(f, rapid.IntRange(0, 0xffff).Draw(t, "cell"), rapid.IntRange(0, 16).Draw(t, "bits"))
		want := true
		for cell := range 1 << 16 {
			if p.Masked().Contains(cellPrefix(f, cell, 16).Addr()) {
				want = want && slices.ContainsFunc(sources, func(q netip.Prefix) bool { return inCell(q, f, cell) })
			}
		}
		seen[want]++
		if got := Covered(p, sources); got != want {
			t.Fatalf("Covered(%v, %v) = %v", p, sources, got)
		}
		if got := Of(sources...).Covers(p); got != want {
			t.Fatalf("Of(%v).Covers(%v) = %v", sources, p, got)
		}
	})
	if seen[true] == 0 || seen[false] == 0 {
		t.Errorf("the drawn questions are one-sided: %v", seen)
	}
}

func TestNoAllocation(t *testing.T) {
	var hosts, nearly []netip.Prefix
	for i := range onStack {
		hosts = append(hosts, netip.PrefixFrom(netip.AddrFrom4([4]byte{203, 0, 113, byte(i)}), 32))
		// Enough room on paper, so that these are sorted and measured.
		nearly = append(nearly, netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(i % 3 << 6)}), 2))
	}
	for name, do := range map[string]func(){
		"Public of hosts":        func() { Public(hosts) },
		"Public of three /2":     func() { Public(nearly) },
		"Covered":                func() { Covered(netip.MustParsePrefix("0.0.0.0/0"), nearly) },
		"Whole":                  func() { Whole(netip.MustParsePrefix("0.0.0.0/0")) },
		"Whole of nothing":       func() { Whole(netip.Prefix{}) },
		"HoldsInternet":          func() { HoldsInternet(hosts[0]) },
		"Private":                func() { Private(hosts[0]) },
		"Public of the internet": nil,
	} {
		want := 0.0
		if do == nil {
			whole := prefixes("0.0.0.0/0")
			do, want = func() { Public(whole) }, 1
		}
		if got := testing.AllocsPerRun(100, do); got != want {
			t.Errorf("%s allocates %v times, want %v", name, got, want)
		}
	}
}

func BenchmarkPublic(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	hosts := func(n, bits int) []netip.Prefix {
		list := make([]netip.Prefix, n)
		for i := range list {
			list[i] = netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(random.IntN(224)), byte(random.IntN(256)), byte(random.IntN(256))}), bits).Masked()
		}
		return list
	}
	for _, c := range []struct {
		name    string
		sources []netip.Prefix
	}{
		{"one host", hosts(1, 32)},
		{"60 hosts", hosts(60, 24)},
		{"the internet", prefixes("0.0.0.0/0")},
		{"halves", prefixes("0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8")},
		{"10000 of 12 bits", hosts(10_000, 12)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Public(c.sources)
			}
		})
	}
}
