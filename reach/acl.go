package reach

import (
	"fmt"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// aclIn is the subnet's network ACL, asked for the packet that comes in.
type aclIn struct{ *place }

func (s aclIn) narrow(flows []flow) []flow {
	if s.filter == nil {
		return doubtAll(flows)
	}
	var left []flow
	for _, f := range flows {
		for _, c := range s.filter.pass(inventory.Ingress, f.family, f.protocol) {
			if part, ok := f.intersect(c.interval); ok {
				if from := f.from.intersect(exactly(c.allowed)); !from.impossible() {
					left = append(left, flow{f.family, f.protocol, part, from})
				}
			}
		}
	}
	return left
}

func (s aclIn) describe(p packet, verdict Verdict) Step {
	step := Step{Kind: StepACLIn, Verdict: verdict}
	if s.filter == nil {
		return s.unseenACL(step)
	}
	step.Object = s.filter.acl.ID
	step.Detail = s.filter.tell(s.filter.decide(inventory.Ingress, p), p, "from", "in")
	return step
}

// aclOut is the same for the reply: a network ACL keeps no state.
type aclOut struct{ *place }

func (s aclOut) narrow(flows []flow) []flow {
	if s.filter == nil {
		return doubtAll(flows)
	}
	return restrict(flows, func(f flow) known { return exactly(s.filter.replies(f.family, f.protocol)) })
}

func (s aclOut) describe(p packet, verdict Verdict) Step {
	step := Step{Kind: StepACLOut, Verdict: verdict}
	if s.filter == nil {
		return s.unseenACL(step)
	}
	step.Object = s.filter.acl.ID
	text := s.filter.tell(s.filter.decideReply(p), p, "to", "out")
	switch {
	case verdict == Allowed:
		step.Detail = text + ", and so the reply"
	case p.protocol == inventory.TCP || p.protocol == inventory.UDP:
		step.Detail = fmt.Sprintf("%s, and no reply leaves to the client ports %d-%d", text, clientPorts.first, clientPorts.last)
	default:
		step.Detail = text + ", and no reply leaves"
	}
	return step
}

func (p *place) unseenACL(step Step) Step {
	step.Detail = "the network ACL of " + p.name() + " is not among those that were read"
	if !p.n.region.Read.Has(inventory.PartNetworkACLs) {
		step.unread = inventory.PartNetworkACLs
		step.Detail = "network ACLs were not read"
	}
	return step
}

// tell says in words which entry decides over a packet.
func (f *filter) tell(e *inventory.ACLEntry, p packet, preposition, way string) string {
	switch {
	case e == nil || !e.Allow && e.Number >= finalDenial:
		what := inWords(p.of)
		if way == "out" {
			what = p.protocol.String()
		}
		return fmt.Sprintf("%s has no entry that allows %s %s %s %s", f.acl.ID, what, way, preposition, p.source())
	case e.Allow:
		return fmt.Sprintf("%s entry %d allows %s %s %s", f.acl.ID, e.Number, inWords(e.Traffic), preposition, cidr.Clean(e.Prefix))
	}
	return fmt.Sprintf("%s entry %d denies %s %s %s", f.acl.ID, e.Number, inWords(e.Traffic), preposition, cidr.Clean(e.Prefix))
}

// inWords returns the traffic as it reads best in a sentence.
func inWords(t inventory.Traffic) string {
	switch {
	case t.Protocol == inventory.AllProtocols:
		return "all traffic"
	case t.HasPorts() || t.Protocol == inventory.ICMP || t.Protocol == inventory.ICMPv6:
		return t.String()
	}
	return "protocol " + t.String()
}
