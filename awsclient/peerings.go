package awsclient

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
	"github.com/sgaudit/sgaudit/inventory"
)

func readPeerings(ctx context.Context, r *reader, p *pager) error {
	return list(ctx, p, r.ec2.DescribeVpcPeeringConnections,
		func(token *string) *ec2.DescribeVpcPeeringConnectionsInput {
			return &ec2.DescribeVpcPeeringConnectionsInput{MaxResults: aws.Int32(pageSize), NextToken: token}
		},
		func(out *ec2.DescribeVpcPeeringConnectionsOutput) ([]types.VpcPeeringConnection, *string) {
			return out.VpcPeeringConnections, out.NextToken
		},
		r.addPeering)
}

func (r *reader) addPeering(p *types.VpcPeeringConnection) {
	id, ok := r.id(inventory.PartPeerings, "a VPC peering connection", p.VpcPeeringConnectionId)
	if !ok {
		return
	}
	peering := inventory.Peering{ID: id, Requester: r.peeringEnd(p.RequesterVpcInfo), Accepter: r.peeringEnd(p.AccepterVpcInfo)}
	if p.Status != nil {
		peering.Status = string(p.Status.Code)
	}
	r.region.Peerings = append(r.region.Peerings, peering)
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
