package saved

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/sgaudit/sgaudit/inventory"
)

// answerKind is one kind of answer that files may hold. Other services use the
// same keys for other things (the SecurityGroups of an EFS mount target are
// plain ids, those of an instance have no rules), so that an answer counts only
// if its items are what EC2 answers with.
type answerKind struct {
	part      inventory.Part
	service   string // the SDK's id of the service
	operation string
	id        string   // a member that every item has; empty where the key holds one object
	with      []string // members of which every item has at least one
	decode    func(text []byte) (any, error)
}

func decoded[T any](text []byte) (any, error) {
	out := new(T)
	err := json.Unmarshal(text, out)
	return out, err
}

// kinds are the answers that files may hold, by the key under which the
// AWS CLI prints them. The SDK's types have the names of that JSON, so that
// the reader of live answers reads saved ones too.
var kinds = withReferrers(map[string]answerKind{
	"SecurityGroups":                 {inventory.PartGroups, "EC2", "DescribeSecurityGroups", "GroupId", []string{"IpPermissions", "IpPermissionsEgress", "OwnerId"}, decoded[ec2.DescribeSecurityGroupsOutput]},
	"NetworkInterfaces":              {inventory.PartInterfaces, "EC2", "DescribeNetworkInterfaces", "NetworkInterfaceId", []string{"Groups", "PrivateIpAddresses", "InterfaceType", "Status", "OwnerId"}, decoded[ec2.DescribeNetworkInterfacesOutput]},
	"SecurityGroupRules":             {inventory.PartRules, "EC2", "DescribeSecurityGroupRules", "SecurityGroupRuleId", nil, decoded[ec2.DescribeSecurityGroupRulesOutput]},
	"PrefixLists":                    {inventory.PartPrefixLists, "EC2", "DescribeManagedPrefixLists", "PrefixListId", []string{"PrefixListArn", "OwnerId", "AddressFamily", "MaxEntries"}, decoded[ec2.DescribeManagedPrefixListsOutput]},
	"Vpcs":                           {inventory.PartVPCs, "EC2", "DescribeVpcs", "VpcId", []string{"CidrBlock", "CidrBlockAssociationSet"}, decoded[ec2.DescribeVpcsOutput]},
	"Subnets":                        {inventory.PartSubnets, "EC2", "DescribeSubnets", "SubnetId", []string{"CidrBlock", "Ipv6CidrBlockAssociationSet"}, decoded[ec2.DescribeSubnetsOutput]},
	"RouteTables":                    {inventory.PartRouteTables, "EC2", "DescribeRouteTables", "RouteTableId", []string{"Routes"}, decoded[ec2.DescribeRouteTablesOutput]},
	"NetworkAcls":                    {inventory.PartNetworkACLs, "EC2", "DescribeNetworkAcls", "NetworkAclId", []string{"Entries"}, decoded[ec2.DescribeNetworkAclsOutput]},
	"InternetGateways":               {inventory.PartInternetGateways, "EC2", "DescribeInternetGateways", "InternetGatewayId", nil, decoded[ec2.DescribeInternetGatewaysOutput]},
	"NatGateways":                    {inventory.PartNATGateways, "EC2", "DescribeNatGateways", "NatGatewayId", nil, decoded[ec2.DescribeNatGatewaysOutput]},
	"FlowLogs":                       {inventory.PartFlowLogs, "EC2", "DescribeFlowLogs", "FlowLogId", nil, decoded[ec2.DescribeFlowLogsOutput]},
	"VpcPeeringConnections":          {inventory.PartPeerings, "EC2", "DescribeVpcPeeringConnections", "VpcPeeringConnectionId", nil, decoded[ec2.DescribeVpcPeeringConnectionsOutput]},
	"VpcBlockPublicAccessOptions":    {inventory.PartPublicAccess, "EC2", "DescribeVpcBlockPublicAccessOptions", "", []string{"InternetGatewayBlockMode"}, decoded[ec2.DescribeVpcBlockPublicAccessOptionsOutput]},
	"VpcBlockPublicAccessExclusions": {inventory.PartPublicAccess, "EC2", "DescribeVpcBlockPublicAccessExclusions", "ExclusionId", nil, decoded[ec2.DescribeVpcBlockPublicAccessExclusionsOutput]},
	"SecurityGroupVpcAssociations":   {inventory.PartAssociations, "EC2", "DescribeSecurityGroupVpcAssociations", "GroupId", []string{"VpcOwnerId", "State"}, decoded[ec2.DescribeSecurityGroupVpcAssociationsOutput]},
	"StaleSecurityGroupSet":          {inventory.PartStale, "EC2", "DescribeStaleSecurityGroups", "GroupId", []string{"StaleIpPermissions", "StaleIpPermissionsEgress"}, decoded[ec2.DescribeStaleSecurityGroupsOutput]},
	"LaunchTemplateVersions":         {inventory.PartLaunchTemplates, "EC2", "DescribeLaunchTemplateVersions", "LaunchTemplateId", []string{"LaunchTemplateData", "VersionNumber"}, decoded[ec2.DescribeLaunchTemplateVersionsOutput]},
	"VpcEndpoints":                   {inventory.PartEndpoints, "EC2", "DescribeVpcEndpoints", "VpcEndpointId", []string{"ServiceName", "VpcEndpointType"}, decoded[ec2.DescribeVpcEndpointsOutput]},
	"ClientVpnEndpoints":             {inventory.PartEndpoints, "EC2", "DescribeClientVpnEndpoints", "ClientVpnEndpointId", nil, decoded[ec2.DescribeClientVpnEndpointsOutput]},
	"VerifiedAccessEndpoints":        {inventory.PartEndpoints, "EC2", "DescribeVerifiedAccessEndpoints", "VerifiedAccessEndpointId", nil, decoded[ec2.DescribeVerifiedAccessEndpointsOutput]},
	"InstanceConnectEndpoints":       {inventory.PartEndpoints, "EC2", "DescribeInstanceConnectEndpoints", "InstanceConnectEndpointId", nil, decoded[ec2.DescribeInstanceConnectEndpointsOutput]},
	"LoadBalancers":                  {inventory.PartLoadBalancers, "Elastic Load Balancing v2", "DescribeLoadBalancers", "LoadBalancerArn", nil, decoded[elasticloadbalancingv2.DescribeLoadBalancersOutput]},
	"LoadBalancerDescriptions":       {inventory.PartLoadBalancers, "Elastic Load Balancing", "DescribeLoadBalancers", "LoadBalancerName", nil, decoded[elasticloadbalancing.DescribeLoadBalancersOutput]},
	"Listeners":                      {inventory.PartListeners, "Elastic Load Balancing v2", "DescribeListeners", "LoadBalancerArn", []string{"ListenerArn"}, decoded[elasticloadbalancingv2.DescribeListenersOutput]},
	"ConfigurationRecorders":         {inventory.PartRecorders, "Config Service", "DescribeConfigurationRecorders", "name", []string{"recordingGroup", "roleARN", "recordingScope"}, decoded[configservice.DescribeConfigurationRecordersOutput]},
	"ConfigurationRecordersStatus":   {inventory.PartRecorders, "Config Service", "DescribeConfigurationRecorderStatus", "name", []string{"recording", "lastStatus"}, decoded[configservice.DescribeConfigurationRecorderStatusOutput]},
	"Results":                        {inventory.PartConfigResources, "Config Service", "SelectResourceConfig", "", nil, decoded[configservice.SelectResourceConfigOutput]},
	"Functions":                      {inventory.PartFunctions, "Lambda", "ListFunctions", "FunctionArn", nil, decoded[lambda.ListFunctionsOutput]},
})

