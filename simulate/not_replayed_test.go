package simulate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/drift"
	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// What a plan changes between the interfaces, and what may cut connections, is named.
// Changes that cut nothing are not, as what is allowed in addition, or is where no
// interface is.
func TestNotReplayed(t *testing.T) {
	const before = `account 123456789012
region eu-west-1
public-access-block off
vpc-1 10.0.0.0/16
vpc-9 10.9.0.0/16
subnet-1 10.0.0.0/24 vpc vpc-1
subnet-9 10.9.0.0/24 vpc vpc-9
rtb-1 vpc vpc-1 main
  route 10.0.0.0/16 local
  route 0.0.0.0/0 igw-1
rtb-9 vpc vpc-9 main
  route 10.9.0.0/16 local
igw-1 vpc vpc-1
igw-9 vpc vpc-9
acl-1 vpc vpc-1 default subnet subnet-1
  in 100 allow all 0.0.0.0/0
  out 100 allow all 0.0.0.0/0
acl-9 vpc vpc-9 default subnet subnet-9
  in 100 allow all 0.0.0.0/0
sg-1 web vpc vpc-1
  in tcp/443 0.0.0.0/0
eni-1 sg-1 10.0.0.10 public 198.51.100.7 vpc vpc-1 subnet subnet-1
eni-2 sg-1 10.0.0.11 vpc vpc-1 subnet subnet-1
`
	for _, c := range []struct{ old, now, want string }{
		{"", "", ""},
		{"  in 100 allow all 0.0.0.0/0\n  out", "  in 10 deny tcp/443 0.0.0.0/0\n  in 100 allow all 0.0.0.0/0\n  out", "network ACLs"},
		{"  out 100 allow all 0.0.0.0/0\n", "", "network ACLs"},
		{"  out 100 allow all 0.0.0.0/0\n", "  out 100 allow all 0.0.0.0/0\n  out 110 allow tcp/22 0.0.0.0/0\n", ""},
		{" default subnet subnet-1\n", " default\nacl-2 vpc vpc-1 subnet subnet-1\n", "network ACLs"},
		{"acl-9 vpc vpc-9 default subnet subnet-9\n  in 100 allow all 0.0.0.0/0\n", "", ""},
		{"igw-1 vpc vpc-1\n", "", "internet gateways"},
		{"igw-9 vpc vpc-9\n", "", ""},
		{"  route 0.0.0.0/0 igw-1\n", "", "route tables"},
		{"rtb-9 vpc vpc-9 main\n", "rtb-2 vpc vpc-1 subnet subnet-1\n  route 10.0.0.0/16 local\nrtb-9 vpc vpc-9 main\n", "route tables"},
		{"rtb-9 vpc vpc-9 main\n", "rtb-2 vpc vpc-9 subnet subnet-9\n  route 10.9.0.0/16 local\nrtb-9 vpc vpc-9 main\n", ""},
		{"public-access-block off", "public-access-block bidirectional", "VPC block public access"},
		{" public 198.51.100.7", "", "addresses of network interfaces"},
		{"10.0.0.11", "10.0.0.11 public 198.51.100.8", ""},
		{"  in tcp/443 0.0.0.0/0\n", "", ""},
		{"eni-2 sg-1 10.0.0.11 vpc vpc-1 subnet subnet-1\n", "", ""},
	} {
		after := strings.Replace(before, c.old, c.now, 1)
		if got := strings.Join(notReplayed(notation.MustParse(before).Inventory, notation.MustParse(after).Inventory), ", "); got != c.want {
			t.Errorf("%q in the place of %q: not replayed are %q", c.now, c.old, got)
		}
	}
}

// A plan that changes what is not replayed never cuts "none", and makes the answer incomplete.
func TestNotReplayedIsSaid(t *testing.T) {
	s := Simulation{Drift: &drift.Drift{}, FlowLogs: &Replayed{Flows: 9, Since: "a", Until: "b", NotReplayed: []string{"network ACLs", "route tables"}}}
	for n, want := range []string{
		"Flow logs from a to b: 9 flows looked at. It is not known whether the plan would cut any of them: it changes network ACLs and route tables, and such changes are not replayed.",
		"Flow logs from a to b: 9 flows looked at, and the plan would cut 1. It may cut more: it changes network ACLs and route tables, and such changes are not replayed.",
	} {
		if n > 0 {
			s.FlowLogs.Cut = append(s.FlowLogs.Cut, FlowCut{Traffic: "tcp/1", Deleted: "eni-1"})
		}
		if got := s.replayNote(); got != want || !s.FlowLogs.Incomplete() {
			t.Error(got)
		}
	}
	if text := fmt.Sprint(s.cutLines()); !strings.Contains(text, "because the plan deletes eni-1") {
		t.Error(text)
	}
}
