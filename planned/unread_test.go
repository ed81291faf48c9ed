package planned

import (
	"fmt"
	"strings"
	"testing"
)

// networkEstate has two subnets, one of them with a route table and a network ACL of its own.
const networkEstate = `account 123456789012
region eu-west-1
vpc-1 10.0.0.0/16
subnet-1 10.0.1.0/24 vpc vpc-1
subnet-2 10.0.2.0/24 vpc vpc-1
igw-1 vpc vpc-1
rtb-1 vpc vpc-1 main
  route 10.0.0.0/16 local
rtb-2 vpc vpc-1 subnet subnet-2
  route 10.0.0.0/16 local
  route 0.0.0.0/0 igw-1
acl-1 vpc vpc-1 default subnet subnet-1
  in 100 allow all 0.0.0.0/0
acl-2 vpc vpc-1 subnet subnet-2
  in 100 allow tcp/443 10.0.0.0/16
pl-1 offices 203.0.113.0/24 owner 123456789012 max 10
sg-1 web vpc vpc-1
`

// TestUnread: what a plan names and was not read is noted, whatever names it.
func TestUnread(t *testing.T) {
	of := func(address, attributes string) string { return change(address, create, "", `{`+attributes+`}`, "") }
	const anywhere = `[{"rule_no": 100, "action": "allow", "protocol": "-1", "from_port": 0, "to_port": 0, "cidr_block": "0.0.0.0/0"}]`
	for name, c := range map[string]struct{ change, id, list string }{
		"entry of a list":     {of("aws_ec2_managed_prefix_list_entry.x", `"prefix_list_id": "pl-9", "cidr": "0.0.0.0/0"`), "pl-9", "prefix lists"},
		"entry removed":       {change("aws_ec2_managed_prefix_list_entry.x", remove, `{"prefix_list_id": "pl-9", "cidr": "0.0.0.0/0"}`, "", ""), "pl-9", "prefix lists"},
		"list":                {change("aws_ec2_managed_prefix_list.x", update, `{"id": "pl-9", "entry": [{"cidr": "10.0.0.0/8"}]}`, `{"id": "pl-9", "entry": [{"cidr": "0.0.0.0/0"}]}`, ""), "pl-9", "prefix lists"},
		"rule from a list":    {of("aws_vpc_security_group_ingress_rule.x", `"security_group_id": "sg-1", "ip_protocol": "-1", "prefix_list_id": "pl-9"`), "pl-9", "prefix lists"},
		"rule from a group":   {of("aws_vpc_security_group_ingress_rule.x", `"security_group_id": "sg-1", "ip_protocol": "-1", "referenced_security_group_id": "sg-9"`), "sg-9", "groups"},
		"rule of a group":     {of("aws_vpc_security_group_ingress_rule.x", `"security_group_id": "sg-9", "ip_protocol": "-1", "cidr_ipv4": "0.0.0.0/0"`), "sg-9", "groups"},
		"route to a list":     {of("aws_route.x", `"route_table_id": "rtb-1", "destination_prefix_list_id": "pl-9", "gateway_id": "igw-1"`), "pl-9", "prefix lists"},
		"route to a gateway":  {of("aws_route.x", `"route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0", "gateway_id": "igw-9"`), "igw-9", "internet gateways"},
		"route in a table":    {of("aws_route.x", `"route_table_id": "rtb-9", "destination_cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"`), "rtb-9", "route tables"},
		"table of a subnet":   {of("aws_route_table_association.x", `"subnet_id": "subnet-1", "route_table_id": "rtb-9"`), "rtb-9", "route tables"},
		"table of what":       {of("aws_route_table_association.x", `"subnet_id": "subnet-9", "route_table_id": "rtb-1"`), "subnet-9", "subnets"},
		"main table":          {of("aws_main_route_table_association.x", `"vpc_id": "vpc-1", "route_table_id": "rtb-9"`), "rtb-9", "route tables"},
		"main table of what":  {of("aws_main_route_table_association.x", `"vpc_id": "vpc-9", "route_table_id": "rtb-1"`), "vpc-9", "VPCs"},
		"default table":       {of("aws_default_route_table.x", `"default_route_table_id": "rtb-9", "route": [{"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}]`), "rtb-9", "route tables"},
		"default ACL":         {of("aws_default_network_acl.x", `"default_network_acl_id": "acl-9", "ingress": `+anywhere), "acl-9", "network ACLs"},
		"entry of an ACL":     {of("aws_network_acl_rule.x", `"network_acl_id": "acl-9", "rule_number": 100, "rule_action": "allow", "protocol": "-1", "cidr_block": "0.0.0.0/0"`), "acl-9", "network ACLs"},
		"ACL of a subnet":     {of("aws_network_acl_association.x", `"subnet_id": "subnet-2", "network_acl_id": "acl-9"`), "acl-9", "network ACLs"},
		"ACL of what":         {of("aws_network_acl_association.x", `"subnet_id": "subnet-9", "network_acl_id": "acl-1"`), "subnet-9", "subnets"},
		"subnets of an ACL":   {of("aws_network_acl.x", `"vpc_id": "vpc-1", "subnet_ids": ["subnet-9"]`), "subnet-9", "subnets"},
		"gateway":             {of("aws_internet_gateway_attachment.x", `"internet_gateway_id": "igw-9", "vpc_id": "vpc-1"`), "igw-9", "internet gateways"},
		"gateway of what":     {of("aws_internet_gateway_attachment.x", `"internet_gateway_id": "igw-1", "vpc_id": "vpc-9"`), "vpc-9", "VPCs"},
		"gateway detached":    {change("aws_internet_gateway_attachment.x", remove, `{"internet_gateway_id": "igw-9", "vpc_id": "vpc-1"}`, "", ""), "igw-9", "internet gateways"},
		"associated group":    {of("aws_vpc_security_group_vpc_association.x", `"security_group_id": "sg-9", "vpc_id": "vpc-1"`), "sg-9", "groups"},
		"association of what": {of("aws_vpc_security_group_vpc_association.x", `"security_group_id": "sg-1", "vpc_id": "vpc-9"`), "vpc-9", "VPCs"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Terraform([]byte(plan("", c.change)))
			r, outcome := applyTo(t, networkEstate, p, err)
			want := fmt.Sprintf("%s is not among the %s of eu-west-1", c.id, c.list)
			if notes := asText(t, append(outcome.Unknown, outcome.Conflicts...)); !strings.Contains(notes, want) || !outcome.Incomplete() || strings.Count(notes, "is not among") != 1 {
				t.Errorf("the notes are %s, want %q", notes, want)
			}
			subnets := 0
			for i := range r.NetworkACLs {
				subnets += len(r.NetworkACLs[i].Subnets)
			}
			if subnets != 2 {
				t.Errorf("%d subnets have a network ACL, want 2: %+v", subnets, r.NetworkACLs)
			}
		})
	}
}

