package cidr_test

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/sgaudit/sgaudit/cidr"
)

func TestFold(t *testing.T) {
	of := func(list ...string) cidr.Set {
		var prefixes []netip.Prefix
		for _, text := range list {
			prefixes = append(prefixes, netip.MustParsePrefix(text))
		}
		return cidr.Of(prefixes...)
	}
	for _, c := range []struct {
		set  cidr.Set
		want string
	}{
		{of(), ""},
		{of("0.0.0.0/0"), "0.0.0.0/0"},
		{of("10.0.0.0/24", "10.0.2.0/24"), "10.0.0.0/24 10.0.2.0/24"},
		{of("10.10.0.0/16").Subtract(of("10.10.0.0/24")), "10.10.0.0/16-10.10.0.0/24"},
		{of("10.10.0.0/16", "192.168.0.0/24").Subtract(of("10.10.0.0/24", "10.10.9.0/24")), "10.10.0.0/16-10.10.0.0/24-10.10.9.0/24 192.168.0.0/24"},
		{of("0.0.0.0/0", "2001:db8::/32").Subtract(of("8.8.8.8/32", "2001:db8:0:1::/64")), "0.0.0.0/0-8.8.8.8/32 2001:db8::/32-2001:db8:0:1::/64"},
	} {
		if got := folded(c.set); got != c.want {
			t.Errorf("%s is folded into %q, want %q", c.set, got, c.want)
		}
	}
}

func folded(s cidr.Set) (text string) {
	for i, p := range s.Fold() {
		if i > 0 {
			text += " "
		}
		text += p.Prefix.String()
		for _, e := range p.Except {
			text += "-" + e.String()
		}
	}
	return text
}

// TestFoldIsExact folds every set of 16 addresses: the parts are apart and
// together the set, and no other parts name fewer prefixes. The dumb way tries
// for each block whether all of it with exceptions is shorter than its halves.
func TestFoldIsExact(t *testing.T) {
	block := netip.MustParsePrefix("10.0.0.0/28")
	for bits := range 1 << 16 {
		if bits%31 != 0 && rand.IntN(32) > 0 {
			continue
		}
		has := func(i int) bool { return bits>>i&1 == 1 }
		var addresses []netip.Prefix
		a := block.Addr()
		for i := range 16 {
			if has(i) {
				addresses = append(addresses, netip.PrefixFrom(a, 32))
			}
			a = a.Next()
		}
		s := cidr.Of(addresses...)
		var all cidr.Set
		names := 0
		for _, p := range s.Fold() {
			part := cidr.Of(p.Prefix).Subtract(cidr.Of(p.Except...))
			if part.Overlaps(all) || slices.ContainsFunc(p.Except, func(e netip.Prefix) bool { return !cidr.Contains(p.Prefix, e) }) {
				t.Fatalf("%s: the parts %v overlap", s, s.Fold())
			}
			all = all.Union(part)
			names += 1 + len(p.Except)
		}
		if want := fewest(has, 0, 16); !all.Equal(s) || names != want {
			t.Fatalf("%s: %v names %d prefixes and stands for %s; %d are enough", s, s.Fold(), names, all, want)
		}
	}
}

// blocks counts the fewest prefixes that are exactly the addresses of a block for
// which has says so.
func blocks(has func(int) bool, first, size int) int {
	count := 0
	for i := first; i < first+size; i++ {
		if has(i) {
			count++
		}
	}
	switch {
	case count == 0:
		return 0
	case count == size:
		return 1
	}
	return blocks(has, first, size/2) + blocks(has, first+size/2, size/2)
}

func fewest(has func(int) bool, first, size int) int {
	with := 1 + blocks(func(i int) bool { return !has(i) }, first, size)
	switch n := blocks(has, first, size); {
	case n < 2:
		return n
	case size == 1:
		return with
	}
	return min(with, fewest(has, first, size/2)+fewest(has, first+size/2, size/2))
}
