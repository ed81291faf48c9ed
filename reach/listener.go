package reach

import (
	"fmt"
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
func (w *network) indexBalancers(r *inventory.Region) {
	if !r.Read.Has(inventory.PartLoadBalancers | inventory.PartListeners) {
		return
	}
	for i := range r.LoadBalancers {
		if b := &r.LoadBalancers[i]; b.Kind == "application" || b.Kind == "network" || b.Kind == "classic" {
			w.balancers[b.Kind+" "+b.Name] = &balancer{LoadBalancer: b}
		}
	}
	for _, l := range r.Listeners {
		b := w.balancers[l.Kind+" "+l.Name]
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
func (n *Region) balancerOf(e *inventory.Interface) *balancer {
	w := n.net()
	if len(w.balancers) == 0 || e.Instance != "" || !e.Managed && e.AttachedBy != "amazon-elb" && e.Requester != "amazon-elb" && e.Type != "network_load_balancer" {
		return nil
	}
	b, done := n.balancers[e]
	if !done {
		owner := e.Owner()
		if kind, ok := strings.CutSuffix(owner.Kind, "-load-balancer"); ok {
			b = w.balancers[kind+" "+owner.Name]
		}
		if b != nil && !b.holds(e) {
			b = nil
		}
		n.balancers[e] = b
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

func (s listenerStage) narrow(flows []flow) []flow {
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

func (s listenerStage) describe(p packet, verdict Verdict) Step {
	step := Step{Kind: StepListener, Verdict: verdict, Object: s.ARN}
	if step.Object == "" {
		step.Object = s.Name
	}
	if verdict != Blocked {
		step.Detail = fmt.Sprintf("%s has a listener for %s", s.called(), inWords(flow{protocol: p.protocol, interval: interval{p.point, p.point}}.traffic()))
		if !slices.Contains(transports[:], p.protocol) {
			step.Detail = fmt.Sprintf("no listener of %s decides over %s", s.called(), inWords(p.of))
		}
		return step
	}
	step.Detail = fmt.Sprintf("no listener of %s serves %s: it listens on %s", s.called(), inWords(p.of), s.ports())
	return step
}

// answers reports whether it has a listener, or may have one.
func (b *balancer) answers() bool { return b == nil || len(b.listens[0])+len(b.listens[1]) > 0 }

func (b *balancer) called() string { return b.Kind + " load balancer " + b.Name }

// ports returns what it listens on, in words.
func (b *balancer) ports() string {
	var flows []flow
	for k, p := range transports {
		for _, i := range b.listens[k] {
			flows = append(flows, flow{protocol: p, interval: i})
		}
	}
	if len(flows) == 0 {
		return "nothing"
	}
	return trafficInWords(flows)
}

// Listens reports whether a load balancer that carries the group accepts some of
// the traffic by a listener, and whether the listeners of all load balancers that
// carry it are known. Members that are no load balancers do not count.
func (n *Region) Listens(group string, t inventory.Traffic) (some, known bool) {
	known = true
	for _, e := range n.Interfaces(group) {
		if !e.LoadBalancer() {
			continue
		}
		b := n.balancerOf(e)
		if b == nil {
			known = false
			continue
		}
		var flows []flow
		for _, p := range protocolsOf(t) {
			flows = append(flows, flow{protocol: p, interval: intervalOf(t)})
		}
		some = some || len(listenerStage{b}.narrow(flows)) > 0
	}
	return some, known
}
