package reach_test

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// TestByPublicAddress asks whether one interface gets to the public address of
// another, which a rule for the sender's public address decides, or for that
// of its NAT gateway.
func TestByPublicAddress(t *testing.T) {
	const estate = `
vpc-1 10.0.0.0/16
vpc-2 10.1.0.0/16
subnet-1 10.0.0.0/24 vpc vpc-1
subnet-9 10.0.9.0/24 vpc vpc-1
subnet-2 10.1.0.0/24 vpc vpc-2
igw-1 vpc vpc-1
igw-2 vpc vpc-2
nat-1 vpc vpc-1 subnet subnet-9
rtb-1 vpc vpc-1 main
  route 10.0.0.0/16 local
  route 0.0.0.0/0 igw-1
rtb-2 vpc vpc-2 main
  route 10.1.0.0/16 local
  route 0.0.0.0/0 igw-2
acl-1 vpc vpc-1 subnet subnet-1 subnet subnet-9
  in 100 allow all 0.0.0.0/0
  out 100 allow all 0.0.0.0/0
acl-2 vpc vpc-2 subnet subnet-2
  in 100 allow all 0.0.0.0/0
  out 100 allow all 0.0.0.0/0
sg-1 sender vpc vpc-1
  out all 0.0.0.0/0
sg-2 receiver vpc vpc-2
  in tcp/20-25 198.51.100.1/32
eni-1 sg-1 10.0.0.5 public 198.51.100.1 subnet subnet-1
eni-2 sg-2 10.1.0.5 public 198.51.100.2 subnet subnet-2
eni-9 - 10.0.9.9 public 198.51.100.9 subnet subnet-9 vpc vpc-1 type nat_gateway description "Interface for NAT Gateway nat-1"
`
	behindNAT := []string{"eni-1 sg-1 10.0.0.5 public 198.51.100.1", "eni-1 sg-1 10.0.0.5", "0.0.0.0/0 igw-1", "0.0.0.0/0 nat-1"}
	for name, c := range map[string]struct {
		change  []string // old and new texts of the estate
		verdict reach.Verdict
		detail  string // in From, Traffic or a step of the way that is named first
	}{
		"allowed":                         {nil, reach.Reachable, "eni-1, from its public address 198.51.100.1"},
		"of what goes out, what comes in": {[]string{"out all 0.0.0.0/0\nsg-2", "out tcp/23-443 198.51.100.2/32\nsg-2"}, reach.Reachable, "tcp/23-25"},
		"another address allowed":         {[]string{"198.51.100.1/32", "198.51.100.3/32"}, reach.NotReachable, "no inbound rule of receiver (sg-2)"},
		"no egress":                       {[]string{"out all 0.0.0.0/0\nsg-2", "out all 10.0.0.0/8\nsg-2"}, reach.NotReachable, "no inbound rule of receiver (sg-2)"},
		"egress by reference":             {[]string{"out all 0.0.0.0/0\nsg-2", "out all sg-2\nsg-2"}, reach.NotReachable, "no active peering connection"},
		"no way out":                      {[]string{"  route 0.0.0.0/0 igw-1\n", ""}, reach.NotReachable, "has no route to 10.1.0.5"},
		"no way in":                       {[]string{"  route 0.0.0.0/0 igw-2\n", ""}, reach.NotReachable, ""},
		"denied on the way out":           {[]string{"acl-1 vpc vpc-1 subnet subnet-1 subnet subnet-9", "acl-1 vpc vpc-1 subnet subnet-1 subnet subnet-9\nout 1 deny all 198.51.100.2/32"}, reach.NotReachable, ""},
		"reply denied on the way back":    {[]string{"acl-1 vpc vpc-1 subnet subnet-1 subnet subnet-9", "acl-1 vpc vpc-1 subnet subnet-1 subnet subnet-9\nin 1 deny all 198.51.100.2/32"}, reach.NotReachable, ""},
		"receiver without an address":     {[]string{" public 198.51.100.2", ""}, reach.NotReachable, ""},
		"NAT gateway":                     {append([]string{"198.51.100.1/32", "198.51.100.9/32"}, behindNAT...), reach.Unknown, "eni-1, through nat-1 with the public address 198.51.100.9"},
		"NAT gateway that is gone":        {append([]string{"198.51.100.1/32", "198.51.100.9/32"}, behindNAT[0], behindNAT[1], "0.0.0.0/0 igw-1", "0.0.0.0/0 nat-1 blackhole"), reach.NotReachable, ""},
		"NAT gateway that is not allowed": {behindNAT, reach.NotReachable, ""},
		"public access blocked":           {[]string{"igw-1 vpc vpc-1", "igw-1 vpc vpc-1\npublic-access-block block-bidirectional\nvpcbpa-exclude-2 vpc-2 allow-bidirectional create-complete"}, reach.NotReachable, ""},
		"public access blocked but for egress": {
			[]string{"igw-1 vpc vpc-1", "igw-1 vpc vpc-1\npublic-access-block block-bidirectional\nvpcbpa-exclude-1 vpc-1 allow-egress create-complete\nvpcbpa-exclude-2 vpc-2 allow-bidirectional create-complete"},
			reach.Unknown, "its exclusion vpcbpa-exclude-1 for vpc-1 is allow-egress (create-complete): whether it allows the outbound traffic is unknown",
		},
		"sender's gateways not read": {[]string{"vpc-1 10.0.0.0/16\n", "vpc-1 10.0.0.0/16\nunread internet-gateways denied\n"}, reach.Unknown, "internet gateways were not read"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.NewReplacer(c.change...).Replace(estate)
			if text == estate && c.change != nil {
				t.Fatal("the change does not apply")
			}
			r := notation.MustParse(text).Inventory.Regions[0]
			find := func(id string) *inventory.Interface {
				for i := range r.Interfaces {
					if r.Interfaces[i].ID == id {
						return &r.Interfaces[i]
					}
				}
				t.Fatal("no " + id)
				return nil
			}
			a := reach.New(r).Trace(find("eni-2"), reach.Query{Traffic: inventory.All, Interfaces: []*inventory.Interface{find("eni-1")}})
			if a.Verdict != c.verdict {
				t.Fatalf("%s, want %s: %+v", a.Verdict, c.verdict, a.Ways)
			}
			told := a.Ways[0].From + "\n" + a.Ways[0].Traffic
			for _, s := range a.Ways[0].Steps {
				told += "\n" + s.Detail
			}
			if !strings.Contains(told, c.detail) {
				t.Errorf("%q is not told in:\n%s", c.detail, told)
			}
		})
	}
}