// TestMainTables: a route table becomes the main one, and where the association is deleted
// the one before it is the main one again.
func TestMainTables(t *testing.T) {
	const there = `{"id": "rtbassoc-1", "vpc_id": "vpc-1", "route_table_id": "rtb-1", "original_route_table_id": "rtb-2"}`
	for name, c := range map[string]struct {
		change, main string
		unknown      bool
	}{
		"created":           {change("aws_main_route_table_association.m", create, "", `{"vpc_id": "vpc-1", "route_table_id": "rtb-2"}`, `{"original_route_table_id": true}`), "rtb-2", false},
		"deleted":           {change("aws_main_route_table_association.m", remove, there, "", ""), "rtb-2", false},
		"replaced":          {change("aws_main_route_table_association.m", replace, there, `{"vpc_id": "vpc-1", "route_table_id": "rtb-1"}`, ""), "rtb-1", false},
		"without the other": {change("aws_main_route_table_association.m", remove, `{"id": "rtbassoc-1", "vpc_id": "vpc-1", "route_table_id": "rtb-1"}`, "", ""), "rtb-1", true},
		"other not read":    {change("aws_main_route_table_association.m", remove, strings.Replace(there, "rtb-2", "rtb-9", 1), "", ""), "rtb-1", true},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Terraform([]byte(plan("", c.change)))
			r, outcome := applyTo(t, networkEstate, p, err)
			var main []string
			for i := range r.RouteTables {
				if r.RouteTables[i].Main {
					main = append(main, r.RouteTables[i].ID)
				}
			}
			if strings.Join(main, " ") != c.main || outcome.Incomplete() != c.unknown {
				t.Errorf("the main tables are %q, want %s; %+v", main, c.main, outcome)
			}
		})
	}
}

