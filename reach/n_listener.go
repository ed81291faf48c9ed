package reach

import (
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// balancer is a load balancer with what it listens on. It accepts connections
// there and nowhere else, from the internet or from inside, whatever its
// groups allow (Elastic Load Balancing user guide, listeners).
type balancer struct {
	*inventory.LoadBalancer
	listens [2][]interval // of tcp and udp, in order
}

// transports are the protocols that listeners speak, in the order of listens.
var transports = [2]inventory.Protocol{inventory.TCP, inventory.UDP}

// indexBalancers finds the load balancers whose listeners are known.
func (n *network) indexBalancers(r *inventory.Region) {
	if !r.Read.Has(inventory.PartLoadBalancers | inventory.PartListeners) {
		return
	}
	for i := range r.LoadBalancers {
		if b := &r.LoadBalancers[i]; b.Kind == "application" || b.Kind == "network" || b.Kind == "classic" {
			n.balancers[b.Kind+" "+b.Name] = &balancer{LoadBalancer: b}
		}
	}
	for _, l := range r.Listeners {
		b := n.balancers[l.Kind+" "+l.Name]
		for k, p := range transports {
			if b != nil && l.Traffic.Protocol == p {
				b.listens[k] = union(append(b.listens[k], intervalOf(l.Traffic)))
			}
		}
	}
}

// balancerOf returns the load balancer that the interface belongs to, or nil
// where it belongs to none or the listeners are not known. That it does must
// be told by AWS: anybody can write a description.
func (n *network) balancerOf(e *inventory.Interface) *balancer {
	if len(n.balancers) == 0 || e.Instance != "" || !e.Managed && e.AttachedBy != "amazon-elb" && e.Requester != "amazon-elb" && e.Type != "network_load_balancer" {
		return nil
	}
	b, done := n.fronts[e]
	if !done {
		owner := e.Owner()
		if kind, ok := strings.CutSuffix(owner.Kind, "-load-balancer"); ok {
			b = n.balancers[kind+" "+owner.Name]
		}
		if b != nil && !b.holds(e) {
			b = nil
		}
		n.fronts[e] = b
	}
	return b
}

// holds reports whether the interface can be one of the load balancer's: it is
// in its VPC, and its description names the same id as the ARN. One of the same
// name that was deleted may have left interfaces behind.
func (b *balancer) holds(e *inventory.Interface) bool {
	_, id, _ := strings.Cut(b.ARN, ":loadbalancer/")
	told := strings.TrimPrefix(e.Description, "ELB ")
	return b.VPC == e.VPC && (id == "" || strings.Count(told, "/") != 2 || id == told)
}

// listenerStage is the listeners of the load balancer that is asked for.
type listenerStage struct{ *balancer }

func (s listenerStage) Narrow(flows []flow) []flow {
	var left []flow
	for _, f := range flows {
		k := slices.Index(transports[:], f.protocol)
		if k < 0 { // an echo request is answered without a listener
			left = append(left, f)
			continue
		}
		for _, i := range s.listens[k] {
			if part, ok := f.intersect(i); ok {
				left = append(left, flow{f.family, f.protocol, part, f.from})
			}
		}
	}
	return left
}

// answers reports whether it has a listener, or may have one.
func (b *balancer) answers() bool { return b == nil || len(b.listens[0])+len(b.listens[1]) > 0 }
