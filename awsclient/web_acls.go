package awsclient

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/wafv2"
	waftypes "github.com/aws/aws-sdk-go-v2/service/wafv2/types"

	"github.com/sgaudit/sgaudit/inventory"
)

const webACLPage = 100 // most of a page of web ACLs

// readWebACLs reads the regional web ACLs of AWS WAF, then of each the
// application load balancers that it protects. (The SDK has no paginator for
// either; the second answers whole.)
func readWebACLs(ctx context.Context, r *reader, p *pager) error {
	client := wafv2.NewFromConfig(r.config)
	var acls []inventory.WebACL
	err := list(ctx, p, client.ListWebACLs,
		func(token *string) *wafv2.ListWebACLsInput {
			return &wafv2.ListWebACLsInput{Scope: waftypes.ScopeRegional, Limit: aws.Int32(webACLPage), NextMarker: token}
		},
		func(out *wafv2.ListWebACLsOutput) ([]waftypes.WebACLSummary, *string) {
			if len(out.WebACLs) == 0 {
				return nil, nil // WAF may answer with a marker behind its last page
			}
			return out.WebACLs, out.NextMarker
		},
		func(a *waftypes.WebACLSummary) {
			if arn, ok := r.name(inventory.PartWebACLs, "a web ACL", a.ARN); ok {
				acls = append(acls, inventory.WebACL{Name: aws.ToString(a.Name), ARN: arn})
			}
		})
	if err != nil {
		return err
	}
	for i := range acls {
		err := p.once(ctx, func(ctx context.Context) error {
			out, err := client.ListResourcesForWebACL(ctx, &wafv2.ListResourcesForWebACLInput{
				WebACLArn: aws.String(acls[i].ARN), ResourceType: waftypes.ResourceTypeApplicationLoadBalancer,
			})
			if err == nil {
				acls[i].LoadBalancers = out.ResourceArns
			}
			return err
		})
		if err != nil {
			return operationError{"wafv2:ListResourcesForWebACL", err}
		}
	}
	r.region.WebACLs = acls
	return nil
}
