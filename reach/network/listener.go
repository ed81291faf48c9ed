package network

import (
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// LoadBalancer is a load balancer with what it listens on. It accepts connections
// there and nowhere else, from the internet or from inside, whatever its
// groups allow (Elastic Load Balancing user guide, listeners).
type LoadBalancer struct {
	*inventory.LoadBalancer
	Listens [2][]path.Interval // of tcp and udp, in order
}

// Transports are the protocols that listeners speak, in the order of listens.
var Transports = [2]inventory.Protocol{inventory.TCP, inventory.UDP}

// indexBalancers finds the load balancers whose listeners are known.
func (n *Network) indexBalancers(r *inventory.Region) {
	if !r.Read.Has(inventory.PartLoadBalancers | inventory.PartListeners) {
		return
	}
	for i := range r.LoadBalancers {
		if b := &r.LoadBalancers[i]; b.Kind == "application" || b.Kind == "network" || b.Kind == "classic" {
			n.loadBalancers[b.Kind+" "+b.Name] = &LoadBalancer{LoadBalancer: b}
		}
	}
	for _, l := range r.Listeners {
		b := n.loadBalancers[l.Kind+" "+l.Name]
		for k, p := range Transports {
			if b != nil && l.Traffic.Protocol == p {
				b.Listens[k] = path.Union(append(b.Listens[k], path.IntervalOf(l.Traffic)))
			}
		}
	}
}

// LoadBalancerOf returns the load balancer that the interface belongs to, or nil
// where it belongs to none or the listeners are not known. That it does must
// be told by AWS: anybody can write a description.
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

// holds reports whether the interface can be one of the load balancer's: it is
// in its VPC, and its description names the same id as the ARN. One of the same
// name that was deleted may have left interfaces behind.
func (b *LoadBalancer) holds(e *inventory.Interface) bool {
	_, id, _ := strings.Cut(b.ARN, ":loadbalancer/")
	told := strings.TrimPrefix(e.Description, "ELB ")
	return b.VPC == e.VPC && (id == "" || strings.Count(told, "/") != 2 || id == told)
}

// Listeners is the listeners of the load balancer that is asked for.
type Listeners struct{ *LoadBalancer }

func (s Listeners) Narrow(flows []path.Flow) []path.Flow {
	var left []path.Flow
	for _, f := range flows {
		k := slices.Index(Transports[:], f.Protocol)
		if k < 0 { // an echo request is answered without a listener
			left = append(left, f)
			continue
		}
		for _, i := range s.Listens[k] {
			if part, ok := f.Intersect(i); ok {
				left = append(left, f.Part(part, f.From))
			}
		}
	}
	return left
}

// MayListen reports whether it has a listener, or may have one.
func (b *LoadBalancer) MayListen() bool { return b == nil || len(b.Listens[0])+len(b.Listens[1]) > 0 }
