package awsclient

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// readPublicAccess reads the setting of VPC block public access. Where the
// region does not know the action, there is no such setting that could be on.
// A mode that is none of the three (EC2 API reference,
// VpcBlockPublicAccessOptions) is a gap.
func readPublicAccess(ctx context.Context, r *reader, p *pager) error {
	return p.once(ctx, func(ctx context.Context) error {
		out, err := r.ec2.DescribeVpcBlockPublicAccessOptions(ctx, &ec2.DescribeVpcBlockPublicAccessOptionsInput{})
		if unknownAction(err) {
			// The exclusions are read at the same time, into the same value.
			r.region.PublicAccess.Mode, r.region.PublicAccess.State = "off", inventory.PublicAccessUnsupported
			return nil
		}
		if err != nil {
			return err
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
			r.malformed(inventory.PartPublicAccess, "VPC block public access has the mode %q, which is unknown", words.Cut(string(mode), mostName))
		}
		return nil
	})
}

// unknownAction reports whether the region says that it has no such action.
func unknownAction(err error) bool {
	code := codeOf(err)
	return code == "InvalidAction" || code == "UnsupportedOperation"
}

// readExclusions reads what is exempt from VPC block public access: nothing,
// where the region does not know the action.
func readExclusions(ctx context.Context, r *reader, p *pager) error {
	err := list(ctx, p, r.ec2.DescribeVpcBlockPublicAccessExclusions,
		func(token *string) *ec2.DescribeVpcBlockPublicAccessExclusionsInput {
			return &ec2.DescribeVpcBlockPublicAccessExclusionsInput{MaxResults: aws.Int32(pageSize), NextToken: token}
		},
		func(out *ec2.DescribeVpcBlockPublicAccessExclusionsOutput) ([]types.VpcBlockPublicAccessExclusion, *string) {
			return out.VpcBlockPublicAccessExclusions, out.NextToken
		},
		func(e *types.VpcBlockPublicAccessExclusion) {
			if id, ok := r.id(inventory.PartPublicAccess, "an exclusion from VPC block public access", e.ExclusionId); ok {
				r.region.PublicAccess.Exclusions = append(r.region.PublicAccess.Exclusions, inventory.PublicAccessExclusion{
					ID: id, Resource: lastPart(aws.ToString(e.ResourceArn)), Mode: string(e.InternetGatewayExclusionMode), State: string(e.State),
				})
			}
		})
	if unknownAction(err) {
		return nil
	}
	return err
}

// lastPart returns what stands behind the last slash of an ARN.
func lastPart(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }
