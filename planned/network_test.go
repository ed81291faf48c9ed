package planned

import (
	"fmt"
	"strings"
	"testing"
)

// peerEstate has two VPCs that are not peered, and one in another region.
const peerEstate = `account 123456789012
region eu-west-1
vpc-1 10.0.0.0/16
subnet-1 10.0.1.0/24 vpc vpc-1
rtb-1 vpc vpc-1 main
  route 10.0.0.0/16 local
vpc-2 10.2.0.0/16
rtb-2 vpc vpc-2 main
  route 10.2.0.0/16 local
  route 10.9.0.0/16 pcx-7
pcx-7 pending-acceptance requester 123456789012 eu-west-1 vpc-2 accepter 123456789012 us-east-1 vpc-9
region us-east-1
vpc-9 10.9.0.0/16
pcx-7 pending-acceptance requester 123456789012 eu-west-1 vpc-2 accepter 123456789012 us-east-1 vpc-9
`

// TestPeerings: a peering connection of a plan is active with the addresses of both VPCs,
// and the routes of the plan lead to it. A VPC that was not read is unknown.
func TestPeerings(t *testing.T) {
	terraform := func(list ...string) func() (*Plan, error) {
		return func() (*Plan, error) {
			return Terraform([]byte(plan(resources("aws_vpc_peering_connection.p", `"vpc_id": {}`, "aws_route.r", `"vpc_peering_connection_id": {"references": ["aws_vpc_peering_connection.p.id", "aws_vpc_peering_connection.p"]}`), list...)))
		}
	}
	set := func(list ...string) func() (*Plan, error) {
		return func() (*Plan, error) { return ChangeSet([]byte(changes(list...))) }
	}
	peering := func(attributes string) string {
		return change("aws_vpc_peering_connection.p", create, "", `{"vpc_id": "vpc-1", `+attributes+`}`, `{"id": true}`)
	}
	const both = "active vpc-1 [10.0.0.0/16] vpc-2 [10.2.0.0/16]"
	for name, c := range map[string]struct {
		plan    func() (*Plan, error)
		want    string // the last peering connection, and a route to it
		unknown string
		remarks int
	}{
		"accepted":      {terraform(peering(`"peer_vpc_id": "vpc-2", "auto_accept": true`), change("aws_route.r", create, "", `{"route_table_id": "rtb-1", "destination_cidr_block": "10.2.0.0/16"}`, `{"vpc_peering_connection_id": true}`)), both + " 10.2.0.0/16", "", 0},
		"not accepted":  {terraform(peering(`"peer_vpc_id": "vpc-2"`)), both, "", 1},
		"by accepter":   {terraform(peering(`"peer_vpc_id": "vpc-2"`), change("aws_vpc_peering_connection_accepter.a", create, "", `{"auto_accept": true, "vpc_peering_connection_id": "pcx-7"}`, "")), both, "", 0},
		"other region":  {terraform(peering(`"peer_vpc_id": "vpc-9", "peer_region": "us-east-1", "auto_accept": true`)), "active vpc-1 [10.0.0.0/16] vpc-9 [10.9.0.0/16]", "", 0},
		"other account": {terraform(peering(`"peer_vpc_id": "vpc-8", "peer_owner_id": "999999999999", "auto_accept": true`)), "active vpc-1 [10.0.0.0/16] vpc-8 []", "vpc-8 of account 999999999999", 0},
		"there":         {terraform(change("aws_vpc_peering_connection_accepter.a", create, "", `{"auto_accept": true, "vpc_peering_connection_id": "pcx-7"}`, "")), "active vpc-2 [10.2.0.0/16] vpc-9 [10.9.0.0/16] 10.9.0.0/16", "", 0},
		"deleted":       {terraform(change("aws_vpc_peering_connection.p", remove, `{"id": "pcx-7", "vpc_id": "vpc-2", "peer_vpc_id": "vpc-9"}`, "", "")), "none", "", 0},
		"of change set": {set(added("P", "AWS::EC2::VPCPeeringConnection", `{"VpcId": "vpc-1", "PeerVpcId": "vpc-2"}`)), both, "", 0},
		"of what":       {set(added("P", "AWS::EC2::VPCPeeringConnection", `{"VpcId": "vpc-1", "PeerVpcId": "{{changeSet:KNOWN_AFTER_APPLY}}"}`)), "pending-acceptance vpc-2 [] vpc-9 [] 10.9.0.0/16", "peer_vpc_id", 0},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := c.plan()
			r, outcome := applyTo(t, peerEstate, p, err)
			got := "none"
			for _, x := range r.Peerings {
				if x.ID == "pcx-7" && len(r.Peerings) > 1 {
					continue
				}
				got = fmt.Sprint(x.Status, " ", x.Requester.VPC, " ", x.Requester.Prefixes, " ", x.Accepter.VPC, " ", x.Accepter.Prefixes)
				for _, table := range r.RouteTables {
					for _, route := range table.Routes {
						if route.Target == x.ID && !route.Blackhole {
							got += " " + route.Prefix.String()
						}
					}
				}
			}
			unknown := ""
			for _, n := range outcome.Unknown {
				unknown += n.String()
			}
			if got != c.want || !strings.Contains(unknown, c.unknown) || (unknown == "") != (c.unknown == "") || len(outcome.Remarks) != c.remarks {
				t.Errorf("%s, want %s; unknown: %q, want %q; %q", got, c.want, unknown, c.unknown, outcome.Remarks)
			}
			if name == "deleted" && !r.RouteTables[1].Routes[1].Blackhole {
				t.Errorf("%+v", r.RouteTables[1].Routes)
			}
		})
	}
	p, err := terraform(peering(`"peer_vpc_id": "vpc-9", "peer_region": "us-east-1", "auto_accept": true`))()
	if err != nil {
		t.Fatal(err)
	}
	after, _, err := p.Apply(parsed(peerEstate))
	if err != nil || len(after.Regions[1].Peerings) != 2 {
		t.Errorf("the other region has %+v, %v", after.Regions[1].Peerings, err)
	}
}

