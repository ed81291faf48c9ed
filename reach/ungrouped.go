package reach

import (
	"github.com/sgaudit/sgaudit/inventory"
)

// ungrouped tells what an interface lets through that carries no security
// group. A network load balancer that was created without one lets all traffic
// through (Elastic Load Balancing user guide, security groups for your Network
// Load Balancer), and gateways never have one. Any other interface has a group:
// if none is told, what it lets through is unknown.
func ungrouped(e *inventory.Interface) fate {
	if e.Type == "network_load_balancer" || e.Type == "gateway_load_balancer" || e.NATGateway() {
		return open
	}
	return doubtful
}

// ungroupedStage stands in the place of the groups of such an interface.
type ungroupedStage struct{ *inventory.Interface }

func (s ungroupedStage) narrow(flows []flow) []flow { return ungrouped(s.Interface).gate(flows) }

func (s ungroupedStage) describe(_ packet, verdict Verdict) Step {
	step := Step{Kind: StepGroup, Verdict: verdict, Object: s.ID, Detail: called(s.Interface) + " carries no security group, so that none filters its traffic"}
	if verdict == Unknown {
		step.Detail = called(s.Interface) + " carries no security group that is known, so what it lets through is unknown"
	}
	return step
}

// opensNone reports whether an interface opens no connection to a VPC. Gateways
// hand on what is routed to them: a transit gateway and the endpoints of Gateway
// Load Balancers leave the address of the sender, a NAT gateway puts its own in
// its place, but only towards other networks than its VPC.
func opensNone(e *inventory.Interface, vpc string) bool {
	if e.NATGateway() {
		return e.VPC == vpc
	}
	return e.Type == "transit_gateway" || e.Type == "gateway_load_balancer_endpoint"
}

// outboundStage stops what such an interface would send.
type outboundStage struct{ from *inventory.Interface }

func (s outboundStage) narrow([]flow) []flow { return nil }

func (s outboundStage) describe(_ packet, verdict Verdict) Step {
	return Step{Kind: StepAddress, Verdict: verdict, Object: s.from.ID, Detail: called(s.from) + " opens no connections of its own: it hands on what is routed to it"}
}
