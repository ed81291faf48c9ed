package planned

import (
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// listener is aws_lb_listener: a port on which an application or network load balancer
// accepts connections. Those that go are removed first, so that a port may move from one
// resource to another. The listeners of a load balancer that the plan creates are not
// among those of the region: no verdict about it rests on them.
func (a *action) listener(pass int) {
	if !a.in.Read.Has(inventory.PartLoadBalancers | inventory.PartListeners) {
		return
	}
	switch {
	case pass == passRevoke && a.existed():
		b := find(a.in.LoadBalancers, a.before.known("load_balancer_arn"), func(b *inventory.LoadBalancer) string { return b.ARN })
		if b == nil {
			return
		}
		if traffic, known := a.before.listens("port", "protocol"); known {
			a.in.Listeners = without(a.in.Listeners, func(l *inventory.Listener) bool {
				return l.Kind == b.Kind && l.Name == b.Name && slices.Contains(traffic, l.Traffic)
			})
		}
	case pass == passAttach && a.staying():
		b := a.listening()
		if b == nil || b.Kind == "gateway" { // the listener of a gateway load balancer has no port
			return
		}
		if traffic, known := a.after.listens("port", "protocol"); known {
			a.in.listen(b.Kind, b.Name, traffic)
		} else {
			a.unknown("port", "it is known after apply on which port the load balancer %s listens", b.Name)
		}
	}
}

// listening returns the load balancer of a listener, or nil where the plan creates it. One
// that is not known, or was not read, is noted.
func (a *action) listening() *inventory.LoadBalancer {
	const key = "load_balancer_arn"
	if x, pending := a.after.pending(key); pending {
		if len(x.lost) > 0 || !a.in.of.plan.makesBalancer() {
			a.unknown(key, "it is known after apply which load balancer gets the listener%s", x.why(""))
		}
		return nil
	}
	arn := a.after.known(key)
	b := find(a.in.LoadBalancers, arn, func(b *inventory.LoadBalancer) string { return b.ARN })
	if b == nil {
		a.unread(arn, "load balancers")
	}
	return b
}

// makesBalancer reports whether a plan creates an application, network or gateway load
// balancer.
func (p *Plan) makesBalancer() bool {
	return slices.ContainsFunc(p.Resources, func(r Resource) bool {
		return (r.Type == "aws_lb" || r.Type == "aws_alb") && r.After != nil && (r.Before == nil || r.Replaced)
	})
}

// classicListeners gives a classic load balancer that exists the listeners of the plan.
func (a *action) classicListeners() {
	const key = "listener"
	if !a.differs(key) || !a.in.Read.Has(inventory.PartLoadBalancers|inventory.PartListeners) {
		return
	}
	blocks, all := a.after.blocks(key)
	var is []inventory.Traffic
	for _, b := range blocks {
		traffic, known := b.listens("lb_port", "lb_protocol")
		is, all = append(is, traffic...), all && known
	}
	name := a.oldID()
	if all {
		a.in.Listeners = without(a.in.Listeners, func(l *inventory.Listener) bool { return l.Kind == "classic" && l.Name == name })
	} else {
		a.unknown(key, "it is known after apply on which ports the load balancer %s listens", name)
	}
	a.in.listen("classic", name, is)
}

// listen adds listeners to a load balancer that it does not have yet.
func (c *copied) listen(kind, name string, traffic []inventory.Traffic) {
	for _, t := range traffic {
		if l := (inventory.Listener{Kind: kind, Name: name, Traffic: t}); !slices.Contains(c.Listeners, l) {
			c.Listeners = append(c.Listeners, l)
		}
	}
}

// listens returns what a listener accepts, and whether that is known. A listener of a
// protocol that is not known accepts tcp and udp (Elastic Load Balancing, API reference,
// Listener: Protocol and Port).
func (v values) listens(port, protocol string) (traffic []inventory.Traffic, known bool) {
	if x, pending := v.pending(port); pending && !x.computed {
		return nil, false
	}
	n := v.number(port)
	if n == nil {
		return nil, false
	}
	if *n < 1 || *n > inventory.MaxPort {
		v.bad(port, "a port from 1 to 65535", v.all[port])
		return nil, false
	}
	protocols := []inventory.Protocol{inventory.TCP, inventory.UDP}
	switch name := strings.ToUpper(v.known(protocol)); name {
	case "HTTP", "HTTPS", "TCP", "TLS", "SSL":
		protocols = protocols[:1]
	case "UDP", "QUIC":
		protocols = protocols[1:]
	}
	for _, p := range protocols {
		traffic = append(traffic, inventory.Ports(p, *n, *n))
	}
	return traffic, true
}
