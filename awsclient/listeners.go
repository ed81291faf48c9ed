package awsclient

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	balancingtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/smithy-go"
	"golang.org/x/sync/errgroup"

	"github.com/sgaudit/sgaudit/inventory"
)

const listenersAtOnce = 4

// readListeners asks for the listeners of each application and network load
// balancer: the API wants one call for each. Those of classic load balancers
// come with the load balancers themselves. A load balancer that is gone by now
// is dropped.
func readListeners(ctx context.Context, r *reader, p *pager) error {
	r.after(inventory.PartLoadBalancers)
	describe := elasticloadbalancingv2.NewFromConfig(r.config).DescribeListeners
	var mu sync.Mutex
	var gone []string // ARNs
	var g errgroup.Group
	g.SetLimit(listenersAtOnce)
	for _, b := range r.region.LoadBalancers {
		if b.Kind != "application" && b.Kind != "network" {
			continue
		}
		g.Go(func() error {
			if b.ARN == "" {
				return fmt.Errorf("%s load balancer %q has no ARN to ask with", b.Kind, b.Name)
			}
			err := list(ctx, p, describe,
				func(token *string) *elasticloadbalancingv2.DescribeListenersInput {
					return &elasticloadbalancingv2.DescribeListenersInput{LoadBalancerArn: &b.ARN, PageSize: aws.Int32(balancerPage), Marker: token}
				},
				func(out *elasticloadbalancingv2.DescribeListenersOutput) ([]balancingtypes.Listener, *string) {
					return out.Listeners, out.NextMarker
				},
				func(l *balancingtypes.Listener) {
					r.addListener(b.Kind, b.Name, string(l.Protocol), aws.ToInt32(l.Port))
				})
			var failure smithy.APIError
			if errors.As(err, &failure) && strings.HasPrefix(failure.ErrorCode(), "LoadBalancerNotFound") {
				mu.Lock()
				defer mu.Unlock()
				gone = append(gone, b.ARN)
				return nil
			}
			return err
		})
		if p.firstPage {
			break // one call shows whether it is allowed
		}
	}
	err := g.Wait()
	r.region.LoadBalancers = slices.DeleteFunc(r.region.LoadBalancers, func(b inventory.LoadBalancer) bool { return slices.Contains(gone, b.ARN) && b.ARN != "" })
	return err
}

// addListener is called by several lists at once.
func (r *reader) addListener(kind, name, protocol string, port int32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range listenerProtocols(protocol) {
		r.region.Listeners = append(r.region.Listeners, inventory.Listener{Kind: kind, Name: name, Traffic: inventory.Ports(p, port, port)})
	}
}

// listenerProtocols returns the protocols that packets for a listener have. Of
// a protocol that is not known here both are meant.
func listenerProtocols(protocol string) []inventory.Protocol {
	switch strings.ToUpper(protocol) {
	case "HTTP", "HTTPS", "TCP", "TLS", "SSL":
		return []inventory.Protocol{inventory.TCP}
	case "UDP", "QUIC":
		return []inventory.Protocol{inventory.UDP}
	}
	return []inventory.Protocol{inventory.TCP, inventory.UDP} // TCP_UDP and TCP_QUIC among them
}
