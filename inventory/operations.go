package inventory

// partOperations are the calls that fill each part. Every one of them has to
// end well before the part counts as read.
var partOperations = map[Part][]string{
	PartGroups:           {"ec2:DescribeSecurityGroups"},
	PartInterfaces:       {"ec2:DescribeNetworkInterfaces"},
	PartRules:            {"ec2:DescribeSecurityGroupRules"},
	PartPrefixLists:      {"ec2:DescribeManagedPrefixLists", "ec2:GetManagedPrefixListEntries"},
	PartVPCs:             {"ec2:DescribeVpcs"},
	PartSubnets:          {"ec2:DescribeSubnets"},
	PartRouteTables:      {"ec2:DescribeRouteTables"},
	PartNetworkACLs:      {"ec2:DescribeNetworkAcls"},
	PartInternetGateways: {"ec2:DescribeInternetGateways"},
	PartNATGateways:      {"ec2:DescribeNatGateways"},
	PartPeerings:         {"ec2:DescribeVpcPeeringConnections"},
	PartPublicAccess:     {"ec2:DescribeVpcBlockPublicAccessOptions", "ec2:DescribeVpcBlockPublicAccessExclusions"},
	PartAssociations:     {"ec2:DescribeSecurityGroupVpcAssociations"},
	PartStale:            {"ec2:DescribeStaleSecurityGroups"},
	PartLaunchTemplates:  {"ec2:DescribeLaunchTemplateVersions"},
	PartEndpoints: {
		"ec2:DescribeVpcEndpoints", "ec2:DescribeClientVpnEndpoints",
		"ec2:DescribeVerifiedAccessEndpoints", "ec2:DescribeInstanceConnectEndpoints",
	},
	PartLoadBalancers: {"elasticloadbalancing:DescribeLoadBalancers"},
	PartListeners:     {"elasticloadbalancing:DescribeListeners"},
	PartFunctions:     {"lambda:ListFunctions"},
	PartFlowLogs:      {"ec2:DescribeFlowLogs"},
	PartWebACLs:       {"wafv2:ListWebACLs", "wafv2:ListResourcesForWebACL"},
	PartQuotas:        {"servicequotas:GetServiceQuota"},
	PartRecorders:     {"config:DescribeConfigurationRecorders", "config:DescribeConfigurationRecorderStatus"},
}

// Operations returns the IAM actions of the calls that fill the part.
func (p Part) Operations() []string { return partOperations[p] }