// TestWhatMayOpen: a resource that is not applied and may open something is unknown where
// it is created or changed, and is not where it is deleted.
func TestWhatMayOpen(t *testing.T) {
	for kind := range openers {
		name := kind + ".x"
		if strings.HasPrefix(kind, "AWS::") {
			_, outcome := applyChanges(t, changes(added("X", kind, `{}`)))
			if len(outcome.Unknown) != 1 || !outcome.Incomplete() || len(outcome.NotLookedAt) != 1 {
				t.Errorf("%s: %+v", kind, outcome)
			}
			continue
		}
		_, outcome := apply(t, plan(resources(name, ""), change(name, create, "", `{}`, "")))
		if len(outcome.Unknown) != 1 || !outcome.Incomplete() || len(outcome.NotLookedAt) != 1 {
			t.Errorf("%s: %+v", kind, outcome)
		}
		if _, outcome = apply(t, plan(resources(name, ""), change(name, remove, `{}`, "", ""))); outcome.Incomplete() {
			t.Errorf("%s deleted: %+v", kind, outcome)
		}
	}
}

// TestRoutesOfChangeSets: each kind of target of a route of CloudFormation is that of the
// copy. To an instance the route leads to its interface.
func TestRoutesOfChangeSets(t *testing.T) {
	for attribute, c := range map[string]struct{ value, want string }{
		"CarrierGatewayId": {"cagw-1", "cagw-1"},
		"LocalGatewayId":   {"lgw-1", "lgw-1"},
		"CoreNetworkArn":   {"arn:aws:networkmanager::123456789012:core-network/core-network-1", "arn:aws:networkmanager::123456789012:core-network/core-network-1"},
		"InstanceId":       {"i-1", "eni-1"},
		"NatGatewayId":     {"nat-1", "nat-1"},
	} {
		r, outcome := applyChanges(t, changes(added("R", "AWS::EC2::Route", `{"RouteTableId": "rtb-1", "DestinationCidrBlock": "203.0.113.0/24", "`+attribute+`": "`+c.value+`"}`)))
		routes := r.RouteTables[0].Routes
		if got := routes[len(routes)-1]; got.Target != c.want || got.Prefix.String() != "203.0.113.0/24" || outcome.Incomplete() {
			t.Errorf("%s: %+v %+v", attribute, got, outcome)
		}
	}
	_, outcome := applyChanges(t, changes(added("R", "AWS::EC2::Route", `{"RouteTableId": "rtb-1", "DestinationCidrBlock": "203.0.113.0/24", "InstanceId": "i-9"}`)))
	if len(outcome.Unknown) != 1 || !strings.Contains(outcome.Unknown[0].Text, "i-9 is not among the instances with an interface") {
		t.Errorf("an instance that was not read: %+v", outcome)
	}
}
