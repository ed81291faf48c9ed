package planned

// translation gives the properties of a type of CloudFormation the names that the AWS
// provider of Terraform has for them.
type translation struct {
	name       string // the type of Terraform
	attributes map[string]string
	finish     func(all, properties map[string]any) // what is more than a name; nil: nothing
}

var ruleAttributes = map[string]string{
	"GroupId": "security_group_id", "IpProtocol": "ip_protocol", "FromPort": "from_port", "ToPort": "to_port",
	"CidrIp": "cidr_ipv4", "CidrIpv6": "cidr_ipv6", "Description": "description",
	"SourcePrefixListId": "prefix_list_id", "DestinationPrefixListId": "prefix_list_id",
	"SourceSecurityGroupId": "referenced_security_group_id", "DestinationSecurityGroupId": "referenced_security_group_id",
}

// translations are the types of CloudFormation that are looked at (CloudFormation
// template reference). Others with groups are found by their attributes.
var translations = map[string]*translation{
	"AWS::EC2::SecurityGroup": {
		"aws_security_group",
		map[string]string{"GroupName": "name", "GroupDescription": "description", "VpcId": "vpc_id"},
		func(all, p map[string]any) {
			all["ingress"] = ruleBlocks(p["SecurityGroupIngress"], "Source")
			all["egress"] = ruleBlocks(p["SecurityGroupEgress"], "Destination")
			if _, given := p["SecurityGroupEgress"]; !given { // AWS's own rule stays
				all["egress"] = []any{map[string]any{"protocol": "-1", "cidr_blocks": []any{"0.0.0.0/0"}}}
			}
			all["tags_all"] = tagMap(p["Tags"])
		},
	},
	"AWS::EC2::SecurityGroupIngress": {"aws_vpc_security_group_ingress_rule", ruleAttributes, foreignGroup},
	"AWS::EC2::SecurityGroupEgress":  {"aws_vpc_security_group_egress_rule", ruleAttributes, nil},
	"AWS::EC2::NetworkInterface":     {"aws_network_interface", map[string]string{"GroupSet": "security_groups", "SubnetId": "subnet_id", "Description": "description", "PrivateIpAddress": "private_ip"}, nil},
	"AWS::EC2::Instance":             {"aws_instance", map[string]string{"SecurityGroupIds": "vpc_security_group_ids", "SubnetId": "subnet_id", "PrivateIpAddress": "private_ip", "SecurityGroups": "security_groups", "LaunchTemplate": "launch_template"}, describeInterfaces},
	"AWS::RDS::DBInstance":           {"aws_db_instance", map[string]string{"VPCSecurityGroups": "vpc_security_group_ids", "PubliclyAccessible": "publicly_accessible"}, nil},
	"AWS::RDS::DBCluster":            {"aws_rds_cluster", map[string]string{"VpcSecurityGroupIds": "vpc_security_group_ids", "PubliclyAccessible": "publicly_accessible"}, nil},
	"AWS::ElasticLoadBalancingV2::LoadBalancer": {
		"aws_lb",
		map[string]string{"SecurityGroups": "security_groups", "Subnets": "subnets", "Name": "name", "Type": "load_balancer_type"},
		func(all, p map[string]any) {
			switch scheme := p["Scheme"].(type) {
			case string:
				all["internal"] = scheme == "internal"
			case later:
				all["internal"] = scheme
			}
		},
	},
	"AWS::Lambda::Function": {
		"aws_lambda_function",
		map[string]string{"FunctionName": "function_name"},
		func(all, p map[string]any) {
			if c, ok := p["VpcConfig"].(map[string]any); ok {
				all["vpc_config"] = []any{map[string]any{"security_group_ids": c["SecurityGroupIds"], "subnet_ids": c["SubnetIds"]}}
			}
		},
	},
	"AWS::EC2::Route": {"aws_route", map[string]string{
		"RouteTableId": "route_table_id", "DestinationCidrBlock": "destination_cidr_block", "DestinationIpv6CidrBlock": "destination_ipv6_cidr_block", "DestinationPrefixListId": "destination_prefix_list_id",
		"GatewayId": "gateway_id", "NatGatewayId": "nat_gateway_id", "NetworkInterfaceId": "network_interface_id", "TransitGatewayId": "transit_gateway_id",
		"VpcPeeringConnectionId": "vpc_peering_connection_id", "EgressOnlyInternetGatewayId": "egress_only_gateway_id", "VpcEndpointId": "vpc_endpoint_id",
	}, nil},
	"AWS::EC2::SubnetRouteTableAssociation": {"aws_route_table_association", map[string]string{"SubnetId": "subnet_id", "RouteTableId": "route_table_id"}, nil},
	"AWS::EC2::SubnetNetworkAclAssociation": {"aws_network_acl_association", map[string]string{"SubnetId": "subnet_id", "NetworkAclId": "network_acl_id"}, nil},
	"AWS::EC2::NetworkAclEntry": {
		"aws_network_acl_rule",
		map[string]string{"NetworkAclId": "network_acl_id", "RuleNumber": "rule_number", "Egress": "egress", "Protocol": "protocol", "RuleAction": "rule_action", "CidrBlock": "cidr_block", "Ipv6CidrBlock": "ipv6_cidr_block"},
		func(all, p map[string]any) {
			if ports, ok := p["PortRange"].(map[string]any); ok {
				all["from_port"], all["to_port"] = ports["From"], ports["To"]
			}
			if icmp, ok := p["Icmp"].(map[string]any); ok {
				all["icmp_type"], all["icmp_code"] = icmp["Type"], icmp["Code"]
			}
		},
	},
	"AWS::EC2::VPCGatewayAttachment": {"aws_internet_gateway_attachment", map[string]string{"VpcId": "vpc_id", "InternetGatewayId": "internet_gateway_id"}, nil},
}

