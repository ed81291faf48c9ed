package reach

import (
	"github.com/sgaudit/sgaudit/cidr"
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

// The verdicts of a step.
const (
	Allowed Verdict = "allowed"
	Blocked Verdict = "blocked"
	// Unknown, as for an Exposure
)

// Step is one decision on a packet's way, made by the object that it names.
type Step struct {
	Kind    string  `json:"kind"`
	Verdict Verdict `json:"verdict"`          // Allowed, Blocked or Unknown
	Object  string  `json:"object,omitempty"` // id of what decides, empty where it is not known
	Detail  string  `json:"detail"`           // one sentence

	unread inventory.Part // the part that would have decided
}

// stage is one point on the way. Narrow leaves what gets past it; flows of
// which nothing can pass are dropped. Describe says what it does with one
// packet, whose verdict is given.
type stage interface {
	narrow([]flow) []flow
	describe(p packet, verdict Verdict) Step
}

// outcome is how far flows got.
type outcome struct {
	verdict Verdict
	steps   []Step   // for one packet: of those that get furthest
	left    []flow   // what passed every stage
	from    cidr.Set // where what passed comes from, or may come from
}

// follow sends flows through the stages. All of the steps, but for the one
// that blocks, are told for the same packet, so that a reader can check one
// way from the beginning to the end.
func follow(stages []stage, flows []flow) outcome {
	o, told, witness := pass(stages, flows)
	for _, s := range told {
		o.steps = append(o.steps, s.describe(witness, fateOf(s, witness)))
	}
	return o
}

// pass sends flows through the stages and returns the outcome without its
// steps, the stages that have to be told, and the packet to tell them for.
func pass(stages []stage, flows []flow) (o outcome, told []stage, witness packet) {
	before, passed := flows, 0
	for _, s := range stages {
		after := s.narrow(before)
		if len(after) == 0 {
			break
		}
		before = after
		passed++
	}
	witness, certain := choose(before)
	switch {
	case passed < len(stages):
		o.verdict = NotReachable
		stages = stages[:passed+1]
	case certain:
		o.verdict, o.left = Reachable, before
	default:
		o.verdict, o.left = Unknown, before
	}
	for _, f := range o.left {
		if certain {
			o.from = o.from.Union(f.from.sure)
		} else {
			o.from = o.from.Union(f.from.possible)
		}
	}
	return o, stages, witness
}

// choose picks the packet to tell of: one that passes for certain, if any.
func choose(flows []flow) (p packet, certain bool) {
	for _, f := range flows {
		if !f.from.sure.Empty() {
			return f.witness(f.from.sure), true
		}
	}
	return flows[0].witness(flows[0].from.possible), false
}

func (f flow) witness(from cidr.Set) packet {
	return packet{f.protocol, f.first, sample(from), f.traffic(), from}
}

// fateOf returns what the stage does with a single packet.
func fateOf(s stage, p packet) Verdict {
	left := s.narrow([]flow{p.flow()})
	switch {
	case len(left) == 0:
		return Blocked
	case left[0].from.sure.Empty():
		return Unknown
	}
	return Allowed
}

// restrict keeps of each flow what comes from the given addresses.
func restrict(flows []flow, to func(flow) known) []flow {
	var left []flow
	for _, f := range flows {
		if f.from = f.from.intersect(to(f)); !f.from.impossible() {
			left = append(left, f)
		}
	}
	return left
}

// doubtAll keeps all flows, and is certain of none.
func doubtAll(flows []flow) []flow {
	left := make([]flow, len(flows))
	for i, f := range flows {
		f.from.sure = cidr.Set{}
		left[i] = f
	}
	return left
}
