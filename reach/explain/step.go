// Package explain puts verdicts in words: the steps of a packet, and the evidence
// of a rule's exposure.
//
// It decides nothing. Each stage of package network has its sentences here, and no
// other package of reach writes any. Sentences have no full stop, name the objects
// that decide by their ids, and are the same for the same inventory. They hold
// texts of AWS's answers as they came: who prints them has to neutralise them.
package explain

import (
	"fmt"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/reach/path"
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

// stepKinds are the kinds in the order of the way from the internet.
var stepKinds = []string{StepAddress, StepPublicAccess, StepGateway, StepRoute, StepACLIn, StepGroup, StepListener, StepACLOut}

// Step is one decision on a packet's way, made by the object that it names.
type Step struct {
	Kind     string        `json:"kind"`
	Decision path.Decision `json:"verdict"`
	Object   string        `json:"object,omitempty"` // id of what decides, empty where it is not known
	Detail   string        `json:"detail"`           // one sentence

	unread inventory.Part // the part that would have decided
}

// Steps says in words what happened to the example of an outcome, one step for
// each stage up to the one that stops it.
func Steps(o *path.Outcome) []Step {
	list := make([]Step, len(o.Stages))
	for i, decided := range o.Decisions() {
		list[i] = stepOf(o.Stages[i], o.Example, decided)
	}
	return list
}

// stepOf says in words what a stage does with a packet. Each stage of package
// network has its sentences here.
func stepOf(s path.Stage, p path.Packet, decided path.Decision) Step {
	step := Step{Decision: decided}
	switch s := s.(type) {
	case network.AcceptsNone:
		step.acceptsNone(s.To)
	case network.OpensNone:
		step.opensNone(s)
	case network.PublicAccess:
		step.publicAccess(s)
	case network.PublicAccessOut:
		step.publicAccessOut(s)
	case network.InternetGateway:
		step.internetGateway(s)
	case network.InternetRoute:
		step.internetRoute(s, p)
	case network.PrivateRoute:
		step.privateRoute(s, p)
	case network.RouteBetween:
		step.routeBetween(s)
	case network.NATGateway:
		step.natGateway(s)
	case network.ACLIn:
		step.aclIn(s, p)
	case network.ACLOut:
		step.aclOut(s, p)
	case network.ACLBetween:
		step.aclBetween(s, p)
	case network.SecurityGroups:
		step.securityGroups(s, p)
	case network.OneRule:
		step.rule(s)
	case network.NoGroup:
		step.noGroup(s)
	case network.Listeners:
		step.listeners(s, p)
	case network.NoCommonFamily:
		step.noCommonFamily(s)
	default:
		panic(fmt.Sprintf("no sentence for the stage %T", s))
	}
	return step
}
