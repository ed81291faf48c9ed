package awsclient

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

const everyKind = everyCall + `nat-1 vpc vpc-1
fl-1 vpc-1 ALL
pcx-1 active requester 111122223333 us-east-1 vpc-1 10.0.0.0/16 accepter 111122223333 us-east-1 vpc-2 10.1.0.0/16
vpcbpa-exclude-1 vpc-1 allow-bidirectional create-complete
associate sg-1 vpc-2
stale sg-3 in tcp/22 sg-9 vpc vpc-9
lt-1 template sg-1
vpce-1 com.amazonaws.us-east-1.ssm sg-1
`

// TestItemsWithoutAnID serves, of each kind, one item without an id: the item
// is left out, a gap says so, and its part does not count as read.
func TestItemsWithoutAnID(t *testing.T) {
	for name, c := range map[string]struct {
		part   inventory.Part
		remove func(r *inventory.Region)
	}{
		"VPC":               {inventory.PartVPCs, func(r *inventory.Region) { r.VPCs[0].ID = "" }},
		"subnet":            {inventory.PartSubnets, func(r *inventory.Region) { r.Subnets[0].ID = "" }},
		"route table":       {inventory.PartRouteTables, func(r *inventory.Region) { r.RouteTables[0].ID = "" }},
		"network ACL":       {inventory.PartNetworkACLs, func(r *inventory.Region) { r.NetworkACLs[0].ID = "" }},
		"internet gateway":  {inventory.PartInternetGateways, func(r *inventory.Region) { r.InternetGateways[0].ID = "" }},
		"NAT gateway":       {inventory.PartNATGateways, func(r *inventory.Region) { r.NATGateways[0].ID = "" }},
		"flow log":          {inventory.PartFlowLogs, func(r *inventory.Region) { r.FlowLogs[0].ID = "" }},
		"peering":           {inventory.PartPeerings, func(r *inventory.Region) { r.Peerings[0].ID = "" }},
		"exclusion":         {inventory.PartPublicAccess, func(r *inventory.Region) { r.PublicAccess.Exclusions[0].ID = "" }},
		"association":       {inventory.PartAssociations, func(r *inventory.Region) { r.Associations[0].Group = "" }},
		"association's VPC": {inventory.PartAssociations, func(r *inventory.Region) { r.Associations[0].VPC = "" }},
		"launch template":   {inventory.PartLaunchTemplates, func(r *inventory.Region) { r.LaunchTemplates[0].ID = "" }},
		"load balancer":     {inventory.PartLoadBalancers, func(r *inventory.Region) { r.LoadBalancers[0].Name = "" }},
		"function":          {inventory.PartFunctions, func(r *inventory.Region) { r.Functions[0].Name = "" }},
		"web ACL":           {inventory.PartWebACLs, func(r *inventory.Region) { r.WebACLs[0].ARN = "" }},
		"recorder":          {inventory.PartRecorders, func(r *inventory.Region) { r.Recorders[0].Name = "" }},
		"group":             {inventory.PartGroups, func(r *inventory.Region) { r.Groups[4].ID = "" }},
		"interface":         {inventory.PartInterfaces, func(r *inventory.Region) { r.Interfaces[0].ID = "" }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			estate := notation.MustParse(everyKind).Inventory
			c.remove(estate.Regions[0])
			r := collect(t, serve(t, estate, endpoint.Options{}), Options{Depth: inventory.DepthServices}).Regions[0]
			if r.Read.Has(c.part) || r.Status() != "partial" {
				t.Errorf("read: %s, status %s", r.Read, r.Status())
			}
			found := false
			for _, g := range r.Gaps {
				found = found || g.Part == c.part && strings.HasSuffix(g.Message, " has no id") && g.Operation != ""
			}
			if !found {
				t.Errorf("gaps: %+v", r.Gaps)
			}
		})
	}
}

