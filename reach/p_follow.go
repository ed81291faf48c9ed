package reach

import "github.com/sgaudit/sgaudit/cidr"

// stage is one point on a packet's way that may stop it.
type stage interface {
	// Narrow returns what gets past the stage, in the order of the flows. Flows
	// of which no packet can pass are left out. It does not change its input.
	Narrow(flows []flow) []flow
}

// outcome is how far flows got.
type outcome struct {
	verdict Verdict  // Reachable, NotReachable or Unknown
	stages  []stage  // those that some packet passes, in order, and the one that stops all, if any
	example packet   // one packet, of those that get furthest
	left    []flow   // what passed every stage
	from    cidr.Set // where what passed comes from: for certain if Reachable, else possibly
}

// follow sends flows, of which there must be one, through the stages.
func follow(stages []stage, flows []flow) outcome {
	left, passed := flows, 0
	for _, s := range stages {
		after := s.Narrow(left)
		if len(after) == 0 {
			break
		}
		left = after
		passed++
	}
	example, certain := exampleOf(left)
	o := outcome{stages: stages, example: example}
	switch {
	case passed < len(stages):
		o.verdict, o.stages = NotReachable, stages[:passed+1]
		return o
	case certain:
		o.verdict = Reachable
	default:
		o.verdict = Unknown
	}
	o.left = left
	for _, f := range left {
		if certain {
			o.from = o.from.Union(f.from.sure)
		} else {
			o.from = o.from.Union(f.from.possible)
		}
	}
	return o
}

// decisions returns what each of the stages does with the example: all of them
// are about the same packet, so that a reader can check one way from its
// beginning to its end.
func (o *outcome) decisions() []Decision {
	list := make([]Decision, len(o.stages))
	for i, s := range o.stages {
		if i < len(o.stages)-1 || o.verdict != NotReachable { // else it is blocked
			list[i] = decide(s, o.example)
		}
	}
	return list
}

// exampleOf picks a packet: one that passes for certain, if any.
func exampleOf(flows []flow) (p packet, certain bool) {
	for _, f := range flows {
		if !f.from.sure.Empty() {
			return f.example(f.from.sure), true
		}
	}
	return flows[0].example(flows[0].from.possible), false
}

// decide returns what a stage does with a single packet.
func decide(s stage, p packet) Decision {
	left := s.Narrow([]flow{p.flow()})
	switch {
	case len(left) == 0:
		return Blocked
	case left[0].from.sure.Empty():
		return Undecided
	}
	return Allowed
}
