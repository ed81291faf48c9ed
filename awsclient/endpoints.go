package awsclient

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
	"github.com/sgaudit/sgaudit/inventory"
)

// addEndpoint is called by several lists at once.
func (r *reader) addEndpoint(text, vpc *string, service string, groups []string) {
	id, ok := r.id(inventory.PartEndpoints, "an endpoint of "+service, text)
	if !ok {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.region.Endpoints = append(r.region.Endpoints, inventory.Endpoint{ID: id, VPC: ec2xml.Shared(vpc), Service: service, Groups: groups})
}

func readVPCEndpoints(ctx context.Context, r *reader, p *pager) error {
	return list(ctx, p, r.ec2.DescribeVpcEndpoints,
		func(token *string) *ec2.DescribeVpcEndpointsInput {
			return &ec2.DescribeVpcEndpointsInput{MaxResults: aws.Int32(pageSize), NextToken: token}
		},
		func(out *ec2.DescribeVpcEndpointsOutput) ([]types.VpcEndpoint, *string) {
			return out.VpcEndpoints, out.NextToken
		},
		func(e *types.VpcEndpoint) {
			var groups []string
			for k := range e.Groups {
				groups = append(groups, ec2xml.Shared(e.Groups[k].GroupId))
			}
			r.addEndpoint(e.VpcEndpointId, e.VpcId, aws.ToString(e.ServiceName), groups)
		})
}

func readClientVPNEndpoints(ctx context.Context, r *reader, p *pager) error {
	return list(ctx, p, r.ec2.DescribeClientVpnEndpoints,
		func(token *string) *ec2.DescribeClientVpnEndpointsInput {
			return &ec2.DescribeClientVpnEndpointsInput{MaxResults: aws.Int32(pageSize), NextToken: token}
		},
		func(out *ec2.DescribeClientVpnEndpointsOutput) ([]types.ClientVpnEndpoint, *string) {
			return out.ClientVpnEndpoints, out.NextToken
		},
		func(e *types.ClientVpnEndpoint) {
			r.addEndpoint(e.ClientVpnEndpointId, e.VpcId, "client-vpn", e.SecurityGroupIds)
		})
}

func readVerifiedAccessEndpoints(ctx context.Context, r *reader, p *pager) error {
	return list(ctx, p, r.ec2.DescribeVerifiedAccessEndpoints,
		func(token *string) *ec2.DescribeVerifiedAccessEndpointsInput {
			return &ec2.DescribeVerifiedAccessEndpointsInput{MaxResults: aws.Int32(pageSize), NextToken: token}
		},
		func(out *ec2.DescribeVerifiedAccessEndpointsOutput) ([]types.VerifiedAccessEndpoint, *string) {
			return out.VerifiedAccessEndpoints, out.NextToken
		},
		func(e *types.VerifiedAccessEndpoint) {
			r.addEndpoint(e.VerifiedAccessEndpointId, nil, "verified-access", e.SecurityGroupIds)
		})
}

const connectPage = 50 // most of a page of EC2 Instance Connect endpoints

func readInstanceConnectEndpoints(ctx context.Context, r *reader, p *pager) error {
	return list(ctx, p, r.ec2.DescribeInstanceConnectEndpoints,
		func(token *string) *ec2.DescribeInstanceConnectEndpointsInput {
			return &ec2.DescribeInstanceConnectEndpointsInput{MaxResults: aws.Int32(connectPage), NextToken: token}
		},
		func(out *ec2.DescribeInstanceConnectEndpointsOutput) ([]types.Ec2InstanceConnectEndpoint, *string) {
			return out.InstanceConnectEndpoints, out.NextToken
		},
		func(e *types.Ec2InstanceConnectEndpoint) {
			r.addEndpoint(e.InstanceConnectEndpointId, e.VpcId, "instance-connect", e.SecurityGroupIds)
		})
}
