package awsclient

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// withEachReferrer adds referrers of each kind, so that each call of the table is made.
func withEachReferrer(inv *inventory.Inventory, names ...string) *inventory.Inventory {
	for _, r := range inv.Regions {
		for _, name := range names {
			r.Referrers = append(r.Referrers, estates.EachReferrer(r, name, "sg-1", "sg-2")...)
		}
	}
	inv.Normalize()
	return inv
}

// Referrers of each kind are read as they are served, over pages.
func TestReferrers(t *testing.T) {
	want := withEachReferrer(notation.MustParse(small).Inventory, "one", "two", "three")
	for _, size := range []int{1, 2, 0} {
		got := collect(t, serve(t, want, endpoint.Options{PageSize: size}), Options{Depth: inventory.DepthServices}).Regions[0]
		if diff := cmp.Diff(want.Regions[0].Referrers, got.Referrers); diff != "" {
			t.Errorf("pages of %d (-want +got):\n%s", size, diff)
		}
		if got.Status() != "complete" || !got.Read.Has(inventory.PartReferrers) {
			t.Errorf("pages of %d: %s, %+v", size, got.Status(), got.Gaps)
		}
	}
}

// The operations of the table only read, and say so in their names.
func TestReferrerCallsOnlyRead(t *testing.T) {
	for i := range inventory.ReferrerServices {
		s := &inventory.ReferrerServices[i]
		for _, kind := range s.Kinds {
			for _, call := range kind.Calls {
				reads := false
				for _, begin := range []string{"List", "Describe", "Get", "BatchGet"} {
					rest, found := strings.CutPrefix(call.Action, begin)
					reads = reads || found && rest != "" && strings.ToUpper(rest[:1]) == rest[:1]
				}
				if _, permission, _ := strings.Cut(call.IAM(s), ":"); !reads || permission != call.Action && permission != "GET" {
					t.Errorf("%s %s (%s) may do something other than read", s.Service, call.Action, call.IAM(s))
				}
			}
		}
	}
}
