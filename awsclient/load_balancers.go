package awsclient

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"golang.org/x/time/rate"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
	"github.com/sgaudit/sgaudit/inventory"
)

const (
	balancerPage = 400 // most of a page of load balancers, of either API
	functionPage = 50  // most of a page of functions
)

// readLoadBalancers reads application, network and gateway load balancers.
func readLoadBalancers(ctx context.Context, r *reader, limit *rate.Limiter) error {
	describe := r.balancing().DescribeLoadBalancers
	return everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		out, err := describe(ctx, &elasticloadbalancingv2.DescribeLoadBalancersInput{PageSize: aws.Int32(balancerPage), Marker: token})
		if err != nil {
			return nil, err
		}
		for i := range out.LoadBalancers {
			b := &out.LoadBalancers[i]
			r.addBalancer(inventory.LoadBalancer{
				Name: aws.ToString(b.LoadBalancerName), ARN: aws.ToString(b.LoadBalancerArn), Kind: string(b.Type),
				Scheme: string(b.Scheme), VPC: ec2xml.Shared(b.VpcId), Groups: b.SecurityGroups,
			})
		}
		return out.NextMarker, nil
	})
}

func (r *reader) balancing() *elasticloadbalancingv2.Client {
	return elasticloadbalancingv2.NewFromConfig(r.of.config, func(o *elasticloadbalancingv2.Options) {
		o.Region, o.Retryer = r.region.Name, r.of.retryer(maxAttempts)
		if e := r.of.endpoint(); e != nil {
			o.BaseEndpoint = e
		}
	})
}

// readClassicLoadBalancers reads those of the older API, which has the same
// action.
func readClassicLoadBalancers(ctx context.Context, r *reader, limit *rate.Limiter) error {
	describe := elasticloadbalancing.NewFromConfig(r.of.config, func(o *elasticloadbalancing.Options) {
		o.Region, o.Retryer = r.region.Name, r.of.retryer(maxAttempts)
		if e := r.of.endpoint(); e != nil {
			o.BaseEndpoint = e
		}
	}).DescribeLoadBalancers
	return everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		out, err := describe(ctx, &elasticloadbalancing.DescribeLoadBalancersInput{PageSize: aws.Int32(balancerPage), Marker: token})
		if err != nil {
			return nil, err
		}
		for i := range out.LoadBalancerDescriptions {
			b := &out.LoadBalancerDescriptions[i]
			r.addBalancer(inventory.LoadBalancer{
				Name: aws.ToString(b.LoadBalancerName), Kind: "classic", Scheme: aws.ToString(b.Scheme), VPC: ec2xml.Shared(b.VPCId), Groups: b.SecurityGroups,
			})
			for _, l := range b.ListenerDescriptions {
				if l.Listener != nil {
					r.addListener("classic", aws.ToString(b.LoadBalancerName), aws.ToString(l.Listener.Protocol), l.Listener.LoadBalancerPort)
				}
			}
		}
		return out.NextMarker, nil
	})
}

// addBalancer is called by both lists at once.
func (r *reader) addBalancer(b inventory.LoadBalancer) {
	if _, ok := r.name(inventory.PartLoadBalancers, "a load balancer", &b.Name); !ok {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.region.LoadBalancers = append(r.region.LoadBalancers, b)
}

// readFunctions reads every version of every function: an older one that an
// alias still calls holds groups of its own. Versions are one function here.
func readFunctions(ctx context.Context, r *reader, limit *rate.Limiter) error {
	list := lambda.NewFromConfig(r.of.config, func(o *lambda.Options) {
		o.Region, o.Retryer = r.region.Name, r.of.retryer(maxAttempts)
		if e := r.of.endpoint(); e != nil {
			o.BaseEndpoint = e
		}
	}).ListFunctions
	place := map[string]int{}
	return everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		out, err := list(ctx, &lambda.ListFunctionsInput{MaxItems: aws.Int32(functionPage), Marker: token, FunctionVersion: lambdatypes.FunctionVersionAll})
		if err != nil {
			return nil, err
		}
		for i := range out.Functions {
			f := &out.Functions[i]
			name, ok := r.name(inventory.PartFunctions, "a function", f.FunctionName)
			if !ok {
				continue
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
		}
		return out.NextMarker, nil
	})
}

func sortedUnion(a, b []string) []string {
	all := append(slices.Clip(a), b...)
	slices.Sort(all)
	return slices.Compact(all)
}
