package reach

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

func (step *Step) aclBetween(s pairACL, p packet) {
	step.Kind = StepACLIn
	if s.direction == inventory.Egress {
		step.Kind = StepACLOut
	}
	if s.filter == nil {
		step.unreadACL(s.place)
		return
	}
	step.Object = s.filter.acl.ID
	p.from, p.sources = s.remote, just(s.remote)
	way, preposition := "in", "from"
	if s.direction == inventory.Egress {
		way, preposition = "out", "to"
	}
	if s.reply {
		p.point = replyInterval(p.protocol).first
		if part := s.answer(p.protocol); part != nil {
			p.point = part.first
		}
	}
	step.Detail = entryInWords(s.filter, s.filter.decide(s.direction, p), p, preposition, way)
	if s.reply {
		step.Detail += ", and so the reply"
		if step.Decision == Blocked {
			step.Detail = strings.TrimSuffix(step.Detail, ", and so the reply") + ", and no reply passes"
		}
	}
}

func (step *Step) aclIn(s aclIn, p packet) {
	step.Kind = StepACLIn
	if s.filter == nil {
		step.unreadACL(s.place)
		return
	}
	step.Object = s.filter.acl.ID
	step.Detail = entryInWords(s.filter, s.filter.decide(inventory.Ingress, p), p, "from", "in")
}

func (step *Step) aclOut(s aclOut, p packet) {
	step.Kind = StepACLOut
	if s.filter == nil {
		step.unreadACL(s.place)
		return
	}
	step.Object = s.filter.acl.ID
	text := entryInWords(s.filter, s.filter.decideReply(p), p, "to", "out")
	switch {
	case step.Decision == Allowed:
		step.Detail = text + ", and so the reply"
	case p.protocol == inventory.TCP || p.protocol == inventory.UDP:
		step.Detail = fmt.Sprintf("%s, and no reply leaves to the client ports %d-%d", text, clientPorts.first, clientPorts.last)
	default:
		step.Detail = text + ", and no reply leaves"
	}
}

// unreadACL says that the place's network ACL is not known.
func (step *Step) unreadACL(p *place) {
	step.Detail = "the network ACL of " + p.name() + " is not among those that were read"
	if !p.n.region.Read.Has(inventory.PartNetworkACLs) {
		step.unread = inventory.PartNetworkACLs
		step.Detail = "network ACLs were not read"
	}
}

// entryInWords says in words which entry decides over a packet.
func entryInWords(f *filter, e *inventory.ACLEntry, p packet, preposition, way string) string {
	switch {
	case e == nil || !e.Allow && e.Number >= finalDenial:
		what := inWords(p.traffic)
		if way == "out" {
			what = p.protocol.String()
		}
		return fmt.Sprintf("%s has no entry that allows %s %s %s %s", f.acl.ID, what, way, preposition, sourcesInWords(p))
	case e.Allow:
		return fmt.Sprintf("%s entry %d allows %s %s %s", f.acl.ID, e.Number, inWords(e.Traffic), preposition, cidr.Clean(e.Prefix))
	}
	return fmt.Sprintf("%s entry %d denies %s %s %s", f.acl.ID, e.Number, inWords(e.Traffic), preposition, cidr.Clean(e.Prefix))
}
