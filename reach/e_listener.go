package reach

import (
	"fmt"
	"slices"
)

func (step *Step) listeners(s listenerStage, p packet) {
	step.Kind = StepListener
	step.Object = s.ARN
	if step.Object == "" {
		step.Object = s.Name
	}
	if step.Decision != Blocked {
		step.Detail = fmt.Sprintf("%s has a listener for %s", balancerInWords(s.balancer), inWords(flow{protocol: p.protocol, interval: interval{p.point, p.point}}.traffic()))
		if !slices.Contains(transports[:], p.protocol) {
			step.Detail = fmt.Sprintf("no listener of %s decides over %s", balancerInWords(s.balancer), inWords(p.traffic))
		}
		return
	}
	step.Detail = fmt.Sprintf("no listener of %s serves %s: it listens on %s", balancerInWords(s.balancer), inWords(p.traffic), portsInWords(s.balancer))
}

func balancerInWords(b *balancer) string { return b.Kind + " load balancer " + b.Name }

// portsInWords returns what it listens on.
func portsInWords(b *balancer) string {
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