// TestHostileIDs leaves out items with an id that could mean something in a
// command.
func TestHostileIDs(t *testing.T) {
	for _, id := range []string{"rtb-1; rm -rf /", "rtb-1\nreboot", "file:///etc/passwd", "-h", "rtb-$(id)", strings.Repeat("r", 100)} {
		estate := notation.MustParse(everyKind).Inventory
		estate.Regions[0].RouteTables[0].ID = id
		r := collect(t, serve(t, estate, endpoint.Options{}), Options{}).Regions[0]
		if len(r.RouteTables) != 0 || r.Read.Has(inventory.PartRouteTables) || len(r.Gaps) != 1 || !strings.HasSuffix(r.Gaps[0].Message, "which is not an AWS id") {
			t.Errorf("%q: %+v, gaps %+v", id, r.RouteTables, r.Gaps)
		}
	}
}

// TestContradictions serves items that are twice in a list, with a different
// content each time.
func TestContradictions(t *testing.T) {
	for name, c := range map[string]struct {
		part   inventory.Part
		double func(r *inventory.Region)
	}{
		"VPC": {inventory.PartVPCs, func(r *inventory.Region) { x := r.VPCs[0]; x.Owner = "999900001111"; r.VPCs = append(r.VPCs, x) }},
		"route table": {inventory.PartRouteTables, func(r *inventory.Region) {
			x := r.RouteTables[0]
			x.Routes = nil
			r.RouteTables = append(r.RouteTables, x)
		}},
		"network ACL": {inventory.PartNetworkACLs, func(r *inventory.Region) {
			x := r.NetworkACLs[0]
			x.Entries = nil
			r.NetworkACLs = append(r.NetworkACLs, x)
		}},
		"internet gateway": {inventory.PartInternetGateways, func(r *inventory.Region) {
			x := r.InternetGateways[0]
			x.VPCs = nil
			r.InternetGateways = append(r.InternetGateways, x)
		}},
		"group": {inventory.PartGroups, func(r *inventory.Region) { x := r.Groups[0]; x.VPC = "vpc-7"; r.Groups = append(r.Groups, x) }},
		"interface": {inventory.PartInterfaces, func(r *inventory.Region) {
			x := r.Interfaces[0]
			x.VPC = "vpc-7"
			r.Interfaces = append(r.Interfaces, x)
		}},
		"load balancer": {inventory.PartLoadBalancers, func(r *inventory.Region) {
			x := r.LoadBalancers[0]
			x.Scheme = "internal"
			r.LoadBalancers = append(r.LoadBalancers, x)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, size := range []int{1, 0} { // on two pages, and on one
				estate := notation.MustParse(everyKind).Inventory
				c.double(estate.Regions[0])
				r := collect(t, serve(t, estate, endpoint.Options{PageSize: size}), Options{Depth: inventory.DepthServices}).Regions[0]
				if len(r.Gaps) != 1 || r.Gaps[0].Part != c.part || !strings.Contains(r.Gaps[0].Message, " came more than once, with ") || r.Read.Has(c.part) {
					t.Errorf("gaps: %+v; read: %s", r.Gaps, r.Read)
				}
			}
		})
	}
}

// TestManyGaps keeps the gaps of a part few, and the same whatever comes first.
func TestManyGaps(t *testing.T) {
	texts := make([]string, 5000)
	for i := range texts {
		texts[i] = strings.Repeat("x", i%700+1)
	}
	var messages [2][]string
	for k := range messages {
		r := &reader{region: &inventory.Region{}}
		for i := range texts {
			if k == 1 {
				i = len(texts) - 1 - i
			}
			r.allMalformed(inventory.PartVPCs, texts[i:i+1])
		}
		r.writeGaps()
		for _, g := range r.region.Gaps {
			messages[k] = append(messages[k], g.Message)
		}
		if n := len(r.region.Gaps); n != mostGapTexts+1 || !strings.HasSuffix(r.region.Gaps[mostGapTexts].Message, "more of the same part") || r.notUnderstood != inventory.PartVPCs {
			t.Errorf("%d gaps, not understood: %s", n, r.notUnderstood)
		}
	}
	for i := range mostGapTexts {
		if messages[0][i] != messages[1][i] {
			t.Fatalf("gap %d depends on the order: %q, %q", i, messages[0][i], messages[1][i])
		}
	}
}
