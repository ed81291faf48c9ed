package planned

import (
	"strings"
	"testing"
)

// TestNotApplied: what a plan changes of an existing network and sgaudit does not apply is
// noted where it may open something, with its attribute, and where it opens nothing it is not.
func TestNotApplied(t *testing.T) {
	both := func(address, before, after string) func() (*Plan, error) {
		return func() (*Plan, error) {
			return Terraform([]byte(plan("", change(address, update, `{`+before+`}`, `{`+after+`}`, ""))))
		}
	}
	unknown := func(address, before, after, list string) func() (*Plan, error) {
		return func() (*Plan, error) {
			return Terraform([]byte(plan(resources(address, `"`+list+`": {"references": ["local.all"]}`), change(address, update, `{`+before+`}`, `{`+after+`}`, `{"`+list+`": [true]}`))))
		}
	}
	created := func(address, after string) func() (*Plan, error) {
		return func() (*Plan, error) {
			return Terraform([]byte(plan("", change(address, create, "", `{`+after+`}`, ""))))
		}
	}
	modified := func(kind, id, before, after string) func() (*Plan, error) {
		quoted := func(text string) string { return strings.ReplaceAll(`{"Properties": {`+text+`}}`, `"`, `\"`) }
		return func() (*Plan, error) {
			return ChangeSet([]byte(changes(`{"Action": "Modify", "LogicalResourceId": "X", "PhysicalResourceId": "` + id + `", "ResourceType": "` + kind + `", "BeforeContext": "` + quoted(before) + `", "AfterContext": "` + quoted(after) + `"}`)))
		}
	}
	const table, vpc, subnet = `"id": "rtb-1", "vpc_id": "vpc-1", "route": []`, `"id": "vpc-1", "cidr_block": "10.0.0.0/16"`, `"id": "subnet-1", "vpc_id": "vpc-1", "cidr_block": "10.0.1.0/24"`
	batch := func(id string) string {
		return `"id": "b", "compute_resources": [{"security_group_ids": ["sg-1"], "subnets": ["` + id + `"]}]`
	}
	scaling := func(ids string) string {
		return `"id": "a", "name": "a", "vpc_zone_identifier": [` + ids + `], "launch_template": [{"id": "lt-1", "version": "1"}]`
	}
	server := func(addresses string) string {
		return `"id": "s-1", "endpoint_details": [{"subnet_ids": ["subnet-1"], "address_allocation_ids": [` + addresses + `]}]`
	}
	const moved, there = "the subnets change: what the internet can reach", "those that exist stay in their subnets"
	for name, c := range map[string]struct {
		plan            func() (*Plan, error)
		attribute, text string // of the note; empty: there is none
	}{
		"propagation":           {both("aws_route_table.x", table+`, "propagating_vgws": []`, table+`, "propagating_vgws": ["vgw-1"]`), "propagating_vgws", "virtual private gateway"},
		"propagation, default":  {both("aws_default_route_table.x", table, table+`, "propagating_vgws": ["vgw-1"]`), "propagating_vgws", "virtual private gateway"},
		"propagation, new":      {created("aws_route_table.x", `"vpc_id": "vpc-1", "propagating_vgws": ["vgw-1"]`), "propagating_vgws", "virtual private gateway"},
		"propagation ends":      {both("aws_route_table.x", table+`, "propagating_vgws": ["vgw-1"]`, table+`, "propagating_vgws": []`), "", ""},
		"propagation, the same": {both("aws_route_table.x", table+`, "propagating_vgws": ["vgw-1", "vgw-2"]`, table+`, "propagating_vgws": ["vgw-2", "vgw-1"]`), "", ""},
		"no propagation":        {created("aws_route_table.x", `"vpc_id": "vpc-1", "propagating_vgws": []`), "", ""},
		"IPv6 of a VPC":         {both("aws_vpc.x", vpc+`, "assign_generated_ipv6_cidr_block": false`, vpc+`, "assign_generated_ipv6_cidr_block": true`), "assign_generated_ipv6_cidr_block", "new addresses"},
		"IPv6 of a pool":        {both("aws_vpc.x", vpc, vpc+`, "ipv6_ipam_pool_id": "ipam-pool-1"`), "ipv6_ipam_pool_id", "new addresses"},
		"tags of a VPC":         {both("aws_vpc.x", vpc+`, "tags_all": {}`, vpc+`, "tags_all": {"a": "b"}`), "", ""},
		"IPv6 of a subnet":      {both("aws_subnet.x", subnet, subnet+`, "ipv6_cidr_block": "2001:db8::/64"`), "ipv6_cidr_block", "new addresses"},
		"public addresses":      {both("aws_subnet.x", subnet+`, "map_public_ip_on_launch": false`, subnet+`, "map_public_ip_on_launch": true`), "map_public_ip_on_launch", "public IPv4 address"},
		"no public addresses":   {both("aws_subnet.x", subnet+`, "map_public_ip_on_launch": true`, subnet+`, "map_public_ip_on_launch": false`), "", ""},
		"a new public subnet":   {created("aws_subnet.x", `"vpc_id": "vpc-1", "cidr_block": "10.0.3.0/24", "map_public_ip_on_launch": true`), "", ""},
		"of a change set":       {modified("AWS::EC2::Subnet", "subnet-1", `"VpcId": "vpc-1"`, `"VpcId": "vpc-1", "MapPublicIpOnLaunch": true`), "map_public_ip_on_launch", "public IPv4 address"},
		"Auto Scaling":          {both("aws_autoscaling_group.x", scaling(`"subnet-1"`), scaling(`"subnet-2"`)), "vpc_zone_identifier", moved},
		"Auto Scaling, order":   {both("aws_autoscaling_group.x", scaling(`"subnet-1", "subnet-2"`), scaling(`"subnet-2", "subnet-1"`)), "", ""},
		"Auto Scaling, set":     {modified("AWS::AutoScaling::AutoScalingGroup", "a", `"VPCZoneIdentifier": ["subnet-1"], "LaunchTemplate": {"LaunchTemplateId": "lt-1"}`, `"VPCZoneIdentifier": ["subnet-2"], "LaunchTemplate": {"LaunchTemplateId": "lt-1"}`), "VPCZoneIdentifier", moved},
		"Batch":                 {both("aws_batch_compute_environment.x", batch("subnet-1"), batch("subnet-2")), "compute_resources[0].subnets", moved},
		"template":              {both("aws_launch_template.x", `"id": "lt-1", "network_interfaces": [{"subnet_id": "subnet-1", "security_groups": ["sg-1"]}]`, `"id": "lt-1", "network_interfaces": [{"subnet_id": "subnet-2", "security_groups": ["sg-1"]}]`), "network_interfaces[0].subnet_id", moved},
		"template, a new place": {both("aws_launch_template.x", `"id": "lt-1", "vpc_security_group_ids": ["sg-1"]`, `"id": "lt-1", "vpc_security_group_ids": ["sg-1"], "network_interfaces": [{"subnet_id": "subnet-2"}]`), "network_interfaces[0].subnet_id", moved},
		"template, no place":    {both("aws_launch_template.x", `"id": "lt-1", "network_interfaces": [{"subnet_id": "subnet-1", "security_groups": ["sg-1"]}]`, `"id": "lt-1", "network_interfaces": [{"security_groups": ["sg-1"]}]`), "network_interfaces[0].subnet_id", moved},
		"service":               {both("aws_ecs_service.x", `"id": "s", "network_configuration": [{"security_groups": ["sg-1"], "subnets": ["subnet-1"]}]`, `"id": "s", "network_configuration": [{"security_groups": ["sg-1"], "subnets": ["subnet-2"]}]`), "network_configuration[0].subnets", there},
		"routes not known":      {unknown("aws_route_table.x", table, `"id": "rtb-1", "vpc_id": "vpc-1", "route": [null]`, "route"), "route", "known after apply"},
		"entries not known":     {unknown("aws_ec2_managed_prefix_list.x", `"id": "pl-1", "entry": [{"cidr": "203.0.113.0/24"}]`, `"id": "pl-1", "entry": [null]`, "entry"), "entry", "known after apply"},
		"Elastic IP addresses":  {both("aws_transfer_server.x", server(""), server(`"eipalloc-1"`)), "endpoint_details[0].address_allocation_ids", "Elastic IP"},
		"with groups":           {both("aws_transfer_server.x", strings.Replace(server(""), `"subnet_ids"`, `"security_group_ids": ["sg-1"], "subnet_ids"`, 1), strings.Replace(server(`"eipalloc-1"`), `"subnet_ids"`, `"security_group_ids": ["sg-1"], "subnet_ids"`, 1)), "endpoint_details[0].address_allocation_ids", "Elastic IP"},
		"new, Elastic IP":       {created("aws_transfer_server.x", `"endpoint_details": [{"address_allocation_ids": ["eipalloc-1"]}]`), "endpoint_details[0].address_allocation_ids", "Elastic IP"},
		"the same Elastic IP":   {both("aws_transfer_server.x", server(`"eipalloc-1"`)+`, "domain": "S3"`, server(`"eipalloc-1"`)+`, "domain": "EFS"`), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := c.plan()
			_, outcome := applyTo(t, networkEstate, p, err)
			found := c.attribute == "" && !outcome.Incomplete()
			for _, n := range outcome.Unknown {
				found = found || n.Attribute == c.attribute && c.text != "" && strings.Contains(n.Text, c.text)
			}
			if !found {
				t.Errorf("unknown: %+v, want %q with %q", outcome.Unknown, c.attribute, c.text)
			}
		})
	}
}
