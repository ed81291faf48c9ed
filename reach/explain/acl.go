package explain

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/reach/path"
)

func (step *Step) aclBetween(s network.ACLBetween, p path.Packet) {
	step.Kind = StepACLIn
	if s.Direction == inventory.Egress {
		step.Kind = StepACLOut
	}
	if s.ACL == nil {
		step.unreadACL(s.Place)
		return
	}
	step.Object = s.ACL.Record.ID
	p.From, p.Sources = s.Remote, path.Single(s.Remote)
	way, preposition := "in", "from"
	if s.Direction == inventory.Egress {
		way, preposition = "out", "to"
	}
	if s.Reply {
		p.Point = path.ReplyInterval(p.Protocol).First
		if part := s.ReplyInterval(p.Protocol); part != nil {
			p.Point = part.First
		}
	}
	step.Detail = entry(s.ACL, s.ACL.Entry(s.Direction, p), p, preposition, way)
	if s.Reply {
		step.Detail += ", and so the reply"
		if step.Decision == path.Blocked {
			step.Detail = strings.TrimSuffix(step.Detail, ", and so the reply") + ", and no reply passes"
		}
	}
}

func (step *Step) aclIn(s network.ACLIn, p path.Packet) {
	step.Kind = StepACLIn
	if s.ACL == nil {
		step.unreadACL(s.Place)
		return
	}
	step.Object = s.ACL.Record.ID
	step.Detail = entry(s.ACL, s.ACL.Entry(inventory.Ingress, p), p, "from", "in")
}

func (step *Step) aclOut(s network.ACLOut, p path.Packet) {
	step.Kind = StepACLOut
	if s.ACL == nil {
		step.unreadACL(s.Place)
		return
	}
	step.Object = s.ACL.Record.ID
	text := entry(s.ACL, s.ACL.ReplyEntry(p), p, "to", "out")
	switch {
	case step.Decision == path.Allowed:
		step.Detail = text + ", and so the reply"
	case p.Protocol == inventory.TCP || p.Protocol == inventory.UDP:
		step.Detail = fmt.Sprintf("%s, and no reply leaves to the client ports %d-%d", text, path.ClientPorts.First, path.ClientPorts.Last)
	default:
		step.Detail = text + ", and no reply leaves"
	}
}

// unreadACL says that the place's network ACL is not known.
func (step *Step) unreadACL(p *network.Place) {
	step.Detail = "the network ACL of " + subnet(p) + " is not among those that were read"
	if !p.Network.Region.Read.Has(inventory.PartNetworkACLs) {
		step.unread = inventory.PartNetworkACLs
		step.Detail = "network ACLs were not read"
	}
}

// entry says in words which entry decides over a packet.
func entry(f *network.ACL, e *inventory.ACLEntry, p path.Packet, preposition, way string) string {
	switch {
	case e == nil || !e.Allow && e.Number >= network.FinalDenial:
		what := Traffic(p.Traffic)
		if way == "out" {
			what = p.Protocol.String()
		}
		return fmt.Sprintf("%s has no entry that allows %s %s %s %s", f.Record.Named(), what, way, preposition, sourcesOf(p))
	case e.Allow:
		return fmt.Sprintf("%s entry %d allows %s %s %s", f.Record.Named(), e.Number, Traffic(e.Traffic), preposition, cidr.Clean(e.Prefix))
	}
	return fmt.Sprintf("%s entry %d denies %s %s %s", f.Record.Named(), e.Number, Traffic(e.Traffic), preposition, cidr.Clean(e.Prefix))
}
