package awsclient

import (
	"context"
	"net/netip"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
	"github.com/sgaudit/sgaudit/inventory"
)

func readVPCs(ctx context.Context, r *reader, p *pager) error {
	return list(ctx, p, r.ec2.DescribeVpcs,
		func(token *string) *ec2.DescribeVpcsInput {
			return &ec2.DescribeVpcsInput{MaxResults: aws.Int32(pageSize), NextToken: token}
		},
		func(out *ec2.DescribeVpcsOutput) ([]types.Vpc, *string) { return out.Vpcs, out.NextToken },
		r.addVPC)
}

func (r *reader) addVPC(v *types.Vpc) {
	id, ok := r.id(inventory.PartVPCs, "a VPC", v.VpcId)
	if !ok {
		return
	}
	r.region.VPCs = append(r.region.VPCs, inventory.VPC{
		ID: id, Owner: ec2xml.Shared(v.OwnerId), Default: aws.ToBool(v.IsDefault), Tags: ec2xml.Tags(v.Tags), Prefixes: r.blocksOf(v),
	})
}

// blocksOf returns the blocks that are associated with a VPC, IPv4 first.
func (r *reader) blocksOf(v *types.Vpc) (blocks []netip.Prefix) {
	add := func(text *string) { blocks = r.prefix(blocks, inventory.PartVPCs, aws.ToString(v.VpcId), text) }
	for _, b := range v.CidrBlockAssociationSet {
		if b.CidrBlockState == nil || b.CidrBlockState.State == types.VpcCidrBlockStateCodeAssociated {
			add(b.CidrBlock)
		}
	}
	if len(v.CidrBlockAssociationSet) == 0 {
		add(v.CidrBlock)
	}
	for _, b := range v.Ipv6CidrBlockAssociationSet {
		if b.Ipv6CidrBlockState == nil || b.Ipv6CidrBlockState.State == types.VpcCidrBlockStateCodeAssociated {
			add(b.Ipv6CidrBlock)
		}
	}
	return blocks
}

func readSubnets(ctx context.Context, r *reader, p *pager) error {
	return list(ctx, p, r.ec2.DescribeSubnets,
		func(token *string) *ec2.DescribeSubnetsInput {
			return &ec2.DescribeSubnetsInput{MaxResults: aws.Int32(pageSize), NextToken: token}
		},
		func(out *ec2.DescribeSubnetsOutput) ([]types.Subnet, *string) { return out.Subnets, out.NextToken },
		r.addSubnet)
}

func (r *reader) addSubnet(s *types.Subnet) {
	id, ok := r.id(inventory.PartSubnets, "a subnet", s.SubnetId)
	if !ok {
		return
	}
	subnet := inventory.Subnet{
		ID: id, VPC: ec2xml.Shared(s.VpcId), Owner: ec2xml.Shared(s.OwnerId), Zone: ec2xml.Shared(s.AvailabilityZone), Tags: ec2xml.Tags(s.Tags),
	}
	add := func(text *string, private bool) {
		for _, p := range r.prefix(nil, inventory.PartSubnets, subnet.ID, text) {
			subnet.Prefixes = append(subnet.Prefixes, inventory.SubnetPrefix{Prefix: p, Private: private})
		}
	}
	add(s.CidrBlock, false)
	for _, b := range s.Ipv6CidrBlockAssociationSet {
		if b.Ipv6CidrBlockState == nil || b.Ipv6CidrBlockState.State == types.SubnetCidrBlockStateCodeAssociated {
			add(b.Ipv6CidrBlock, b.Ipv6AddressAttribute == types.Ipv6AddressAttributePrivate || b.IpSource == types.IpSourceNone)
		}
	}
	r.region.Subnets = append(r.region.Subnets, subnet)
}
