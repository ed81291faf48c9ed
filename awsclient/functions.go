package awsclient

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
	"github.com/sgaudit/sgaudit/inventory"
)

const functionPage = 50 // most of a page of functions

// readFunctions reads every version of every function: an older one that an
// alias still calls holds groups of its own. Versions are one function here.
func readFunctions(ctx context.Context, r *reader, p *pager) error {
	place := map[string]int{} // in the region's list, by name
	return list(ctx, p, lambda.NewFromConfig(r.config).ListFunctions,
		func(token *string) *lambda.ListFunctionsInput {
			return &lambda.ListFunctionsInput{MaxItems: aws.Int32(functionPage), Marker: token, FunctionVersion: lambdatypes.FunctionVersionAll}
		},
		func(out *lambda.ListFunctionsOutput) ([]lambdatypes.FunctionConfiguration, *string) {
			return out.Functions, out.NextMarker
		},
		func(f *lambdatypes.FunctionConfiguration) {
			name, ok := r.name(inventory.PartFunctions, "a function", f.FunctionName)
			if !ok {
				return
			}
			k, known := place[name]
			if !known {
				k = len(r.region.Functions)
				place[name] = k
				arn := strings.TrimSuffix(aws.ToString(f.FunctionArn), ":"+aws.ToString(f.Version))
				r.region.Functions = append(r.region.Functions, inventory.Function{Name: name, ARN: arn})
			}
			if v := f.VpcConfig; v != nil {
				g := &r.region.Functions[k]
				if g.VPC == "" {
					g.VPC = ec2xml.Shared(v.VpcId)
				}
				g.Groups = sortedUnion(g.Groups, v.SecurityGroupIds)
				g.Subnets = sortedUnion(g.Subnets, v.SubnetIds)
			}
		})
}

func sortedUnion(a, b []string) []string {
	all := append(slices.Clip(a), b...)
	slices.Sort(all)
	return slices.Compact(all)
}
