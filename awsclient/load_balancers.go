package awsclient

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	classictypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	balancingtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
	"github.com/sgaudit/sgaudit/inventory"
)

const balancerPage = 400 // most of a page of load balancers, of either API

// readLoadBalancers reads application, network and gateway load balancers.
func readLoadBalancers(ctx context.Context, r *reader, p *pager) error {
	return list(ctx, p, elasticloadbalancingv2.NewFromConfig(r.config).DescribeLoadBalancers,
		func(token *string) *elasticloadbalancingv2.DescribeLoadBalancersInput {
			return &elasticloadbalancingv2.DescribeLoadBalancersInput{PageSize: aws.Int32(balancerPage), Marker: token}
		},
		func(out *elasticloadbalancingv2.DescribeLoadBalancersOutput) ([]balancingtypes.LoadBalancer, *string) {
			return out.LoadBalancers, out.NextMarker
		},
		func(b *balancingtypes.LoadBalancer) {
			r.addLoadBalancer(inventory.LoadBalancer{
				Name: aws.ToString(b.LoadBalancerName), ARN: aws.ToString(b.LoadBalancerArn), Kind: string(b.Type),
				Scheme: string(b.Scheme), VPC: ec2xml.Shared(b.VpcId), Groups: b.SecurityGroups,
			})
		})
}

// readClassicLoadBalancers reads those of the older API, which has the same
// action.
func readClassicLoadBalancers(ctx context.Context, r *reader, p *pager) error {
	return list(ctx, p, elasticloadbalancing.NewFromConfig(r.config).DescribeLoadBalancers,
		func(token *string) *elasticloadbalancing.DescribeLoadBalancersInput {
			return &elasticloadbalancing.DescribeLoadBalancersInput{PageSize: aws.Int32(balancerPage), Marker: token}
		},
		func(out *elasticloadbalancing.DescribeLoadBalancersOutput) ([]classictypes.LoadBalancerDescription, *string) {
			return out.LoadBalancerDescriptions, out.NextMarker
		},
		func(b *classictypes.LoadBalancerDescription) {
			r.addLoadBalancer(inventory.LoadBalancer{
				Name: aws.ToString(b.LoadBalancerName), Kind: "classic", Scheme: aws.ToString(b.Scheme), VPC: ec2xml.Shared(b.VPCId), Groups: b.SecurityGroups,
			})
			for _, l := range b.ListenerDescriptions {
				if l.Listener != nil {
					r.addListener("classic", aws.ToString(b.LoadBalancerName), aws.ToString(l.Listener.Protocol), l.Listener.LoadBalancerPort)
				}
			}
		})
}

// addLoadBalancer is called by both lists at once.
func (r *reader) addLoadBalancer(b inventory.LoadBalancer) {
	if _, ok := r.name(inventory.PartLoadBalancers, "a load balancer", &b.Name); !ok {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.region.LoadBalancers = append(r.region.LoadBalancers, b)
}
