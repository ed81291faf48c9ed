package awsclient

import (
	"context"
	"slices"
	"time"

	"github.com/sgaudit/sgaudit/inventory"
)

// sweep is the reading of one list of a part, and the operation that it begins with.
type sweep struct {
	part      inventory.Part
	operation string
	read      func(ctx context.Context, r *reader, p *pager) error
	maxRPS    float64 // where the API's own bucket is smaller than most
}

// lists is the one table of what a run reads, with those of
// inventory.ReferrerServices behind the others. A part is read when all of its
// lists came to their end.
var lists = withReferrers([]sweep{
	{part: inventory.PartGroups, operation: "ec2:DescribeSecurityGroups", read: readGroups},
	{part: inventory.PartInterfaces, operation: "ec2:DescribeNetworkInterfaces", read: readInterfaces},
	{part: inventory.PartRules, operation: "ec2:DescribeSecurityGroupRules", read: readRules},
	{part: inventory.PartPrefixLists, operation: "ec2:DescribeManagedPrefixLists", read: readPrefixLists},
	{part: inventory.PartVPCs, operation: "ec2:DescribeVpcs", read: readVPCs},
	{part: inventory.PartSubnets, operation: "ec2:DescribeSubnets", read: readSubnets},
	{part: inventory.PartRouteTables, operation: "ec2:DescribeRouteTables", read: readRouteTables},
	{part: inventory.PartNetworkACLs, operation: "ec2:DescribeNetworkAcls", read: readNetworkACLs},
	{part: inventory.PartInternetGateways, operation: "ec2:DescribeInternetGateways", read: readInternetGateways},
	{part: inventory.PartNATGateways, operation: "ec2:DescribeNatGateways", read: readNATGateways},
	{part: inventory.PartFlowLogs, operation: "ec2:DescribeFlowLogs", read: readFlowLogs},
	{part: inventory.PartPeerings, operation: "ec2:DescribeVpcPeeringConnections", read: readPeerings},
	{part: inventory.PartPublicAccess, operation: "ec2:DescribeVpcBlockPublicAccessOptions", read: readPublicAccess},
	{part: inventory.PartPublicAccess, operation: "ec2:DescribeVpcBlockPublicAccessExclusions", read: readExclusions},
	{part: inventory.PartAssociations, operation: "ec2:DescribeSecurityGroupVpcAssociations", read: readAssociations},
	{part: inventory.PartStale, operation: "ec2:DescribeStaleSecurityGroups", read: readStale, maxRPS: 4},
	{part: inventory.PartLaunchTemplates, operation: "ec2:DescribeLaunchTemplateVersions", read: readLaunchTemplates},
	{part: inventory.PartEndpoints, operation: "ec2:DescribeVpcEndpoints", read: readVPCEndpoints},
	{part: inventory.PartEndpoints, operation: "ec2:DescribeClientVpnEndpoints", read: readClientVPNEndpoints},
	{part: inventory.PartEndpoints, operation: "ec2:DescribeVerifiedAccessEndpoints", read: readVerifiedAccessEndpoints},
	{part: inventory.PartEndpoints, operation: "ec2:DescribeInstanceConnectEndpoints", read: readInstanceConnectEndpoints},
	{part: inventory.PartLoadBalancers, operation: "elasticloadbalancing:DescribeLoadBalancers", read: readLoadBalancers, maxRPS: 8},
	{part: inventory.PartLoadBalancers, operation: "elasticloadbalancing:DescribeLoadBalancers", read: readClassicLoadBalancers, maxRPS: 8},
	{part: inventory.PartListeners, operation: "elasticloadbalancing:DescribeListeners", read: readListeners, maxRPS: 8},
	{part: inventory.PartFunctions, operation: "lambda:ListFunctions", read: readFunctions, maxRPS: 10},
	{part: inventory.PartWebACLs, operation: "wafv2:ListWebACLs", read: readWebACLs, maxRPS: 5},
	{part: inventory.PartQuotas, operation: "servicequotas:GetServiceQuota", read: readQuotas, maxRPS: 5},
	{part: inventory.PartRecorders, operation: "config:DescribeConfigurationRecorders", read: readRecorders, maxRPS: 5},
	{part: inventory.PartConfigResources, operation: "config:SelectResourceConfig", read: readConfigResources, maxRPS: 5},
})

// Actions returns the IAM actions that a run of the depth needs, sorted.
func Actions(depth inventory.Depth) []string {
	actions := []string{"ec2:DescribeRegions"}
	for _, part := range depth.Parts().Each() {
		actions = append(actions, part.Operations()...)
	}
	slices.Sort(actions)
	return slices.Compact(actions)
}

// Limits returns what keeps a run polite: calls a second of each API in each
// region, those of APIs with a smaller allowance by their action, regions side
// by side, and the time that each region has.
func (c *Client) Limits() (rps float64, smaller map[string]float64, regions int, deadline time.Duration) {
	smaller = map[string]float64{}
	for _, l := range lists {
		if l.maxRPS > 0 && c.opts.Depth.Parts().Has(l.part) {
			smaller[l.operation] = min(l.maxRPS, c.opts.MaxRPS)
		}
	}
	return c.opts.MaxRPS, smaller, c.opts.Concurrency, c.opts.RegionDeadline
}

// operationError is the failure of another operation than the one that its
// list begins with.
type operationError struct {
	operation string
	error
}

func (e operationError) Unwrap() error { return e.error }
