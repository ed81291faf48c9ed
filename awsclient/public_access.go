package awsclient

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/time/rate"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// readPublicAccess reads the setting of VPC block public access. Where the
// region does not know the action, there is no such setting that could be on.
// A mode that is none of the three (EC2 API reference,
// VpcBlockPublicAccessOptions) is a gap.
func readPublicAccess(ctx context.Context, r *reader, limit *rate.Limiter) error {
	describe := r.client.DescribeVpcBlockPublicAccessOptions
	return everyPage(ctx, limit, func(ctx context.Context, _ *string) (*string, error) {
		out, err := describe(ctx, &ec2.DescribeVpcBlockPublicAccessOptionsInput{})
		if unknownAction(err) {
			r.region.PublicAccess = inventory.PublicAccessBlock{Mode: "off", State: inventory.PublicAccessUnsupported}
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		options := out.VpcBlockPublicAccessOptions
		if options == nil {
			options = &types.VpcBlockPublicAccessOptions{}
		}
		switch mode := options.InternetGatewayBlockMode; mode {
		case types.InternetGatewayBlockModeOff, types.InternetGatewayBlockModeBlockBidirectional, types.InternetGatewayBlockModeBlockIngress:
			r.region.PublicAccess.Mode = string(mode)
			r.region.PublicAccess.State = string(options.State)
		default:
			r.oddity(inventory.PartPublicAccess, "VPC block public access has the mode %q, which is unknown", words.Cut(string(mode), mostName))
		}
		return nil, nil
	})
}

// unknownAction reports whether the region says that it has no such action.
func unknownAction(err error) bool {
	code := codeOf(err)
	return code == "InvalidAction" || code == "UnsupportedOperation"
}

// readExclusions reads what is exempt from VPC block public access: nothing,
// where the region does not know the action.
func readExclusions(ctx context.Context, r *reader, limit *rate.Limiter) error {
	describe := r.client.DescribeVpcBlockPublicAccessExclusions
	return everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		out, err := describe(ctx, &ec2.DescribeVpcBlockPublicAccessExclusionsInput{MaxResults: aws.Int32(pageSize), NextToken: token})
		if unknownAction(err) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for _, e := range out.VpcBlockPublicAccessExclusions {
			id, ok := r.id(inventory.PartPublicAccess, "an exclusion from VPC block public access", e.ExclusionId)
			if !ok {
				continue
			}
			r.region.PublicAccess.Exclusions = append(r.region.PublicAccess.Exclusions, inventory.PublicAccessExclusion{
				ID: id, Resource: lastPart(aws.ToString(e.ResourceArn)), Mode: string(e.InternetGatewayExclusionMode), State: string(e.State),
			})
		}
		return out.NextToken, nil
	})
}
