package cidr

import (
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

type pair struct {
	address netip.Addr
	value   int32
}

// dumbInside is what an Index promises, by looking at every pair.
func dumbInside(pairs []pair, p netip.Prefix) []int32 {
	list := slices.Clone(pairs)
	slices.SortFunc(list, func(a, b pair) int {
		if c := a.address.Compare(b.address); c != 0 {
			return c
		}
		return int(a.value - b.value)
	})
	var found []int32
	for _, e := range slices.Compact(list) {
		if p.Contains(e.address) {
			found = append(found, e.value)
		}
	}
	return found
}

func TestIndexAgainstOracle(t *testing.T) {
	all := universe()
	rapid.Check(t, func(t *rapid.T) {
		var b IndexBuilder
		var pairs []pair
		for range rapid.IntRange(0, 40).Draw(t, "size") {
			e := pair{rapid.SampledFrom(all).Draw(t, "address"), rapid.Int32Range(0, 5).Draw(t, "value")}
			pairs = append(pairs, e)
			b.Add(e.address, e.value)
		}
		index := b.Index()
		for range 10 {
			a := rapid.SampledFrom(all).Draw(t, "of")
			p := netip.PrefixFrom(a, rapid.IntRange(0, a.BitLen()).Draw(t, "bits"))
			if rapid.Bool().Draw(t, "narrow") {
				p = netip.PrefixFrom(a, max(p.Bits(), a.BitLen()-5))
			}
			if got, want := slices.Collect(index.Inside(p)), dumbInside(pairs, p); !slices.Equal(got, want) {
				t.Fatalf("inside %v of %v: %v, want %v", p, pairs, got, want)
			}
		}
	})
}

func TestIndex(t *testing.T) {
	var b IndexBuilder
	b.Add(netip.MustParseAddr("10.0.0.1"), 7)
	b.Add(netip.MustParseAddr("::ffff:10.0.0.1"), 2)
	b.Add(netip.MustParseAddr("10.0.0.1"), 7)
	b.Add(netip.MustParseAddr("fe80::1%eth0"), 3)
	b.Add(netip.Addr{}, 9)
	b.Add(netip.MustParseAddr("255.255.255.255"), 1<<31-1)
	index := b.Index()
	if index.Len() != 4 {
		t.Errorf("the index holds %d pairs, want 4", index.Len())
	}
	for p, want := range map[string][]int32{
		"10.0.0.1/32":         {2, 7},
		"10.0.0.9/24":         {2, 7},
		"::ffff:10.0.0.0/104": {2, 7},
		"0.0.0.0/0":           {2, 7, 1<<31 - 1},
		"255.255.255.255/32":  {1<<31 - 1},
		"10.0.0.2/32":         nil,
		"::/0":                {3},
		"fe80::/10":           {3},
	} {
		if got := slices.Collect(index.Inside(netip.MustParsePrefix(p))); !slices.Equal(got, want) {
			t.Errorf("inside %s: %v, want %v", p, got, want)
		}
	}
	if got := slices.Collect(index.Inside(netip.Prefix{})); got != nil {
		t.Errorf("inside an invalid prefix: %v", got)
	}
	for range index.Inside(netip.MustParsePrefix("0.0.0.0/0")) {
		break // must not be asked for more
	}
	if b.Index().Len() != 0 {
		t.Error("the builder kept what it gave away")
	}
	var none *Index
	if none.Len() != 0 || slices.Collect(none.Inside(netip.MustParsePrefix("::/0"))) != nil {
		t.Error("a nil index holds addresses")
	}
	if slices.Collect(new(Index).Inside(netip.MustParsePrefix("0.0.0.0/0"))) != nil {
		t.Error("the zero index holds addresses")
	}
}

func bigIndex(n int) *Index {
	var b IndexBuilder
	for i := range n {
		scattered := uint32(i) * 2654435761 >> 8 // spread over 10.0.0.0/8
		b.Add(netip.AddrFrom4([4]byte{10, byte(scattered >> 16), byte(scattered >> 8), byte(scattered)}), int32(i))
		if i%4 == 0 {
			b.Add(netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 4: byte(scattered >> 16), 5: byte(scattered >> 8), 15: byte(scattered)}), int32(i))
		}
	}
	return b.Index()
}

func TestInsideDoesNotAllocate(t *testing.T) {
	index := bigIndex(1000)
	for _, p := range prefixes("10.0.0.0/8", "2001:db8::/32") {
		sum := 0
		if got := testing.AllocsPerRun(100, func() {
			for v := range index.Inside(p) {
				sum += int(v)
			}
		}); got != 0 {
			t.Errorf("asking for %v allocates %v times", p, got)
		}
		if sum == 0 {
			t.Errorf("nothing was found inside %v", p)
		}
	}
}

func BenchmarkIndexBuild(b *testing.B) {
	for b.Loop() {
		bigIndex(200_000)
	}
}

func BenchmarkInside(b *testing.B) {
	index := bigIndex(200_000)
	for _, p := range prefixes("10.77.5.0/24", "10.77.5.9/32", "2001:db8:4d05::/48") {
		b.Run(p.String(), func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				for range index.Inside(p) {
					n++
				}
			}
		})
	}
}

// What an Index says of blocks, by looking at every block.
func TestIndexOfBlocksAgainstOracle(t *testing.T) {
	all := universe()
	rapid.Check(t, func(t *rapid.T) {
		var b IndexBuilder
		var blocks []netip.Prefix
		block := func(what string) netip.Prefix {
			a := rapid.SampledFrom(all).Draw(t, what)
			return netip.PrefixFrom(a, a.BitLen()-rapid.SampledFrom([]int{0, 1, 2, 3, 8, a.BitLen()}).Draw(t, "host bits of "+what))
		}
		for i := range rapid.IntRange(0, 20).Draw(t, "size") {
			blocks = append(blocks, block("block"))
			b.AddPrefix(blocks[i], int32(i))
			b.AddPrefix(blocks[i], int32(i))
		}
		index := b.Index()
		for range 10 {
			p := block("of")
			var want []int32
			for i, x := range blocks {
				if Clean(x).Overlaps(Clean(p)) {
					want = append(want, int32(i))
				}
			}
			got := slices.Sorted(index.Inside(p))
			if !slices.Equal(got, want) {
				t.Fatalf("what overlaps with %v of %v: %v, want %v", p, blocks, got, want)
			}
			for i := range got { // it stops where the caller does
				n := 0
				for range index.Inside(p) {
					if n++; n > i {
						break
					}
				}
			}
		}
	})
}
