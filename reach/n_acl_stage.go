package reach

import (
	"net/netip"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// aclIn is the subnet's network ACL, asked for the packet that comes in.
type aclIn struct{ *place }

func (s aclIn) Narrow(flows []flow) []flow {
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

// aclOut is the same for the reply: a network ACL keeps no state.
type aclOut struct{ *place }

func (s aclOut) Narrow(flows []flow) []flow {
	if s.filter == nil {
		return doubtAll(flows)
	}
	return restrict(flows, func(f flow) known { return exactly(s.filter.replies(f.family, f.protocol)) })
}

// pairACL is the network ACL of one end's subnet, asked for the packet or for
// its reply.
type pairACL struct {
	*end
	remote    netip.Addr
	direction inventory.Direction
	reply     bool
}

func (s pairACL) Narrow(flows []flow) []flow {
	if s.filter == nil {
		return doubtAll(flows)
	}
	var left []flow
	for _, f := range flows {
		if s.reply {
			if s.answer(f.protocol) != nil {
				left = append(left, f)
			}
			continue
		}
		for _, c := range s.filter.pass(s.direction, f.family, f.protocol) {
			if part, ok := f.intersect(c.interval); ok && c.allowed.Contains(s.remote) {
				left = append(left, flow{f.family, f.protocol, part, f.from})
			}
		}
	}
	return left
}

// answer returns some interval that lets replies pass, or nil.
func (s pairACL) answer(p inventory.Protocol) *interval {
	f := cidr.IPv4
	if s.remote.Is6() {
		f = cidr.IPv6
	}
	for _, c := range s.filter.pass(s.direction, f, p) {
		if part, ok := c.intersect(replyInterval(p)); ok && c.allowed.Contains(s.remote) {
			return &part
		}
	}
	return nil
}
