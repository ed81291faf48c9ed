package reach_test

import (
	"slices"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// TestPeeredBlockHasItsOwnWay: the other subnets of the VPC and a peered VPC come by
// different routes, and so each has a way with its own steps.
func TestPeeredBlockHasItsOwnWay(t *testing.T) {
	region := notation.MustParse(`
vpc-1 10.10.0.0/16
vpc-2 10.20.0.0/16
subnet-1 10.10.20.0/24 vpc vpc-1
pcx-1 active requester 123456789012 eu-west-1 vpc-1 10.10.0.0/16 accepter 123456789012 eu-west-1 vpc-2 10.20.0.0/16
rtb-1 vpc vpc-1 main
  route 10.10.0.0/16 local
  route 10.20.0.0/16 pcx-1
rtb-2 vpc vpc-2 main
  route 10.20.0.0/16 local
  route 10.10.0.0/16 pcx-1
acl-1 vpc vpc-1 default subnet subnet-1
  in 100 allow all 0.0.0.0/0
  out 100 allow all 0.0.0.0/0
sg-1 database vpc vpc-1
  in tcp/3306 0.0.0.0/0
eni-1 sg-1 10.10.20.5 subnet subnet-1
`).Inventory.Regions[0]
	traffic, err := inventory.ParseTraffic("tcp/3306")
	if err != nil {
		t.Fatal(err)
	}
	var from []string
	routes := map[string]string{}
	for _, w := range reach.New(region).Trace(&region.Interfaces[0], reach.Query{Traffic: traffic, Everyone: true}).Ways {
		if w.Verdict == reach.Reachable {
			from = append(from, w.From)
			routes[w.From] = w.Steps[0].Detail
		}
	}
	if want := []string{"10.10.20.0/24 (its own subnet)", "10.10.0.0/16 except 10.10.20.0/24", "10.20.0.0/16"}; !slices.Equal(from, want) {
		t.Errorf("reachable from %q, want %q", from, want)
	}
	if got := routes["10.20.0.0/16"]; got != "rtb-1 (main route table of vpc-1) routes 10.20.0.0/16 to pcx-1" {
		t.Errorf("the route to the peered VPC: %s", got)
	}
}
