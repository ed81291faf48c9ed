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
		all["entry"] = renamedIn(p["Entries"], map[string]string{"Cidr": "cidr"})
	}},
	"AWS::DocDB::DBCluster":   {"aws_docdb_cluster", map[string]string{"VpcSecurityGroupIds": "vpc_security_group_ids", "DBSubnetGroupName": "db_subnet_group_name"}, nil},
	"AWS::Neptune::DBCluster": {"aws_neptune_cluster", map[string]string{"VpcSecurityGroupIds": "vpc_security_group_ids", "DBSubnetGroupName": "db_subnet_group_name"}, nil},
	"AWS::ElasticLoadBalancingV2::LoadBalancer": {
		"aws_lb",
		map[string]string{"SecurityGroups": "security_groups", "Subnets": "subnets", "Name": "name", "Type": "load_balancer_type", "IpAddressType": "ip_address_type"},
		func(all, p map[string]any) {
			balancerScheme(all, p)
			all["subnet_mapping"] = renamedIn(p["SubnetMappings"], map[string]string{"SubnetId": "subnet_id"})
		},
	},
	"AWS::ElasticLoadBalancingV2::Listener": {"aws_lb_listener", map[string]string{"LoadBalancerArn": "load_balancer_arn", "Port": "port", "Protocol": "protocol"}, nil},
	"AWS::ElasticLoadBalancing::LoadBalancer": {
		"aws_elb",
		map[string]string{"SecurityGroups": "security_groups", "Subnets": "subnets", "LoadBalancerName": "name"},
		func(all, p map[string]any) {
			balancerScheme(all, p)
			all["listener"] = renamedIn(p["Listeners"], map[string]string{"LoadBalancerPort": "lb_port", "Protocol": "lb_protocol"})
		},
	},
	"AWS::Lambda::Function": {
		"aws_lambda_function",
		map[string]string{"FunctionName": "function_name"},
		func(all, p map[string]any) {
			switch c := p["VpcConfig"].(type) {
			case map[string]any:
				all["vpc_config"] = []any{map[string]any{"security_group_ids": c["SecurityGroupIds"], "subnet_ids": c["SubnetIds"]}}
			case later:
				all["vpc_config"] = c
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
			parts(all, p["PortRange"], map[string]string{"From": "from_port", "To": "to_port"})
			parts(all, p["Icmp"], map[string]string{"Type": "icmp_type", "Code": "icmp_code"})
		},
	},
	"AWS::EC2::VPCPeeringConnection": {"aws_vpc_peering_connection", map[string]string{"VpcId": "vpc_id", "PeerVpcId": "peer_vpc_id", "PeerOwnerId": "peer_owner_id", "PeerRegion": "peer_region"}, nil},
	"AWS::EC2::FlowLog": {"aws_flow_log", map[string]string{"TrafficType": "traffic_type"}, func(all, p map[string]any) {
		kind, _ := p["ResourceType"].(string)
		if key := map[string]string{"VPC": "vpc_id", "Subnet": "subnet_id", "NetworkInterface": "eni_id"}[kind]; key != "" {
			all[key] = p["ResourceId"]
		}
	}},
	"AWS::Config::ConfigurationRecorder":      {"aws_config_configuration_recorder", map[string]string{"Name": "name"}, recordingGroup},
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
