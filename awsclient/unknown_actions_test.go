package awsclient

import (
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/inventory"
)

// TestUnknownCalls finds out once, for all regions of an endpoint, that it does
// not know a call: one region tries it again, the others wait for that. The gap
// names the depth that does without the call.
func TestUnknownCalls(t *testing.T) {
	const regions, action = 12, "DescribeVpcEndpoints"
	estate := estates.Ordinary(estates.Scale{Regions: regions, Groups: 2, Interfaces: 2, Rules: 1})
	for _, counting := range []string{"false", "true"} { // two ways of the SDK
		t.Setenv("AWS_NEW_RETRIES_2026", counting)
		s := serve(t, estate, endpoint.Options{Faults: []endpoint.Fault{{Action: action, ServerError: true}}})
		inv := collect(t, s, Options{})
		if n := calls(s, "ec2", action); n != regions+triesWithoutCode-1 {
			t.Errorf("%d calls, want one of each region and %d more", n, triesWithoutCode-1)
		}
		for _, r := range inv.Regions {
			if len(r.Gaps) != 1 || r.Read.Has(inventory.PartEndpoints) || !strings.HasSuffix(r.Gaps[0].Message, "--depth groups does without ec2:"+action) {
				t.Errorf("%s: %+v", r.Name, r.Gaps)
			}
		}
	}
}

// TestFailureThatPasses tries again where the endpoint answers some region, or
// the same one later.
func TestFailureThatPasses(t *testing.T) {
	const action = "DescribeVpcEndpoints"
	estate := estates.Ordinary(estates.Scale{Regions: 4, Groups: 2, Interfaces: 2, Rules: 1})
	var first []endpoint.Fault
	for _, r := range estate.Regions {
		first = append(first, endpoint.Fault{Action: action, ServerError: true, Times: 1, Region: r.Name})
	}
	for name, faults := range map[string][]endpoint.Fault{
		"of every region at first": first,
		"of one region":            {{Action: action, ServerError: true, Times: 2, Region: estate.Regions[1].Name}},
		"in the middle":            {{Action: action, ServerError: true, Skip: 2, Times: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, estate, endpoint.Options{Faults: faults})
			inv := collect(t, s, Options{RetryDelay: time.Millisecond})
			for _, r := range inv.Regions {
				if len(r.Gaps) > 0 {
					t.Errorf("%s: %+v", r.Name, r.Gaps)
				}
			}
		})
	}
}
