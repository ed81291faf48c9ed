package planned

// translation gives the properties of a type of CloudFormation the names that the AWS
// provider of Terraform has for them.
type translation struct {
	name       string // the type of Terraform
	attributes map[string]string
	finish     func(all, properties map[string]any) // what is more than a name; nil: nothing
}

var ruleAttributes = map[string]string{
	"GroupId": "security_group_id", "GroupName": groupByName, "IpProtocol": "ip_protocol", "FromPort": "from_port", "ToPort": "to_port",
	"CidrIp": "cidr_ipv4", "CidrIpv6": "cidr_ipv6", "Description": "description",
	"SourcePrefixListId": "prefix_list_id", "DestinationPrefixListId": "prefix_list_id",
	"SourceSecurityGroupName": "source_security_group_name",
	"SourceSecurityGroupId":   "referenced_security_group_id", "DestinationSecurityGroupId": "referenced_security_group_id",
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
	"AWS::EC2::NetworkInterface":     {"aws_network_interface", map[string]string{"GroupSet": "security_groups", "SubnetId": "subnet_id", "Description": "description", "PrivateIpAddress": "private_ip", "Ipv6AddressCount": "ipv6_address_count"}, addressLists},
	"AWS::EC2::Instance":             {"aws_instance", map[string]string{"SecurityGroupIds": "vpc_security_group_ids", "SubnetId": "subnet_id", "PrivateIpAddress": "private_ip", "SecurityGroups": "security_groups", "LaunchTemplate": "launch_template", "Ipv6AddressCount": "ipv6_address_count"}, describeInterfaces},
	"AWS::RDS::DBInstance":           {"aws_db_instance", map[string]string{"VPCSecurityGroups": "vpc_security_group_ids", "PubliclyAccessible": "publicly_accessible", "DBClusterIdentifier": "cluster_identifier", "DBSubnetGroupName": "db_subnet_group_name", "SourceDBInstanceIdentifier": "replicate_source_db"}, nil},
	"AWS::RDS::DBCluster":            {"aws_rds_cluster", map[string]string{"VpcSecurityGroupIds": "vpc_security_group_ids", "PubliclyAccessible": "publicly_accessible", "DBSubnetGroupName": "db_subnet_group_name", "ReplicationSourceIdentifier": "replication_source_identifier"}, nil},
	"AWS::EC2::VPC":                  {"aws_vpc", map[string]string{"CidrBlock": "cidr_block"}, tagsAll},
	"AWS::EC2::Subnet":               {"aws_subnet", map[string]string{"VpcId": "vpc_id", "CidrBlock": "cidr_block", "Ipv6CidrBlock": "ipv6_cidr_block", "AvailabilityZone": "availability_zone", "MapPublicIpOnLaunch": "map_public_ip_on_launch", "AssignIpv6AddressOnCreation": "assign_ipv6_address_on_creation", "Ipv6Native": "ipv6_native"}, tagsAll},
	"AWS::EC2::RouteTable":           {"aws_route_table", map[string]string{"VpcId": "vpc_id"}, tagsAll},
	"AWS::EC2::InternetGateway":      {"aws_internet_gateway", nil, tagsAll},
	"AWS::EC2::NetworkAcl":           {"aws_network_acl", map[string]string{"VpcId": "vpc_id"}, tagsAll},
	"AWS::EC2::NatGateway":           {"aws_nat_gateway", map[string]string{"SubnetId": "subnet_id"}, nil},
	"AWS::EC2::VPCEndpoint":          {"aws_vpc_endpoint", map[string]string{"VpcId": "vpc_id", "ServiceName": "service_name", "VpcEndpointType": "vpc_endpoint_type", "SecurityGroupIds": "security_group_ids"}, nil},
	"AWS::EC2::PrefixList": {"aws_ec2_managed_prefix_list", map[string]string{"PrefixListName": "name"}, func(all, p map[string]any) {
		entries := []any{}
		list, _ := p["Entries"].([]any)
		for _, item := range list {
			if m, ok := item.(map[string]any); ok {
				entries = append(entries, map[string]any{"cidr": m["Cidr"]})
			}
		}
		all["entry"] = entries
	}},
	"AWS::DocDB::DBCluster":   {"aws_docdb_cluster", map[string]string{"VpcSecurityGroupIds": "vpc_security_group_ids", "DBSubnetGroupName": "db_subnet_group_name"}, nil},
	"AWS::Neptune::DBCluster": {"aws_neptune_cluster", map[string]string{"VpcSecurityGroupIds": "vpc_security_group_ids", "DBSubnetGroupName": "db_subnet_group_name"}, nil},
	"AWS::ElasticLoadBalancingV2::LoadBalancer": {
		"aws_lb",
		map[string]string{"SecurityGroups": "security_groups", "Subnets": "subnets", "Name": "name", "Type": "load_balancer_type", "IpAddressType": "ip_address_type"},
		func(all, p map[string]any) {
			balancerScheme(all, p)
			mappings := []any{}
			list, _ := p["SubnetMappings"].([]any)
			for _, item := range list {
				if m, ok := item.(map[string]any); ok {
					mappings = append(mappings, map[string]any{"subnet_id": m["SubnetId"]})
				}
			}
			all["subnet_mapping"] = mappings
		},
	},
	"AWS::ElasticLoadBalancingV2::Listener": {"aws_lb_listener", map[string]string{"LoadBalancerArn": "load_balancer_arn", "Port": "port", "Protocol": "protocol"}, nil},
	"AWS::ElasticLoadBalancing::LoadBalancer": {
		"aws_elb",
		map[string]string{"SecurityGroups": "security_groups", "Subnets": "subnets", "LoadBalancerName": "name"},
		func(all, p map[string]any) {
			balancerScheme(all, p)
			all["listener"] = p["Listeners"]
			if list, known := p["Listeners"].([]any); known {
				all["listener"] = renamed(list, map[string]string{"LoadBalancerPort": "lb_port", "Protocol": "lb_protocol"})
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
		"CarrierGatewayId": "carrier_gateway_id", "LocalGatewayId": "local_gateway_id", "CoreNetworkArn": "core_network_arn", "InstanceId": "instance_id",
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
	"AWS::EC2::VPCPeeringConnection":          {"aws_vpc_peering_connection", map[string]string{"VpcId": "vpc_id", "PeerVpcId": "peer_vpc_id", "PeerOwnerId": "peer_owner_id", "PeerRegion": "peer_region"}, nil},
	"AWS::EC2::EIP":                           {"aws_eip", map[string]string{"InstanceId": "instance"}, nil},
	"AWS::EC2::EIPAssociation":                {"aws_eip_association", map[string]string{"InstanceId": "instance_id", "NetworkInterfaceId": "network_interface_id", "PrivateIpAddress": "private_ip_address", "EIP": "public_ip"}, nil},
	"AWS::EC2::VPCBlockPublicAccessOptions":   {"aws_vpc_block_public_access_options", map[string]string{"InternetGatewayBlockMode": "internet_gateway_block_mode"}, nil},
	"AWS::EC2::VPCBlockPublicAccessExclusion": {"aws_vpc_block_public_access_exclusion", map[string]string{"InternetGatewayExclusionMode": "internet_gateway_exclusion_mode", "VpcId": "vpc_id", "SubnetId": "subnet_id"}, nil},
	"AWS::EC2::SecurityGroupVpcAssociation":   {"aws_vpc_security_group_vpc_association", map[string]string{"GroupId": "security_group_id", "VpcId": "vpc_id"}, nil},
	"AWS::WAFv2::WebACLAssociation":           {"aws_wafv2_web_acl_association", map[string]string{"ResourceArn": "resource_arn", "WebACLArn": "web_acl_arn"}, nil},
	"AWS::EC2::VPCGatewayAttachment":          {"aws_internet_gateway_attachment", map[string]string{"VpcId": "vpc_id", "InternetGatewayId": "internet_gateway_id"}, nil},
}

// balancerScheme says whether a load balancer has private addresses alone.
func balancerScheme(all, p map[string]any) {
	switch scheme := p["Scheme"].(type) {
	case string:
		all["internal"] = scheme == "internal"
	case later:
		all["internal"] = scheme
	}
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
		if name, given := p["SourceSecurityGroupName"]; given {
			b[sourceName] = name
		}
		blocks = append(blocks, b)
	}
	return blocks
}

// renamed gives the properties of blocks other names. Those without one are left out.
func renamed(list []any, names map[string]string) []any {
	blocks := make([]any, 0, len(list))
	for _, item := range list {
		p, is := item.(map[string]any)
		if !is {
			blocks = append(blocks, item)
			continue
		}
		b := map[string]any{}
		for property, name := range names {
			if x, given := p[property]; given {
				b[name] = x
			}
		}
		blocks = append(blocks, b)
	}
	return blocks
}

func tagsAll(all, p map[string]any) { all["tags_all"] = tagMap(p["Tags"]) }

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
	addressLists(all, p)
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
			"AssociatePublicIpAddress": "associate_public_ip_address", "NetworkInterfaceId": "network_interface_id", "Ipv6AddressCount": "ipv6_address_count",
		} {
			if value, given := properties[property]; given {
				block[attribute] = value
			}
		}
		addressLists(block, properties)
		blocks = append(blocks, block)
	}
	all[describedInterfaces] = blocks
}

// addressLists takes the addresses out of lists of blocks, which Terraform has as lists
// of texts.
func addressLists(all, p map[string]any) {
	for _, list := range []struct{ property, part, attribute string }{
		{"PrivateIpAddresses", "PrivateIpAddress", "private_ips"}, {"Ipv6Addresses", "Ipv6Address", "ipv6_addresses"},
	} {
		items, ok := p[list.property].([]any)
		if !ok {
			if x, given := p[list.property]; given {
				all[list.attribute] = x
			}
			continue
		}
		addresses := make([]any, 0, len(items))
		for _, item := range items {
			if block, is := item.(map[string]any); is {
				item = block[list.part]
			}
			addresses = append(addresses, item)
		}
		all[list.attribute] = addresses
	}
}
