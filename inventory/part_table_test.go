package inventory

import (
	"reflect"
	"testing"
)

// Each part has one row, in the order of the constants, and each field of a
// region that a snapshot has beside the region's own facts belongs to a part.
func TestPartTable(t *testing.T) {
	for i, part := range (partEnd - 1).Each() {
		if i >= len(partTable) || partTable[i].part != part {
			t.Fatalf("row %d of partTable is not that of the part %b", i, part)
		}
		row := &partTable[i]
		if row.name == "" || row.key == "" {
			t.Errorf("%b has no name or no key: %q, %q", part, row.name, row.key)
		}
		if (row.depth == "") != (len(row.operations) == 0) {
			t.Errorf("the %s are read at the depth %q by %v", part, row.depth, row.operations)
		}
		if (row.items == nil) != (part == PartRules) {
			t.Errorf("the %s have no items", part)
		}
	}
	of := map[int]bool{}
	for _, field := range partFields() {
		of[field] = true
	}
	region := reflect.TypeFor[Region]()
	for i := range region.NumField() {
		f := region.Field(i)
		if f.Name != "Gaps" && (f.Type.Kind() == reflect.Slice || f.Type.Kind() == reflect.Struct) && !of[i] {
			t.Errorf("Region.%s is of no part: Normalize and Diff do not see it", f.Name)
		}
	}
}

// Parts of a depth hold those of the smaller ones.
func TestDepthParts(t *testing.T) {
	groups, network, services := DepthGroups.Parts(), DepthNetwork.Parts(), DepthServices.Parts()
	if groups != PartGroups|PartInterfaces {
		t.Errorf("groups: %s", groups)
	}
	if want := PartLoadBalancers | PartListeners | PartFunctions | PartWebACLs | PartRecorders | PartQuotas | PartConfigResources | PartReferrers; services&^network != want {
		t.Errorf("services beyond network: %s", services&^network)
	}
	if !network.Has(groups) || !services.Has(network) || services != (partEnd-1)&^PartEgressGateways {
		t.Errorf("network: %s; services: %s", network, services)
	}
	if Depth("").Parts() != network {
		t.Errorf("without a depth: %s", Depth("").Parts())
	}
}

// An item that came twice is named where both differ, whatever stands between.
func TestRepeated(t *testing.T) {
	r := &Region{
		FlowLogs:     []FlowLog{{ID: "fl-1"}, {ID: "fl-2"}, {ID: "fl-1", Active: true}, {ID: "fl-2"}},
		PublicAccess: PublicAccessBlock{Exclusions: []PublicAccessExclusion{{ID: "x-1"}, {ID: "x-1", State: "gone"}}},
		WebACLs:      []WebACL{{ARN: "arn:a", Name: "one"}, {ARN: "arn:b", Name: "one"}},
		Functions:    []Function{{Name: "f"}, {Name: "f", ARN: "arn:f"}},
	}
	want := []Repeated{{PartPublicAccess, []string{"x-1"}}, {PartFlowLogs, []string{"fl-1"}}}
	if got := r.Repeated(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
