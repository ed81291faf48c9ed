package cidr

import (
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestPublicAmong(t *testing.T) {
	for name, c := range map[string]struct {
		sources []string
		kinds   []int
		want    []bool
	}{
		"halves beside the whole of another kind":       {[]string{"0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1"}, []int{1, 2, 2}, []bool{true, true, true}},
		"halves beside the whole of their kind":         {[]string{"0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1"}, []int{1, 1, 1}, []bool{true, false, false}},
		"halves of two kinds beside the whole of third": {[]string{"0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1"}, []int{1, 2, 3}, []bool{true, true, true}},
		"half of it beside the whole":                   {[]string{"0.0.0.0/0", "0.0.0.0/1"}, []int{1, 2}, []bool{true, false}},
		"a /24 beside the whole":                        {[]string{"0.0.0.0/0", "203.0.113.0/24"}, []int{1, 2}, []bool{true, false}},
		"a /24 inside a half of its kind":               {[]string{"0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "203.0.113.0/24"}, []int{1, 2, 2, 2}, []bool{true, true, true, false}},
		"private addresses beside the whole":            {[]string{"0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8"}, []int{1, 2, 2, 2}, []bool{true, true, true, false}},
		"three layers":                                  {[]string{"::/0", "2000::/3", "2000::/4", "3000::/4"}, []int{1, 2, 3, 3}, []bool{true, true, true, true}},
		"families apart":                                {[]string{"::/0", "0.0.0.0/1", "128.0.0.0/1"}, []int{1, 2, 2}, []bool{true, true, true}},
		"nothing covers the internet":                   {[]string{"0.0.0.0/1", "0.0.0.0/2"}, []int{1, 2}, nil},
	} {
		if got := PublicAmong(prefixes(c.sources...), c.kinds); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestPublicAmongAgainstWords asks for each source what its documentation
// says: Public of what is left without the wider sources of other kinds.
func TestPublicAmongAgainstWords(t *testing.T) {
	inner := 0
	rapid.Check(t, func(t *rapid.T) {
		sources := drawSources(t)
		for range rapid.IntRange(0, 2).Draw(t, "wholes") {
			sources = append(sources, netip.MustParsePrefix("0.0.0.0/0"))
		}
		kinds := make([]int, len(sources))
		for i := range kinds {
			kinds[i] = rapid.IntRange(0, 2).Draw(t, "kind")
		}
		want := make([]bool, len(sources))
		for i, p := range sources {
			var left []netip.Prefix
			at := 0
			for j, q := range sources {
				if Contains(Clean(q), Clean(p)) && Clean(q) != Clean(p) && kinds[j] != kinds[i] {
					continue
				}
				if j == i {
					at = len(left)
				}
				left = append(left, q)
			}
			if public := Public(left); public != nil {
				want[i] = public[at]
			}
			if all := Public(sources); want[i] && !all[i] {
				inner++
			}
		}
		got := PublicAmong(sources, kinds)
		if got == nil {
			got = make([]bool, len(sources))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("PublicAmong(%v, %v)\n got %v\nwant %v", sources, kinds, got, want)
		}
	})
	if inner == 0 {
		t.Error("no source inside a wider one was from the internet")
	}
}