// TestSubnetsOfACLs: a subnet has one network ACL afterwards, in whatever order the plan has
// the resources. The default one keeps the subnets that it does not name.
func TestSubnetsOfACLs(t *testing.T) {
	acl := func(address, actions, before, after string) string {
		side := func(id, subnets string) string {
			if subnets == "" {
				return ""
			}
			return `{"id": "` + id + `", "default_network_acl_id": "` + id + `", "vpc_id": "vpc-1", "ingress": [], "egress": [], "subnet_ids": ` + subnets + `}`
		}
		id := "acl-2"
		if strings.HasPrefix(address, "aws_default") {
			id = "acl-1"
		}
		return change(address, actions, side(id, before), side(id, after), "")
	}
	const one, two, both, none = `["subnet-1"]`, `["subnet-2"]`, `["subnet-1", "subnet-2"]`, `[]`
	for name, c := range map[string]struct{ changes, want string }{
		"default gets one":       {acl("aws_default_network_acl.d", create, "", both), "acl-1: subnet-1 subnet-2; acl-2:"},
		"default updated":        {acl("aws_default_network_acl.d", update, one, both), "acl-1: subnet-1 subnet-2; acl-2:"},
		"default keeps":          {acl("aws_default_network_acl.d", update, one, none), "acl-1: subnet-1; acl-2: subnet-2"},
		"default deleted":        {acl("aws_default_network_acl.d", remove, one, ""), "acl-1: subnet-1; acl-2: subnet-2"},
		"to the other":           {acl("aws_network_acl.n", update, two, both), "acl-1:; acl-2: subnet-1 subnet-2"},
		"to the default":         {acl("aws_network_acl.n", update, two, none), "acl-1: subnet-1 subnet-2; acl-2:"},
		"to the default, first":  {acl("aws_default_network_acl.d", update, one, both) + "," + acl("aws_network_acl.n", update, two, none), "acl-1: subnet-1 subnet-2; acl-2:"},
		"exchanged":              {acl("aws_default_network_acl.d", update, one, two) + "," + acl("aws_network_acl.n", update, two, one), "acl-1: subnet-2; acl-2: subnet-1"},
		"exchanged, other order": {acl("aws_network_acl.n", update, two, one) + "," + acl("aws_default_network_acl.d", update, one, two), "acl-1: subnet-2; acl-2: subnet-1"},
		"to a new one, first":    {change("aws_network_acl.a", create, "", `{"vpc_id": "vpc-1", "subnet_ids": ["subnet-2"]}`, "") + "," + acl("aws_network_acl.n", update, two, none), "acl-1: subnet-1; acl-2:; aws_network_acl.a: subnet-2"},
		"association deleted":    {change("aws_network_acl_association.a", remove, `{"id": "aclassoc-1", "subnet_id": "subnet-2", "network_acl_id": "acl-2"}`, "", ""), "acl-1: subnet-1 subnet-2; acl-2:"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Terraform([]byte(plan("", c.changes)))
			r, outcome := applyTo(t, networkEstate, p, err)
			var got []string
			for i := range r.NetworkACLs {
				n := &r.NetworkACLs[i]
				got = append(got, strings.TrimSpace(n.ID+": "+strings.Join(n.Subnets, " ")))
			}
			if text := strings.Join(got, "; "); text != c.want || outcome.Incomplete() {
				t.Errorf("%s, want %s; %+v", text, c.want, outcome)
			}
		})
	}
}
