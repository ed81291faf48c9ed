package explain

import (
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/reach/path"
)

func (step *Step) listeners(s network.Listeners, p path.Packet) {
	step.Kind = StepListener
	step.Object = s.ARN
	if step.Object == "" {
		step.Object = s.Name
	}
	if step.Decision != path.Blocked {
		step.Detail = fmt.Sprintf("%s has a listener for %s", loadBalancer(s.LoadBalancer), Traffic(path.Flow{Protocol: p.Protocol, Interval: path.Interval{First: p.Point, Last: p.Point}}.Traffic()))
		if !slices.Contains(network.Transports[:], p.Protocol) {
			step.Detail = fmt.Sprintf("the listeners of %s do not apply to %s", loadBalancer(s.LoadBalancer), Traffic(p.Traffic))
		}
		return
	}
	step.Detail = fmt.Sprintf("%s has no listener for %s: it listens on %s", loadBalancer(s.LoadBalancer), Traffic(p.Traffic), ports(s.LoadBalancer))
}

func loadBalancer(b *network.LoadBalancer) string { return b.Kind + " load balancer " + b.Name }

// ports returns what it listens on.
func ports(b *network.LoadBalancer) string {
	var flows []path.Flow
	for k, p := range network.Transports {
		for _, i := range b.Ports[k] {
			flows = append(flows, path.Flow{Protocol: p, Interval: i})
		}
	}
	if len(flows) == 0 {
		return "nothing"
	}
	return Flows(flows)
}
