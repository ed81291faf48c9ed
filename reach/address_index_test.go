package reach_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/reach"
)

// An interface has the addresses of the prefixes that are delegated to it.
func TestInterfacesInside(t *testing.T) {
	r := notation.MustParse(`sg-1 a
eni-1 sg-1 10.0.0.5 10.0.0.16/28 2600:1f18:0:1:2::/80
eni-2 sg-1 10.0.0.6 10.0.0.17
eni-3 sg-1 10.0.0.7 10.0.0.16/28 vpc vpc-2
`).Inventory.Regions[0]
	n := reach.New(r)
	for text, want := range map[string][]int32{
		"10.0.0.5/32": {0}, "10.0.0.20/32": {0}, "10.0.0.17/32": {0, 1}, "10.0.0.16/28": {0, 1}, "10.0.0.16/29": {0, 1}, "10.0.0.24/29": {0},
		"10.0.0.0/8": {0, 1}, "10.0.0.32/28": nil, "2600:1f18:0:1:2::7/128": {0}, "2600:1f18:0:1::/64": {0}, "2600:1f18:0:1:3::/80": nil,
	} {
		if got := n.InterfacesInside("vpc-1", netip.MustParsePrefix(text)); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}
