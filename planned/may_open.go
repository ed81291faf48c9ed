package planned

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// openers are types of resources that are not applied, though they may open something:
// what they do to the network or what else they create is not in the plan.
var openers = map[string]string{
	"aws_vpn_gateway_route_propagation":    propagates,
	"AWS::EC2::VPNGatewayRoutePropagation": propagates,

	"aws_vpc_route_server_propagation": serves,
	"AWS::EC2::RouteServerPropagation": serves,

	"aws_cloudfront_vpc_origin":  fronts,
	"AWS::CloudFront::VpcOrigin": fronts,

	"aws_vpc_ipv4_cidr_block_association": addsRange,
	"aws_vpc_ipv6_cidr_block_association": addsRange,
	"AWS::EC2::VPCCidrBlock":              addsRange,
	"AWS::EC2::SubnetCidrBlock":           addsRange,

	"aws_globalaccelerator_endpoint_group":                accelerates,
	"aws_globalaccelerator_custom_routing_endpoint_group": accelerates,
	"AWS::GlobalAccelerator::EndpointGroup":               accelerates,

	"aws_ec2_client_vpn_network_association":      joinsVPN,
	"AWS::EC2::ClientVpnTargetNetworkAssociation": joinsVPN,

	"aws_ec2_transit_gateway_vpc_attachment": joinsTransit,
	"AWS::EC2::TransitGatewayAttachment":     joinsTransit,
	"AWS::EC2::TransitGatewayVpcAttachment":  joinsTransit,

	"aws_api_gateway_vpc_link":   linksAPIs,
	"AWS::ApiGateway::VpcLink":   linksAPIs,
	"aws_apigatewayv2_vpc_link":  linksAPIs,
	"AWS::ApiGatewayV2::VpcLink": linksAPIs,

	"aws_directory_service_directory":    makesGroups,
	"AWS::DirectoryService::MicrosoftAD": makesGroups,
	"AWS::DirectoryService::SimpleAD":    makesGroups,
	"aws_cloud9_environment_ec2":         makesGroups,
	"AWS::Cloud9::EnvironmentEC2":        makesGroups,
	"aws_workspaces_directory":           makesGroups,

	"aws_cloudformation_stack":                              stacks,
	"aws_cloudformation_stack_set":                          stacks,
	"aws_cloudformation_stack_set_instance":                 stacks,
	"aws_cloudformation_stack_instances":                    stacks,
	"aws_servicecatalog_provisioned_product":                stacks,
	"AWS::CloudFormation::StackSet":                         stacks,
	"AWS::ServiceCatalog::CloudFormationProvisionedProduct": stacks,
}

const (
	propagates   = "sgaudit does not apply it: which routes a virtual private gateway adds to the route table is not in the plan"
	serves       = "sgaudit does not apply it: which routes a route server adds to the route table is not in the plan"
	fronts       = "sgaudit does not apply it: what the internet can reach through CloudFront is not known"
	addsRange    = "sgaudit does not apply it: what can be reached at the new addresses of the VPC or subnet is not known"
	accelerates  = "sgaudit does not apply it: what the internet can reach through the accelerator is not known"
	joinsVPN     = "sgaudit does not apply it: what the clients of the VPN can reach is not known"
	joinsTransit = "sgaudit does not apply it: what other networks can reach through the transit gateway is not known"
	linksAPIs    = "sgaudit does not apply it: what the internet can reach through API Gateway is not known"
	makesGroups  = "sgaudit does not apply it: AWS creates security groups for it, and their rules are not in the plan"
	stacks       = "the resources of the stack are not in the plan: simulate its change set too"
)

// mayOpen notes a resource that is not applied, and that may open something. A resource of
// a type of AWS that belongs to another provider may open or close anything.
func (c *copyOf) mayOpen(r *Resource) {
	text := openers[r.Type]
	switch custom := customOpens(r.Type); {
	case custom != "": // its deletion too
		text = custom
	case r.Provider != "" && strings.HasPrefix(r.Type, "aws_"):
		text = fmt.Sprintf("sgaudit does not apply it: its provider, %.80q, is not known to be a form of the AWS provider", r.Provider)
	case r.After == nil:
		return
	case text == "":
		name := pendingBlock(r.After)
		if name == "" {
			return
		}
		c.outcome.Unknown = append(c.outcome.Unknown, Note{Address: r.Address, Attribute: name, Text: "it is known after apply, and security groups may be in it"})
		return
	}
	c.outcome.Unknown = append(c.outcome.Unknown, Note{Address: r.Address, Text: text})
}

// allocates notes that a plan gives other Elastic IP addresses to a resource that holds them
// in a list, as a server of AWS Transfer Family does.
func (c *copyOf) allocates(r *Resource) {
	isList := func(key string) bool { return plain(key) == "addressallocationids" }
	for _, name := range otherValues(attributesOf(r.Before, isList), attributesOf(r.After, isList)) {
		if r.After != nil {
			c.outcome.Unknown = append(c.outcome.Unknown, Note{Address: r.Address, Attribute: name, Text: "sgaudit does not apply it: what the internet can reach through the Elastic IP addresses is not known"})
		}
	}
}

// notApplied notes that the plan gives an attribute that is not applied to what it creates,
// or another value of it to what exists. Where it takes the value, nothing opens.
func (a *action) notApplied(key, text string) {
	isOne := func(name string) bool { return name == key }
	var was map[string]string
	if a.updates() {
		was = attributesOf(a.Before, isOne)
	}
	if is := attributesOf(a.After, isOne); is[key] != "" && len(otherValues(was, is)) > 0 {
		a.unknown(key, "%s", text)
	}
}

// holdsGroups are the plain names of blocks with security groups in them.
var holdsGroups = []string{
	"awsvpcconfiguration", "networkconfiguration", "vpcconfig", "vpcconfiguration", "resourcesvpcconfig", "vpcoptions", "vpcsettings", "vpcconnector",
	"brokernodegroupinfo", "computeresources", "launchtemplatedata", "networkinterface", "networkinterfaces",
}

// pendingBlock returns the name of the first block with security groups in it that is known
// after apply only, as a whole, or nothing.
func pendingBlock(all map[string]any) string {
	for _, key := range slices.Sorted(maps.Keys(all)) {
		items, isList := all[key].([]any)
		if !isList {
			items = []any{all[key]}
		}
		for _, item := range items {
			switch x := item.(type) {
			case later:
				if !x.computed && slices.Contains(holdsGroups, plain(key)) {
					return key
				}
			case map[string]any:
				if name := pendingBlock(x); name != "" {
					return key + "." + name
				}
			}
		}
	}
	return ""
}
