package reach

import (
	"fmt"

	"github.com/sgaudit/sgaudit/inventory"
)

// The kinds of steps.
const (
	StepAddress      = "address"
	StepPublicAccess = "public-access"
	StepGateway      = "gateway"
	StepRoute        = "route"
	StepACLIn        = "acl-in"
	StepGroup        = "group"
	StepListener     = "listener"
	StepACLOut       = "acl-out"
)

// Step is one decision on a packet's way, made by the object that it names.
type Step struct {
	Kind     string   `json:"kind"`
	Decision Decision `json:"verdict"`
	Object   string   `json:"object,omitempty"` // id of what decides, empty where it is not known
	Detail   string   `json:"detail"`           // one sentence

	unread inventory.Part // the part that would have decided
}

// Steps says in words what happened to the example of an outcome, one step for
// each stage up to the one that stops it.
func steps(o *outcome) []Step {
	list := make([]Step, len(o.stages))
	for i, decided := range o.decisions() {
		list[i] = stepOf(o.stages[i], o.example, decided)
	}
	return list
}

// stepOf says in words what a stage does with a packet. Each stage of package
// network has its sentences here.
func stepOf(s stage, p packet, decided Decision) Step {
	step := Step{Decision: decided}
	switch s := s.(type) {
	case inboundStage:
		step.acceptsNone(s.to)
	case outboundStage:
		step.opensNone(s)
	case accessStage:
		step.publicAccess(s)
	case accessOut:
		step.publicAccessOut(s)
	case gatewayStage:
		step.internetGateway(s)
	case routeStage:
		step.internetRoute(s, p)
	case backStage:
		step.privateRoute(s, p)
	case pairRoute:
		step.routeBetween(s)
	case natStage:
		step.natGateway(s)
	case aclIn:
		step.aclIn(s, p)
	case aclOut:
		step.aclOut(s, p)
	case pairACL:
		step.aclBetween(s, p)
	case groupStage:
		step.securityGroups(s, p)
	case ruleStage:
		step.rule(s)
	case ungroupedStage:
		step.noGroup(s)
	case listenerStage:
		step.listeners(s, p)
	case noCommonFamily:
		step.noCommonFamily(s)
	default:
		panic(fmt.Sprintf("no sentence for the stage %T", s))
	}
	return step
}