// foreignGroup joins the account of a referenced group to its id.
func foreignGroup(all, p map[string]any) {
	owner, _ := p["SourceSecurityGroupOwnerId"].(string)
	if id, ok := all["referenced_security_group_id"].(string); ok && owner != "" {
		all["referenced_security_group_id"] = owner + "/" + id
	}
}

// ruleBlocks are the rules in a group, as blocks of Terraform. The side is how the
// names of their groups and prefix lists begin.
func ruleBlocks(value any, side string) any {
	list, ok := value.([]any)
	if !ok {
		return value
	}
	blocks := make([]any, 0, len(list))
	for _, item := range list {
		p, ok := item.(map[string]any)
		if !ok {
			blocks = append(blocks, item)
			continue
		}
		b := map[string]any{"protocol": p["IpProtocol"], "from_port": p["FromPort"], "to_port": p["ToPort"], "description": p["Description"]}
		for property, attribute := range map[string]string{
			"CidrIp": "cidr_blocks", "CidrIpv6": "ipv6_cidr_blocks", side + "PrefixListId": "prefix_list_ids", side + "SecurityGroupId": "security_groups",
		} {
			if x, given := p[property]; given {
				if owner, _ := p["SourceSecurityGroupOwnerId"].(string); owner != "" && attribute == "security_groups" {
					if id, ok := x.(string); ok {
						x = owner + "/" + id
					}
				}
				b[attribute] = []any{x}
			}
		}
		blocks = append(blocks, b)
	}
	return blocks
}

// tagMap turns a list of keys and values into a map.
func tagMap(value any) map[string]any {
	tags := map[string]any{}
	list, _ := value.([]any)
	for _, item := range list {
		if m, ok := item.(map[string]any); ok {
			if key, ok := m["Key"].(string); ok {
				tags[key] = m["Value"]
			}
		}
	}
	return tags
}

// describeInterfaces gives the interfaces that an instance describes the names that the
// attributes of an instance have.
func describeInterfaces(all, p map[string]any) {
	list, ok := p["NetworkInterfaces"].([]any)
	if !ok {
		if value, given := p["NetworkInterfaces"]; given {
			all[describedInterfaces] = value
		}
		return
	}
	blocks := make([]any, 0, len(list))
	for _, item := range list {
		properties, ok := item.(map[string]any)
		if !ok {
			blocks = append(blocks, item)
			continue
		}
		block := map[string]any{}
		for property, attribute := range map[string]string{
			"GroupSet": "vpc_security_group_ids", "SubnetId": "subnet_id", "PrivateIpAddress": "private_ip",
			"AssociatePublicIpAddress": "associate_public_ip_address", "NetworkInterfaceId": "network_interface_id",
		} {
			if value, given := properties[property]; given {
				block[attribute] = value
			}
		}
		blocks = append(blocks, block)
	}
	all[describedInterfaces] = blocks
}
