package awsclient

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/time/rate"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
	"github.com/sgaudit/sgaudit/inventory"
)

// attached returns the VPCs that a gateway is attached to now. EC2 says
// "available" for internet gateways where its documentation says "attached".
func (r *reader) attached(list []types.InternetGatewayAttachment) []string {
	var vpcs []string
	for _, a := range list {
		if a.State == "available" || a.State == types.AttachmentStatusAttached {
			vpcs = append(vpcs, ec2xml.Shared(a.VpcId))
		}
	}
	return vpcs
}

func readInternetGateways(ctx context.Context, r *reader, limit *rate.Limiter) error {
	describe := r.client.DescribeInternetGateways
	return everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		out, err := describe(ctx, &ec2.DescribeInternetGatewaysInput{MaxResults: aws.Int32(pageSize), NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, g := range out.InternetGateways {
			if id, ok := r.id(inventory.PartInternetGateways, "an internet gateway", g.InternetGatewayId); ok {
				r.region.InternetGateways = append(r.region.InternetGateways, inventory.Gateway{ID: id, VPCs: r.attached(g.Attachments)})
			}
		}
		return out.NextToken, nil
	})
}

func readNATGateways(ctx context.Context, r *reader, limit *rate.Limiter) error {
	describe := r.client.DescribeNatGateways
	return everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		out, err := describe(ctx, &ec2.DescribeNatGatewaysInput{MaxResults: aws.Int32(pageSize), NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, g := range out.NatGateways {
			if id, ok := r.id(inventory.PartNATGateways, "a NAT gateway", g.NatGatewayId); ok {
				r.region.NATGateways = append(r.region.NATGateways, inventory.NATGateway{
					ID: id, VPC: ec2xml.Shared(g.VpcId), Subnet: ec2xml.Shared(g.SubnetId), State: string(g.State),
				})
			}
		}
		return out.NextToken, nil
	})
}

func readFlowLogs(ctx context.Context, r *reader, limit *rate.Limiter) error {
	describe := r.client.DescribeFlowLogs
	return everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		out, err := describe(ctx, &ec2.DescribeFlowLogsInput{MaxResults: aws.Int32(pageSize), NextToken: token})
		if err != nil {
			return nil, err
		}
		for i := range out.FlowLogs {
			l := &out.FlowLogs[i]
			id, ok := r.id(inventory.PartFlowLogs, "a flow log", l.FlowLogId)
			if !ok {
				continue
			}
			r.region.FlowLogs = append(r.region.FlowLogs, inventory.FlowLog{
				ID: id, Resource: ec2xml.Shared(l.ResourceId), Traffic: string(l.TrafficType),
				Active: aws.ToString(l.FlowLogStatus) == "ACTIVE" && aws.ToString(l.DeliverLogsStatus) != "FAILED",
			})
		}
		return out.NextToken, nil
	})
}

func readPeerings(ctx context.Context, r *reader, limit *rate.Limiter) error {
	describe := r.client.DescribeVpcPeeringConnections
	return everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		out, err := describe(ctx, &ec2.DescribeVpcPeeringConnectionsInput{MaxResults: aws.Int32(pageSize), NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, p := range out.VpcPeeringConnections {
			id, ok := r.id(inventory.PartPeerings, "a VPC peering connection", p.VpcPeeringConnectionId)
			if !ok {
				continue
			}
			peering := inventory.Peering{ID: id, Requester: r.peeringEnd(p.RequesterVpcInfo), Accepter: r.peeringEnd(p.AccepterVpcInfo)}
			if p.Status != nil {
				peering.Status = string(p.Status.Code)
			}
			r.region.Peerings = append(r.region.Peerings, peering)
		}
		return out.NextToken, nil
	})
}

func (r *reader) peeringEnd(v *types.VpcPeeringConnectionVpcInfo) inventory.PeeringEnd {
	if v == nil {
		return inventory.PeeringEnd{}
	}
	end := inventory.PeeringEnd{Account: ec2xml.Shared(v.OwnerId), Region: ec2xml.Shared(v.Region), VPC: ec2xml.Shared(v.VpcId)}
	for _, b := range v.CidrBlockSet {
		end.Prefixes = r.prefix(end.Prefixes, inventory.PartPeerings, end.VPC, b.CidrBlock)
	}
	if len(v.CidrBlockSet) == 0 {
		end.Prefixes = r.prefix(end.Prefixes, inventory.PartPeerings, end.VPC, v.CidrBlock)
	}
	for _, b := range v.Ipv6CidrBlockSet {
		end.Prefixes = r.prefix(end.Prefixes, inventory.PartPeerings, end.VPC, b.Ipv6CidrBlock)
	}
	return end
}
