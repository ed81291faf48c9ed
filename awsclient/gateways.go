package awsclient

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
	"github.com/sgaudit/sgaudit/inventory"
)

func readInternetGateways(ctx context.Context, r *reader, p *pager) error {
	return list(ctx, p, r.ec2.DescribeInternetGateways,
		func(token *string) *ec2.DescribeInternetGatewaysInput {
			return &ec2.DescribeInternetGatewaysInput{MaxResults: aws.Int32(pageSize), NextToken: token}
		},
		func(out *ec2.DescribeInternetGatewaysOutput) ([]types.InternetGateway, *string) {
			return out.InternetGateways, out.NextToken
		},
		func(g *types.InternetGateway) {
			if id, ok := r.id(inventory.PartInternetGateways, "an internet gateway", g.InternetGatewayId); ok {
				r.region.InternetGateways = append(r.region.InternetGateways, inventory.Gateway{ID: id, VPCs: attachedVPCs(g.Attachments)})
			}
		})
}

// attachedVPCs returns the VPCs to which a gateway is attached now. EC2 says
// "available" for internet gateways where its documentation says "attached".
func attachedVPCs(list []types.InternetGatewayAttachment) []string {
	var vpcs []string
	for _, a := range list {
		if a.State == "available" || a.State == types.AttachmentStatusAttached {
			vpcs = append(vpcs, ec2xml.Shared(a.VpcId))
		}
	}
	return vpcs
}

func readNATGateways(ctx context.Context, r *reader, p *pager) error {
	return list(ctx, p, r.ec2.DescribeNatGateways,
		func(token *string) *ec2.DescribeNatGatewaysInput {
			return &ec2.DescribeNatGatewaysInput{MaxResults: aws.Int32(pageSize), NextToken: token}
		},
		func(out *ec2.DescribeNatGatewaysOutput) ([]types.NatGateway, *string) {
			return out.NatGateways, out.NextToken
		},
		func(g *types.NatGateway) {
			if id, ok := r.id(inventory.PartNATGateways, "a NAT gateway", g.NatGatewayId); ok {
				r.region.NATGateways = append(r.region.NATGateways, inventory.NATGateway{
					ID: id, VPC: ec2xml.Shared(g.VpcId), Subnet: ec2xml.Shared(g.SubnetId), State: string(g.State),
				})
			}
		})
}