// withReferrers adds the services of inventory.ReferrerServices that one call lists.
// Their reader takes the JSON as it is.
func withReferrers(all map[string]answerKind) map[string]answerKind {
	for i := range inventory.ReferrerServices {
		s := &inventory.ReferrerServices[i]
		for k := range s.Kinds {
			kind := &s.Kinds[k]
			id := kind.ID
			if id == "" {
				id = kind.Name
			}
			if key := s.SavedKey(kind); key != "" {
				if first := key[:1]; strings.ToUpper(first) == first { // so do all names of the answer
					id = strings.ToUpper(id[:1]) + id[1:]
				}
				all[key] = answerKind{s.Part(), s.API.ID, kind.Calls[0].Action, id, nil, func(text []byte) (any, error) {
					return json.RawMessage(text), nil
				}}
			}
		}
	}
	return all
}

// entriesKey is the key of get-managed-prefix-list-entries: its answers name
// no list, so that each list needs a file of its own.
const entriesKey = "Entries"

var entriesOfList = answerKind{inventory.PartPrefixLists, "EC2", "GetManagedPrefixListEntries", "Cidr", nil, decoded[ec2.GetManagedPrefixListEntriesOutput]}

// bareKinds are the keys of the items that stand without their list, as
// --query 'SecurityGroups' or one item a line leaves them, the most special
// first: a subnet names a VPC and has a block too. The members in bare are
// those by which such an item cannot be mistaken, beyond those of the kind.
var bareKinds = []struct {
	key  string
	bare []string // one of them; empty: those of the kind will do
}{
	{"SecurityGroupRules", []string{"GroupId"}},
	{"StaleSecurityGroupSet", nil},
	{"SecurityGroups", []string{"IpPermissions", "IpPermissionsEgress"}},
	{"SecurityGroupVpcAssociations", []string{"VpcOwnerId"}},
	{"NatGateways", []string{"NatGatewayAddresses"}},
	{"NetworkInterfaces", []string{"Groups"}},
	{"RouteTables", nil},
	{"NetworkAcls", nil},
	{"InternetGateways", []string{"Attachments"}},
	{"FlowLogs", []string{"ResourceId"}},
	{"VpcPeeringConnections", []string{"RequesterVpcInfo", "AccepterVpcInfo"}},
	{"VpcBlockPublicAccessExclusions", []string{"InternetGatewayExclusionMode"}},
	{"LaunchTemplateVersions", []string{"LaunchTemplateData"}},
	{"VpcEndpoints", nil},
	{"ClientVpnEndpoints", []string{"SecurityGroupIds", "VpcId"}},
	{"VerifiedAccessEndpoints", []string{"SecurityGroupIds", "VerifiedAccessInstanceId"}},
	{"InstanceConnectEndpoints", []string{"SecurityGroupIds", "SubnetId"}},
	{"Listeners", []string{"DefaultActions", "Protocol"}},
	{"LoadBalancers", []string{"Scheme", "Type"}},
	{"Functions", []string{"Runtime", "Handler", "CodeSize"}},
	{"PrefixLists", nil},
	{"Subnets", nil},
	{"Vpcs", nil},
}

