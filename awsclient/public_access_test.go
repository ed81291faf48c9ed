package awsclient

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// TestPublicAccess reads the setting of VPC block public access: a verdict that
// it leaves unknown has a gap, and where the region does not know the actions,
// the setting is not on and the evidence says why.
func TestPublicAccess(t *testing.T) {
	const options, exclusions = "DescribeVpcBlockPublicAccessOptions", "DescribeVpcBlockPublicAccessExclusions"
	for name, c := range map[string]struct {
		mode     string
		faults   []endpoint.Fault
		verdict  string
		evidence string
		gap      string
	}{
		"off":           {mode: "off", verdict: "reachable", evidence: "VPC block public access is off"},
		"on":            {mode: "block-ingress", verdict: "not-reachable", evidence: "VPC block public access (block-ingress) blocks internet access to subnet-1"},
		"an empty mode": {mode: " ", verdict: "unknown", evidence: "VPC block public access was not read", gap: `VPC block public access has the mode " ", which is unknown`},
		"another mode":  {mode: "block-sideways", verdict: "unknown", evidence: "VPC block public access was not read", gap: `VPC block public access has the mode "block-sideways", which is unknown`},
		"no answer": {
			mode: "off", faults: []endpoint.Fault{{Action: options, NonAnswer: "element without content"}},
			verdict: "unknown", evidence: "VPC block public access was not read", gap: "not an answer to the call",
		},
		"unknown to the region": {
			mode: "off", faults: []endpoint.Fault{{Action: options, UnknownAction: true}, {Action: exclusions, UnknownAction: true}},
			verdict: "reachable", evidence: "VPC block public access is not available in us-east-1",
		},
		"unsupported": {
			mode: "off", faults: []endpoint.Fault{{Action: options, Code: "UnsupportedOperation"}, {Action: exclusions, Code: "UnsupportedOperation"}},
			verdict: "reachable", evidence: "VPC block public access is not available in us-east-1",
		},
		"denied": {
			mode: "off", faults: []endpoint.Fault{{Action: options, Denied: true}},
			verdict: "unknown", evidence: "VPC block public access was not read", gap: "the caller lacks the permission ec2:" + options,
		},
	} {
		t.Run(name, func(t *testing.T) {
			estate := notation.MustParse(everyCall).Inventory
			estate.Regions[0].PublicAccess.Mode = c.mode
			inv := collect(t, serve(t, estate, endpoint.Options{Faults: c.faults}), Options{RetryDelay: time.Millisecond})
			var gaps []string
			for _, g := range inv.Regions[0].Gaps {
				gaps = append(gaps, g.Message)
			}
			if all := strings.Join(gaps, "\n"); (c.gap == "") != (all == "") || !strings.Contains(all, c.gap) {
				t.Errorf("gaps %q, want %q", gaps, c.gap)
			}
			if inv.Complete() != (c.gap == "") {
				t.Errorf("complete: %v", inv.Complete())
			}
			if read := inv.Regions[0].Read.Has(inventory.PartPublicAccess); read != (c.gap == "") {
				t.Errorf("the part counts as read: %v", read)
			}
			report := audit.Run(inv, audit.Options{Only: []string{"admin-port-open-to-internet"}})
			for _, f := range report.Findings {
				if f.GroupID == "sg-1" && (string(f.Exposure.Verdict) != c.verdict || !slices.ContainsFunc(f.Exposure.Evidence, func(s string) bool { return strings.Contains(s, c.evidence) })) {
					t.Errorf("%s, %q; want %s, %q", f.Exposure.Verdict, f.Exposure.Evidence, c.verdict, c.evidence)
				}
			}
			if len(report.Findings) == 0 {
				t.Error("no finding")
			}
		})
	}
}

// TestExclusionsStay keeps the exclusions where the answer about the setting comes
// after them, and the region does not know it.
func TestExclusionsStay(t *testing.T) {
	faults := []endpoint.Fault{{Action: "DescribeVpcBlockPublicAccessOptions", UnknownAction: true, Latency: 200 * time.Millisecond}}
	estate := notation.MustParse(everyCall).Inventory
	estate.Regions[0].PublicAccess.Exclusions = []inventory.PublicAccessExclusion{{ID: "vpcbpa-exclude-1", Resource: "vpc-1", Mode: "allow-egress", State: "create-complete"}}
	inv := collect(t, serve(t, estate, endpoint.Options{Faults: faults}), Options{RetryDelay: time.Millisecond})
	if got := inv.Regions[0].PublicAccess; len(got.Exclusions) == 0 || got.State != inventory.PublicAccessUnsupported {
		t.Errorf("%+v", got)
	}
}
