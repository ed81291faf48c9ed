package explain_test

import (
	"math/rand/v2"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/reach/explain"
)

func setOf(list ...string) cidr.Set {
	var prefixes []netip.Prefix
	for _, text := range list {
		prefixes = append(prefixes, netip.MustParsePrefix(text))
	}
	return cidr.Of(prefixes...)
}

func TestAddresses(t *testing.T) {
	private := cidr.All(cidr.IPv4).Subtract(cidr.Internet(cidr.IPv4))
	for want, set := range map[string]cidr.Set{
		"the internet (IPv4)":                                            setOf("0.0.0.0/0"),
		"10.10.10.21, 192.168.0.0/16":                                    setOf("10.10.10.21/32", "192.168.0.0/16"),
		"10.10.0.0/16 except 10.10.0.0/24":                               setOf("10.10.0.0/16").Subtract(setOf("10.10.0.0/24")),
		"192.168.0.0/16; 10.10.0.0/16 except 10.10.0.0/24 and 10.10.7.7": setOf("10.10.0.0/16", "192.168.0.0/16").Subtract(setOf("10.10.0.0/24", "10.10.7.7/32")),
		"private and reserved addresses (IPv4) except 10.0.1.0/24":       private.Subtract(setOf("10.0.1.0/24")),
		"the internet (IPv4) except 16.0.0.0/6":                          cidr.Internet(cidr.IPv4).Subtract(setOf("16.0.0.0/6")),
		"the internet addresses of 0.0.0.0/1":                            cidr.OnInternet(netip.MustParsePrefix("0.0.0.0/1")),
		"the internet addresses of 128.0.0.0/1":                          cidr.Internet(cidr.IPv4).Intersect(setOf("128.0.0.0/1")),
		"the internet addresses of 128.0.0.0/1, 10.0.0.0/9":              cidr.Internet(cidr.IPv4).Intersect(setOf("128.0.0.0/1")).Union(setOf("10.0.0.0/9")),
	} {
		if got := explain.Addresses(set, cidr.IPv4); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

var more = regexp.MustCompile(` and (\d+) more prefix(es)?$`)

// meant returns the set that words stand for, without what they only count.
func meant(t *testing.T, text string) (set cidr.Set) {
	t.Helper()
	block := func(text string) cidr.Set {
		if of, ok := strings.CutPrefix(text, "the internet addresses of "); ok {
			return cidr.Internet(cidr.IPv4).Intersect(setOf(of))
		}
		if of, ok := strings.CutPrefix(text, "the assigned internet addresses of "); ok {
			return cidr.OnInternet(netip.MustParsePrefix(of))
		}
		switch text {
		case "the internet (IPv4)":
			return cidr.Internet(cidr.IPv4)
		case "private and reserved addresses (IPv4)":
			return cidr.All(cidr.IPv4).Subtract(cidr.Internet(cidr.IPv4))
		}
		if !strings.Contains(text, "/") {
			text += "/32"
		}
		return setOf(text)
	}
	terms := strings.Split(text, "; ")
	if !strings.Contains(text, " except ") {
		terms = strings.Split(text, ", ")
	}
	for _, term := range terms {
		of, except, _ := strings.Cut(term, " except ")
		part := block(of)
		for _, e := range strings.Split(strings.ReplaceAll(except, " and ", ", "), ", ") {
			if e != "" {
				part = part.Subtract(block(e))
			}
		}
		set = set.Union(part)
	}
	return set
}

// TestAddressesAreExact reads the words for random sets back: they stand for
// exactly the set, or for a part of it where they count the rest.
func TestAddressesAreExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(16, 4))
	random := func(bits int) cidr.Set {
		base := [][4]byte{{10, 10}, {10, 0}, {192, 168}, {172, 16}, {8, 8}, {0, 0}, {128, 0}}[rng.IntN(7)]
		base[2], base[3] = byte(rng.IntN(4)), byte(rng.IntN(256))
		return setOf(netip.PrefixFrom(netip.AddrFrom4(base), bits).Masked().String())
	}
	exceptions, counted := 0, 0
	for range 20000 {
		var set cidr.Set
		switch rng.IntN(4) {
		case 0:
			set = cidr.All(cidr.IPv4).Subtract(cidr.Internet(cidr.IPv4))
		case 1:
			set = cidr.Internet(cidr.IPv4)
		}
		for range rng.IntN(4) {
			set = set.Union(random([]int{1, 8, 16, 22, 24, 32}[rng.IntN(6)]))
		}
		for range rng.IntN(5) {
			set = set.Subtract(random([]int{8, 16, 20, 24, 24, 28, 32}[rng.IntN(7)]))
		}
		text := explain.Addresses(set, cidr.IPv4)
		if set.Whole(cidr.IPv4) || set.Empty() {
			continue
		}
		rest := more.FindString(text)
		got := meant(t, strings.TrimSuffix(text, rest))
		switch {
		case rest == "" && !got.Equal(set), rest != "" && (!set.Includes(got) || got.Equal(set)):
			t.Fatalf("%q does not stand for %s", text, set)
		case rest != "":
			counted++
		case strings.Contains(text, "except"):
			exceptions++
		}
		if strings.HasSuffix(text, " 1 more prefixes") || len(text) > 220 {
			t.Fatalf("%q", text)
		}
	}
	if exceptions < 1000 || counted < 100 {
		t.Errorf("%d with exceptions and %d that count the rest show little", exceptions, counted)
	}
}
