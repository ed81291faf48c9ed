package audit

import (
	"net/netip"
	"testing"

	"github.com/sgaudit/sgaudit/inventory"
)

// TestTrustedLists trusts a prefix list if it was read, has entries, and each
// entry with internet addresses lies in the trusted ranges. An empty list may
// be filled at any time.
func TestTrustedLists(t *testing.T) {
	p := netip.MustParsePrefix
	region := &inventory.Region{PrefixLists: []inventory.PrefixList{
		{ID: "pl-in", Resolved: true, Entries: []netip.Prefix{p("10.0.0.0/8"), p("203.0.113.7/32")}},
		{ID: "pl-out", Resolved: true, Entries: []netip.Prefix{p("203.0.113.7/32"), p("203.0.114.0/24")}},
		{ID: "pl-empty", Resolved: true},
		{ID: "pl-unread", Entries: []netip.Prefix{p("203.0.113.7/32")}},
	}}
	r := &Pass{Region: region, Index: inventory.NewIndex(region), Settings: &Settings{TrustedCIDRs: []netip.Prefix{p("203.0.113.0/24")}}}
	for list, want := range map[string]bool{"pl-in": true, "pl-out": false, "pl-empty": false, "pl-unread": false, "pl-none": false} {
		if got := r.Trusts(&inventory.Rule{Peer: inventory.Peer{List: list}}); got != want {
			t.Errorf("%s: %v", list, got)
		}
	}
}
