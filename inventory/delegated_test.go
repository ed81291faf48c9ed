package inventory_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

func TestIsDelegated(t *testing.T) {
	for text, want := range map[string]bool{
		"10.0.0.16/28": true, "10.0.0.0/16": true, "10.0.0.7/32": true, "10.0.0.0/15": false, "0.0.0.0/0": false, "10.0.0.17/28": false,
		"2600:1f18:0:1:2::/80": true, "2600:1f18::/44": true, "2600:1f00::/40": false, "::/0": false, "::ffff:10.0.0.16/124": false, "2600:1f18::1/80": false,
	} {
		if got := inventory.IsDelegated(netip.MustParsePrefix(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	if inventory.IsDelegated(netip.Prefix{}) {
		t.Error("no prefix is delegated")
	}
}

func TestDelegatedAddresses(t *testing.T) {
	e := &notation.MustParse("sg-1 a\neni-1 sg-1 10.0.0.5 2600:1f18::5 10.0.0.48/28 10.0.0.16/28 2600:1f18:0:1:2::/80 10.0.0.16/28\n").Inventory.Regions[0].Interfaces[0]
	var texts []string
	for p := range e.Private() {
		texts = append(texts, p.String())
	}
	if want := []string{"10.0.0.5/32", "2600:1f18::5/128", "10.0.0.16/28", "10.0.0.48/28", "2600:1f18:0:1:2::/80"}; !slices.Equal(texts, want) {
		t.Errorf("the private addresses are %v, want %v", texts, want)
	}
	for text, want := range map[string]bool{"10.0.0.5": true, "10.0.0.15": false, "10.0.0.16": true, "10.0.0.31": true, "10.0.0.32": false, "10.0.0.63": true, "2600:1f18:0:1:2::9": true, "2600:1f18:0:1:3::9": false} {
		if got := e.Has(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	if e.Has(netip.Addr{}) {
		t.Error("no address is not one of the interface")
	}
}

// An interface that came on two pages has the delegated prefixes of both.
func TestJoinedDelegatedPrefixes(t *testing.T) {
	page := func(texts ...string) []inventory.Interface {
		e := inventory.Interface{ID: "eni-1"}
		for _, text := range texts {
			e.Delegated = append(e.Delegated, netip.MustParsePrefix(text))
		}
		return []inventory.Interface{e}
	}
	list, _ := inventory.JoinInterfaces([][]inventory.Interface{page("10.0.0.16/28"), page("10.0.0.16/28", "10.0.0.32/28")})
	if len(list) != 1 || len(list[0].Delegated) != 2 {
		t.Errorf("joined: %v", list)
	}
}
