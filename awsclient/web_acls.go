package awsclient

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	configtypes "github.com/aws/aws-sdk-go-v2/service/configservice/types"
	"github.com/aws/aws-sdk-go-v2/service/wafv2"
	waftypes "github.com/aws/aws-sdk-go-v2/service/wafv2/types"
	"golang.org/x/time/rate"

	"github.com/sgaudit/sgaudit/inventory"
)

const webACLPage = 100 // most of a page of web ACLs

// readWebACLs reads the regional web ACLs of AWS WAF, then of each the
// application load balancers that it protects. (The SDK has no paginator for
// either; the second answers whole.)
func readWebACLs(ctx context.Context, r *reader, limit *rate.Limiter) error {
	client := wafv2.NewFromConfig(r.of.config, func(o *wafv2.Options) {
		o.Region, o.Retryer = r.region.Name, r.of.retryer(maxAttempts)
		if e := r.of.endpoint(); e != nil {
			o.BaseEndpoint = e
		}
	})
	list, resources := client.ListWebACLs, client.ListResourcesForWebACL
	var acls []inventory.WebACL
	err := everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		out, err := list(ctx, &wafv2.ListWebACLsInput{Scope: waftypes.ScopeRegional, Limit: aws.Int32(webACLPage), NextMarker: token})
		if err != nil {
			return nil, err
		}
		for i := range out.WebACLs {
			a := &out.WebACLs[i]
			if arn, ok := r.name(inventory.PartWebACLs, "a web ACL", a.ARN); ok {
				acls = append(acls, inventory.WebACL{Name: aws.ToString(a.Name), ARN: arn})
			}
		}
		if len(out.WebACLs) == 0 {
			return nil, nil // WAF may answer with a marker behind its last page
		}
		return out.NextMarker, nil
	})
	if err != nil {
		return err
	}
	for i := range acls {
		err := everyPage(ctx, limit, func(ctx context.Context, _ *string) (*string, error) {
			out, err := resources(ctx, &wafv2.ListResourcesForWebACLInput{
				WebACLArn: aws.String(acls[i].ARN), ResourceType: waftypes.ResourceTypeApplicationLoadBalancer,
			})
			if err == nil {
				acls[i].LoadBalancers = out.ResourceArns
			}
			return nil, err
		})
		if err != nil {
			return operationError{"wafv2:ListResourcesForWebACL", err}
		}
	}
	r.region.WebACLs = acls
	return nil
}

// operationError is the failure of another operation than the one that its
// list begins with.
type operationError struct {
	operation string
	error
}

func (e operationError) Unwrap() error { return e.error }

// readRecorders reads the configuration recorder of AWS Config, then whether
// it runs. Without a name both answer with the customer's own one.
func readRecorders(ctx context.Context, r *reader, limit *rate.Limiter) error {
	client := configservice.NewFromConfig(r.of.config, func(o *configservice.Options) {
		o.Region, o.Retryer = r.region.Name, r.of.retryer(maxAttempts)
		if e := r.of.endpoint(); e != nil {
			o.BaseEndpoint = e
		}
	})
	describe, status := client.DescribeConfigurationRecorders, client.DescribeConfigurationRecorderStatus
	states := map[string]configtypes.ConfigurationRecorderStatus{}
	err := everyPage(ctx, limit, func(ctx context.Context, _ *string) (*string, error) {
		out, err := status(ctx, &configservice.DescribeConfigurationRecorderStatusInput{})
		if err != nil {
			return nil, err
		}
		for _, s := range out.ConfigurationRecordersStatus {
			states[aws.ToString(s.Name)] = s
		}
		return nil, nil
	})
	if err != nil {
		return operationError{"config:DescribeConfigurationRecorderStatus", err}
	}
	return everyPage(ctx, limit, func(ctx context.Context, _ *string) (*string, error) {
		out, err := describe(ctx, &configservice.DescribeConfigurationRecordersInput{})
		if err != nil {
			return nil, err
		}
		for i := range out.ConfigurationRecorders {
			c := &out.ConfigurationRecorders[i]
			if c.RecordingScope == configtypes.RecordingScopeInternal {
				continue
			}
			name, ok := r.name(inventory.PartRecorders, "a configuration recorder", c.Name)
			if !ok {
				continue
			}
			r.region.Recorders = append(r.region.Recorders, inventory.Recorder{
				Name: name, Recording: states[name].Recording, Failing: states[name].LastStatus == configtypes.RecorderStatusFailure,
				Groups: recordsGroups(c.RecordingGroup),
			})
		}
		return nil, nil
	})
}

// recordsGroups reports whether security groups are among the types recorded.
// The strategy decides; older recorders have none (AWS Config API reference,
// "RecordingGroup").
func recordsGroups(g *configtypes.RecordingGroup) bool {
	const groups = configtypes.ResourceTypeSecurityGroup
	if g == nil {
		return true // every type is the default
	}
	strategy := configtypes.RecordingStrategyType("")
	if g.RecordingStrategy != nil {
		strategy = g.RecordingStrategy.UseOnly
	}
	switch {
	case strategy == configtypes.RecordingStrategyTypeExclusionByResourceTypes:
		return g.ExclusionByResourceTypes == nil || !slices.Contains(g.ExclusionByResourceTypes.ResourceTypes, groups)
	case g.AllSupported || strategy == configtypes.RecordingStrategyTypeAllSupportedResourceTypes:
		return true
	}
	return slices.Contains(g.ResourceTypes, groups)
}
