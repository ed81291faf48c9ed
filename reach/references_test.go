package reach_test

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// TestReferencesAcrossVPCs reads what is said of a group of another VPC that a
// rule references, by how both VPCs are joined.
func TestReferencesAcrossVPCs(t *testing.T) {
	const peering = "pcx-1 active requester 111122223333 us-east-1 vpc-1 10.0.0.0/16 accepter 111122223333 us-east-1 vpc-2 10.1.0.0/16\n"
	for name, c := range map[string]struct {
		there, back string // targets of the routes from the application and to it
		more        string
		egress      string // of the application
		verdict     reach.Verdict
		detail      string // of the step that decides
	}{
		"transit gateway": {
			"tgw-1", "tgw-1", "", "out all 0.0.0.0/0", reach.Unknown,
			"(sg-db) allows tcp/5432 from application (sg-app), and that reference matches over tgw-1 only if SecurityGroupReferencingSupport is enabled on it and on its attachments to vpc-2 and vpc-1",
		},
		"transit gateway, egress by reference": {
			"tgw-1", "tgw-1", "", "out tcp/5432 sg-db", reach.NotReachable,
			"(sg-app) allows tcp/5432 to database (sg-db), but an outbound rule matches a referenced group over a peering connection only, and vpc-2 routes to vpc-1 through tgw-1",
		},
		"transit gateway, egress by reference, beside a peering without a route": {
			"tgw-1", "tgw-1", peering, "out tcp/5432 sg-db", reach.NotReachable, "over a peering connection only",
		},
		"peering":                        {"pcx-1", "pcx-1", peering, "out tcp/5432 sg-db", reach.Reachable, "rtb-2 (main route table of vpc-2) routes 10.0.0.0/16 to pcx-1"},
		"peering, reply over a gateway":  {"pcx-1", "tgw-1", peering, "out tcp/5432 sg-db", reach.Unknown, "rtb-1 (main route table of vpc-1) routes 10.1.0.0/16 to tgw-1, and whether that leads to vpc-2 is unknown: its own route tables are not read"},
		"peering that is gone":           {"pcx-1", "pcx-1", strings.Replace(peering, "active", "deleted", 1), "out all 0.0.0.0/0", reach.NotReachable, "rtb-2 (main route table of vpc-2) routes 10.0.0.0/16 to pcx-1, which does not lead to vpc-1"},
		"neither":                        {"vgw-1", "vgw-1", "", "out all 0.0.0.0/0", reach.NotReachable, "(sg-db) allows tcp/5432 from application (sg-app), but no active peering connection joins vpc-1 and vpc-2"},
		"peerings not read":              {"pcx-1", "pcx-1", peering + "unread peerings denied\n", "out all 0.0.0.0/0", reach.Unknown, "VPC peering connections were not read"},
		"routes not read":                {"tgw-1", "tgw-1", "unread route-tables denied\n", "out all 0.0.0.0/0", reach.Unknown, "but the route from vpc-2 to vpc-1 is unknown"},
		"transit gateway without a rule": {"tgw-1", "tgw-1", "", "out udp/53 0.0.0.0/0", reach.NotReachable, "no outbound rule of application (sg-app) allows tcp/5432 to 10.0.1.10 (eni-1)"},
	} {
		t.Run(name, func(t *testing.T) {
			r := notation.MustParse(`
vpc-1 10.0.0.0/16
vpc-2 10.1.0.0/16
subnet-1 10.0.1.0/24
subnet-2 10.1.1.0/24 vpc vpc-2
acl-1 subnet subnet-1
  in 100 allow all 0.0.0.0/0
  out 100 allow all 0.0.0.0/0
acl-2 vpc vpc-2 subnet subnet-2
  in 100 allow all 0.0.0.0/0
  out 100 allow all 0.0.0.0/0
rtb-1 main
  route 10.0.0.0/16 local
  route 10.1.0.0/16 ` + c.back + `
rtb-2 vpc vpc-2 main
  route 10.1.0.0/16 local
  route 10.0.0.0/16 ` + c.there + `
sg-db database
  in tcp/5432 sg-app
sg-app application vpc vpc-2
  ` + c.egress + `
eni-1 sg-db 10.0.1.10 subnet subnet-1
eni-2 sg-app 10.1.1.20 vpc vpc-2 subnet subnet-2
` + c.more).Inventory.Regions[0]
			verdict, steps := reach.New(r).Between(&r.Interfaces[1], &r.Interfaces[0], inventory.Ports(inventory.TCP, 5432, 5432))
			var text strings.Builder
			for _, s := range steps {
				text.WriteString(s.Decision.String() + " " + s.Detail + "\n")
			}
			if verdict != c.verdict || !strings.Contains(text.String(), c.detail) {
				t.Errorf("%s, want %s and %q:\n%s", verdict, c.verdict, c.detail, text.String())
			}
		})
	}
}
