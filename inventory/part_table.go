package inventory

// partRow is all that is to know of a part. A new part has a constant, a row, and
// a field in Region.
type partRow struct {
	part       Part
	name       string   // in words
	key        string   // in a snapshot: the JSON key of its field in Region, but for the ids of rules, which are in the rules
	field      string   // the JSON key of its field in Region, where that holds other parts too; empty: key
	depth      Depth    // the least depth that reads it; empty: no run reads it
	operations []string // IAM actions of the calls that fill it
	items      items    // nil: it has no field of its own
}

// partTable is one row for each part, those of ReferrerServices behind the others.
var partTable = withReferrers([]partRow{
	{
		part: PartGroups, name: "security groups", key: "security_groups", depth: DepthGroups,
		operations: []string{"ec2:DescribeSecurityGroups"},
		items:      groupItems{},
	},
	{
		part: PartInterfaces, name: "network interfaces", key: "network_interfaces", depth: DepthGroups,
		operations: []string{"ec2:DescribeNetworkInterfaces"},
		items:      listOf[Interface]{of: func(r *Region) *[]Interface { return &r.Interfaces }, id: (*Interface).id, tidy: (*Interface).tidy, merge: mergeInterfaces},
	},
	{
		part: PartRules, name: "security group rule ids", key: "security_group_rule_ids", depth: DepthNetwork,
		operations: []string{"ec2:DescribeSecurityGroupRules"},
	},
	{
		part: PartPrefixLists, name: "managed prefix lists", key: "prefix_lists", depth: DepthNetwork,
		operations: []string{"ec2:DescribeManagedPrefixLists", "ec2:GetManagedPrefixListEntries"},
		items: listOf[PrefixList]{
			of:   func(r *Region) *[]PrefixList { return &r.PrefixLists },
			id:   func(x *PrefixList) string { return x.ID },
			tidy: (*PrefixList).tidy,
		},
	},
	{
		part: PartVPCs, name: "VPCs", key: "vpcs", depth: DepthNetwork,
		operations: []string{"ec2:DescribeVpcs"},
		items: listOf[VPC]{
			of:   func(r *Region) *[]VPC { return &r.VPCs },
			id:   func(x *VPC) string { return x.ID },
			tidy: (*VPC).tidy, once: true,
		},
	},
	{
		part: PartSubnets, name: "subnets", key: "subnets", depth: DepthNetwork,
		operations: []string{"ec2:DescribeSubnets"},
		items: listOf[Subnet]{
			of:   func(r *Region) *[]Subnet { return &r.Subnets },
			id:   func(x *Subnet) string { return x.ID },
			tidy: (*Subnet).tidy, once: true,
		},
	},
	{
		part: PartRouteTables, name: "route tables", key: "route_tables", depth: DepthNetwork,
		operations: []string{"ec2:DescribeRouteTables"},
		items: listOf[RouteTable]{
			of:   func(r *Region) *[]RouteTable { return &r.RouteTables },
			id:   func(x *RouteTable) string { return x.ID },
			tidy: (*RouteTable).tidy, once: true,
		},
	},
	{
		part: PartNetworkACLs, name: "network ACLs", key: "network_acls", depth: DepthNetwork,
		operations: []string{"ec2:DescribeNetworkAcls"},
		items: listOf[NetworkACL]{
			of:   func(r *Region) *[]NetworkACL { return &r.NetworkACLs },
			id:   func(x *NetworkACL) string { return x.ID },
			tidy: (*NetworkACL).tidy, once: true,
		},
	},
	{
		part: PartInternetGateways, name: "internet gateways", key: "internet_gateways", depth: DepthNetwork,
		operations: []string{"ec2:DescribeInternetGateways"},
		items: listOf[Gateway]{
			of:   func(r *Region) *[]Gateway { return &r.InternetGateways },
			id:   func(x *Gateway) string { return x.ID },
			tidy: (*Gateway).tidy, once: true,
		},
	},
	{
		part: PartEgressGateways, name: "egress-only internet gateways", key: "egress_only_internet_gateways", // of made-up estates alone: nothing comes in through them
		items: listOf[Gateway]{
			of:   func(r *Region) *[]Gateway { return &r.EgressGateways },
			id:   func(x *Gateway) string { return x.ID },
			tidy: (*Gateway).tidy,
		},
	},
	{
		part: PartNATGateways, name: "NAT gateways", key: "nat_gateways", depth: DepthNetwork,
		operations: []string{"ec2:DescribeNatGateways"},
		items: listOf[NATGateway]{
			of:   func(r *Region) *[]NATGateway { return &r.NATGateways },
			id:   func(x *NATGateway) string { return x.ID },
			once: true,
		},
	},
	{
		part: PartPeerings, name: "VPC peering connections", key: "vpc_peering_connections", depth: DepthNetwork,
		operations: []string{"ec2:DescribeVpcPeeringConnections"},
		items: listOf[Peering]{
			of:   func(r *Region) *[]Peering { return &r.Peerings },
			id:   func(x *Peering) string { return x.ID },
			tidy: (*Peering).tidy, once: true,
		},
	},
	{
		part: PartPublicAccess, name: "VPC block public access", key: "vpc_block_public_access", depth: DepthNetwork,
		operations: []string{"ec2:DescribeVpcBlockPublicAccessOptions", "ec2:DescribeVpcBlockPublicAccessExclusions"},
		items:      publicAccessItems{},
	},
	{
		part: PartAssociations, name: "security group VPC associations", key: "security_group_vpc_associations", depth: DepthNetwork,
		operations: []string{"ec2:DescribeSecurityGroupVpcAssociations"},
		items: listOf[Association]{
			of:   func(r *Region) *[]Association { return &r.Associations },
			id:   func(x *Association) string { return x.Group + " " + x.VPC + " " + x.State },
			name: func(x *Association) string { return x.Group + " " + x.VPC },
		},
	},
	{
		part: PartStale, name: "stale security group references", key: "stale_references", depth: DepthNetwork,
		operations: []string{"ec2:DescribeStaleSecurityGroups"},
		items: listOf[StaleReference]{
			of: func(r *Region) *[]StaleReference { return &r.Stale },
			id: func(x *StaleReference) string {
				return x.Group + " " + x.Direction.String() + " " + x.Traffic.String() + " " + x.Peer.ID
			},
			follows: true,
		},
	},
	{
		part: PartLaunchTemplates, name: "launch templates", key: "launch_templates", depth: DepthNetwork,
		operations: []string{"ec2:DescribeLaunchTemplateVersions"},
		items: listOf[LaunchTemplate]{
			of:   func(r *Region) *[]LaunchTemplate { return &r.LaunchTemplates },
			id:   func(x *LaunchTemplate) string { return x.ID },
			tidy: (*LaunchTemplate).tidy,
		},
	},
	{
		part: PartEndpoints, name: "VPC endpoints", key: "vpc_endpoints", depth: DepthNetwork,
		operations: []string{
			"ec2:DescribeVpcEndpoints",
			"ec2:DescribeClientVpnEndpoints",
			"ec2:DescribeVerifiedAccessEndpoints",
			"ec2:DescribeInstanceConnectEndpoints",
		},
		items: listOf[Endpoint]{
			of:   func(r *Region) *[]Endpoint { return &r.Endpoints },
			id:   func(x *Endpoint) string { return x.ID },
			tidy: (*Endpoint).tidy, once: true,
		},
	},
	{
		part: PartLoadBalancers, name: "load balancers", key: "load_balancers", depth: DepthServices,
		operations: []string{"elasticloadbalancing:DescribeLoadBalancers"},
		items: listOf[LoadBalancer]{
			of:   func(r *Region) *[]LoadBalancer { return &r.LoadBalancers },
			id:   func(x *LoadBalancer) string { return x.Kind + " " + x.Name },
			tidy: (*LoadBalancer).tidy, once: true, called: func(x *LoadBalancer) string { return x.Kind + " load balancer " + x.Name },
		},
	},
	{
		part: PartFunctions, name: "Lambda functions", key: "lambda_functions", depth: DepthServices,
		operations: []string{"lambda:ListFunctions"},
		items: listOf[Function]{
			of:   func(r *Region) *[]Function { return &r.Functions },
			id:   func(x *Function) string { return x.ARN + " " + x.Name },
			tidy: (*Function).tidy, name: func(x *Function) string { return x.Name },
		},
	},
	{
		part: PartFlowLogs, name: "VPC flow logs", key: "flow_logs", depth: DepthNetwork,
		operations: []string{"ec2:DescribeFlowLogs"},
		items: listOf[FlowLog]{
			of:   func(r *Region) *[]FlowLog { return &r.FlowLogs },
			id:   func(x *FlowLog) string { return x.ID },
			once: true,
		},
	},
	{
		part: PartWebACLs, name: "WAF web ACLs", key: "web_acls", depth: DepthServices,
		operations: []string{"wafv2:ListWebACLs", "wafv2:ListResourcesForWebACL"},
		items: listOf[WebACL]{
			of:   func(r *Region) *[]WebACL { return &r.WebACLs },
			id:   func(x *WebACL) string { return x.ARN + " " + x.Name },
			tidy: (*WebACL).tidy, once: true, name: func(x *WebACL) string { return x.Name }, called: func(x *WebACL) string { return x.ARN },
		},
	},
	{
		part: PartRecorders, name: "AWS Config recorders", key: "config_recorders", depth: DepthServices,
		operations: []string{"config:DescribeConfigurationRecorders", "config:DescribeConfigurationRecorderStatus"},
		items: listOf[Recorder]{
			of:   func(r *Region) *[]Recorder { return &r.Recorders },
			id:   func(x *Recorder) string { return x.Name },
			tidy: func(x *Recorder) { x.Except = sortStrings(x.Except) },
			once: true, called: func(x *Recorder) string { return "configuration recorder " + x.Name },
		},
	},
	{
		part: PartListeners, name: "load balancer listeners", key: "load_balancer_listeners", depth: DepthServices,
		operations: []string{"elasticloadbalancing:DescribeListeners"},
		items: listOf[Listener]{
			of: func(r *Region) *[]Listener { return &r.Listeners },
			id: func(x *Listener) string { return x.Kind + " " + x.Name + " " + x.Traffic.String() },
		},
	},
	{
		part: PartQuotas, name: "service quotas", key: "service_quotas", depth: DepthServices,
		operations: []string{"servicequotas:GetServiceQuota"},
		items: listOf[Quota]{
			of: func(r *Region) *[]Quota { return &r.Quotas },
			id: func(x *Quota) string { return x.Code },
		},
	},
	{
		part: PartConfigResources, name: "resources in AWS Config", key: "config_resources", depth: DepthServices,
		operations: []string{"config:SelectResourceConfig"},
		items: listOf[Referrer]{
			of:   func(r *Region) *[]Referrer { return &r.ConfigResources },
			id:   (*Referrer).key,
			tidy: (*Referrer).tidy,
			name: (*Referrer).Words,
		},
	},
})

// fieldKey returns the JSON key of the field in Region.
func (row *partRow) fieldKey() string {
	if row.field != "" {
		return row.field
	}
	return row.key
}

// row returns the row of a single part; for anything else, one without content.
func (p Part) row() *partRow {
	for i := range partTable {
		if partTable[i].part == p {
			return &partTable[i]
		}
	}
	return &partRow{}
}
