package network

import (
	"net/netip"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// ACLIn is the subnet's network ACL, for the packet that comes in.
type ACLIn struct{ *Place }

func (s ACLIn) Narrow(flows []path.Flow) []path.Flow {
	if s.ACL == nil {
		return path.Doubt(flows)
	}
	var left []path.Flow
	for _, f := range flows {
		for _, c := range s.ACL.cells(inventory.Ingress, f.Family, f.Protocol) {
			if part, ok := f.Intersect(c.Interval); ok {
				if from := f.From.Intersect(path.Exactly(c.allowed)); !from.None() {
					left = append(left, f.Part(part, from))
				}
			}
		}
	}
	return left
}

// ACLOut is the same for the reply, as a network ACL keeps no state.
type ACLOut struct{ *Place }

func (s ACLOut) Narrow(flows []path.Flow) []path.Flow {
	if s.ACL == nil {
		return path.Doubt(flows)
	}
	return path.Restrict(flows, func(f path.Flow) path.Addresses { return path.Exactly(s.ACL.replies(f.Family, f.Protocol)) })
}

// ACLBetween is the network ACL of one end's subnet, for the packet between two
// interfaces or for its reply.
type ACLBetween struct {
	*End
	Remote    netip.Addr
	Direction inventory.Direction
	Reply     bool
}

func (s ACLBetween) Narrow(flows []path.Flow) []path.Flow {
	if s.ACL == nil {
		return path.Doubt(flows)
	}
	var left []path.Flow
	for _, f := range flows {
		if s.Reply {
			if s.ReplyInterval(f.Protocol) != nil {
				left = append(left, f)
			}
			continue
		}
		for _, c := range s.ACL.cells(s.Direction, f.Family, f.Protocol) {
			if part, ok := f.Intersect(c.Interval); ok && c.allowed.Contains(s.Remote) {
				left = append(left, f.Part(part, f.From))
			}
		}
	}
	return left
}

// ReplyInterval returns the first interval by which replies pass, or nil.
func (s ACLBetween) ReplyInterval(p inventory.Protocol) *path.Interval {
	for _, c := range s.ACL.cells(s.Direction, cidr.FamilyOfAddr(s.Remote), p) {
		if part, ok := c.Intersect(path.ReplyInterval(p)); ok && c.allowed.Contains(s.Remote) {
			return &part
		}
	}
	return nil
}
