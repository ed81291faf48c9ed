package path

import "github.com/sgaudit/sgaudit/cidr"

// Stage is one point on a packet's way that may stop it.
type Stage interface {
	// Narrow returns what gets past the stage, in the order of the flows. Flows
	// of which no packet can pass are left out. It does not change its input.
	Narrow(flows []Flow) []Flow
}

// Outcome is how far flows got.
type Outcome struct {
	Verdict Verdict  // Reachable, NotReachable or Unknown
	Stages  []Stage  // those that some packet passes, in order, and the one that stops all, if any
	Example Packet   // one packet, of those that get furthest
	Left    []Flow   // what passed every stage
	From    cidr.Set // where what passed comes from: for certain if Reachable, else possibly
}

// Follow sends flows, of which there must be one, through the stages.
func Follow(stages []Stage, flows []Flow) Outcome {
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
	o := Outcome{Stages: stages, Example: example}
	switch {
	case passed < len(stages):
		o.Verdict, o.Stages = NotReachable, stages[:passed+1]
		return o
	case certain:
		o.Verdict = Reachable
	default:
		o.Verdict = Unknown
	}
	o.Left = left
	for _, f := range left {
		if certain {
			o.From = o.From.Union(f.From.Certain)
		} else {
			o.From = o.From.Union(f.From.Possible)
		}
	}
	return o
}

// Decisions returns what each of the stages does with the example: all of them
// are about the same packet, so that a reader can check one way from its
// beginning to its end.
func (o *Outcome) Decisions() []Decision {
	list := make([]Decision, len(o.Stages))
	for i, s := range o.Stages {
		if i < len(o.Stages)-1 || o.Verdict != NotReachable { // else it is blocked
			list[i] = decide(s, o.Example)
		}
	}
	return list
}

// exampleOf picks a packet: one that passes for certain, if any.
func exampleOf(flows []Flow) (p Packet, certain bool) {
	for _, f := range flows {
		if !f.From.Certain.Empty() {
			return f.example(f.From.Certain), true
		}
	}
	return flows[0].example(flows[0].From.Possible), false
}

// decide returns what a stage does with a single packet.
func decide(s Stage, p Packet) Decision {
	left := s.Narrow([]Flow{p.flow()})
	switch {
	case len(left) == 0:
		return Blocked
	case left[0].From.Certain.Empty():
		return Undecided
	}
	return Allowed
}
