package network

import (
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// LoadBalancer is a load balancer with its listeners. It accepts connections on the
// ports of its listeners and on no other, from the internet or from inside, whatever its
// groups allow (Elastic Load Balancing user guide, listeners).
type LoadBalancer struct {
	*inventory.LoadBalancer
	Ports [2][]path.Interval // that it listens on, by transport, in ascending order
}

// Transports are the protocols that listeners have, in the order of
// LoadBalancer.Ports.
var Transports = [2]inventory.Protocol{inventory.TCP, inventory.UDP}

// indexLoadBalancers indexes the load balancers of which the listeners are known. Of one
// that a plan creates, which has its address in the plan in the place of its ARN, they are
// not.
func (n *Network) indexLoadBalancers(r *inventory.Region) {
	if !r.Read.Has(inventory.PartLoadBalancers | inventory.PartListeners) {
		return
	}
	for i := range r.LoadBalancers {
		if b := &r.LoadBalancers[i]; b.ARN != "" && !strings.HasPrefix(b.ARN, "arn:") {
			continue
		} else if b.Kind == "application" || b.Kind == "network" || b.Kind == "classic" {
			n.loadBalancers[b.Kind+" "+b.Name] = &LoadBalancer{LoadBalancer: b}
		}
	}
	for _, l := range r.Listeners {
		b := n.loadBalancers[l.Kind+" "+l.Name]
		for k, p := range Transports {
			if b != nil && l.Traffic.Protocol == p {
				b.Ports[k] = path.Union(append(b.Ports[k], path.IntervalOf(l.Traffic)))
			}
		}
	}
}

// LoadBalancerOf returns the load balancer that the interface belongs to, or nil
// where it belongs to none or the listeners are not known. What AWS sets on an
// interface has to say so: anybody can write a description.
func (n *Network) LoadBalancerOf(e *inventory.Interface) *LoadBalancer {
	if len(n.loadBalancers) == 0 || e.Instance != "" || !e.Managed && e.AttachedBy != "amazon-elb" && e.Requester != "amazon-elb" && e.Type != "network_load_balancer" {
		return nil
	}
	b, done := n.loadBalancerOf[e]
	if !done {
		owner := e.Owner()
		if kind, ok := strings.CutSuffix(owner.Kind, "-load-balancer"); ok {
			b = n.loadBalancers[kind+" "+owner.Name]
		}
		if b != nil && !b.holds(e) {
			b = nil
		}
		n.loadBalancerOf[e] = b
	}
	return b
}

// holds reports whether the interface can be one of the load balancer's: it is in
// its VPC, and its description names the same id as the ARN. A deleted load balancer
// of the same name may have left interfaces behind.
func (b *LoadBalancer) holds(e *inventory.Interface) bool {
	_, id, _ := strings.Cut(b.ARN, ":loadbalancer/")
	described := strings.TrimPrefix(e.Description, "ELB ")
	return b.VPC == e.VPC && (id == "" || strings.Count(described, "/") != 2 || id == described)
}

// Listeners is the listeners of a load balancer.
type Listeners struct{ *LoadBalancer }

func (s Listeners) Narrow(flows []path.Flow) []path.Flow {
	var left []path.Flow
	for _, f := range flows {
		k := slices.Index(Transports[:], f.Protocol)
		if k < 0 { // an echo request is answered without a listener
			left = append(left, f)
			continue
		}
		for _, i := range s.Ports[k] {
			if part, ok := f.Intersect(i); ok {
				left = append(left, f.Part(part, f.From))
			}
		}
	}
	return left
}

// MayListen reports whether the load balancer has a listener. One that is not known,
// which is nil, may have one.
func (b *LoadBalancer) MayListen() bool { return b == nil || len(b.Ports[0])+len(b.Ports[1]) > 0 }
