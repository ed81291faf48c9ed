package awsclient

import (
	"fmt"
	"strings"
	"testing"
)

// TestSavedFaultsInOneOrder: of several mistakes the first is reported, by the names
// of files and keys, in each run.
func TestSavedFaultsInOneOrder(t *testing.T) {
	files := map[string]string{}
	for i := range 8 {
		files[fmt.Sprintf("us-east-%d/g.json", i+1)] = oneGroup // which is of eu-west-1
	}
	several := map[string]string{"us-east-1/all.json": `{"Vpcs": [{"VpcId": 1, "CidrBlock": ""}], "Subnets": [{"SubnetId": 2, "CidrBlock": ""}], "NetworkAcls": [{"NetworkAclId": 3, "Entries": []}]}`}
	for range 20 {
		if _, err := Saved(folder(t, files), SavedOptions{}); err == nil || !strings.Contains(err.Error(), "folder of us-east-1") {
			t.Fatalf("%v", err)
		}
		if _, err := Saved(folder(t, several), SavedOptions{}); err == nil || !strings.Contains(err.Error(), "NetworkAcls") {
			t.Fatalf("%v", err)
		}
	}
}