// members is an answer, or an item of a list, by its members.
type members map[string]json.RawMessage

func (m members) any(names []string) bool {
	return len(names) == 0 || slices.ContainsFunc(names, func(name string) bool { _, ok := m[name]; return ok })
}

func (k *answerKind) is(m members) bool {
	_, ok := m[k.id]
	return (ok || k.id == "") && m.any(k.with)
}

// holds reports whether the value of a key is an answer of the kind. An empty
// list is. One that has other items too is damaged.
func (k *answerKind) holds(key string, value json.RawMessage) (bool, error) {
	if k.id == "" {
		var object members
		return json.Unmarshal(value, &object) == nil && k.is(object), nil
	}
	var items []json.RawMessage
	if json.Unmarshal(value, &items) != nil || items == nil {
		return false, nil
	}
	ours, other := 0, -1
	for i := range items {
		var m members
		if json.Unmarshal(items[i], &m) == nil && k.is(m) {
			ours++
		} else if other < 0 {
			other = i
		}
	}
	if ours > 0 && other >= 0 {
		return false, fmt.Errorf("%s[%d] has no %s, which the items beside it have", key, other, k.id)
	}
	return ours > 0 || len(items) == 0, nil
}

// bareKey returns the list that an item belongs to, or nothing.
func bareKey(m members) string {
	for _, b := range bareKinds {
		kind := kinds[b.key]
		if kind.is(m) && m.any(b.bare) {
			return b.key
		}
	}
	return ""
}

// keyNames lists the keys by which answers are recognised, for errors.
func keyNames() string {
	var names []string
	for key := range kinds {
		names = append(names, key)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
