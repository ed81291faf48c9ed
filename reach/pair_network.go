package reach

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// pairACL is the network ACL of one end's subnet, asked for the packet or for
// its reply.
type pairACL struct {
	*end
	remote    netip.Addr
	direction inventory.Direction
	reply     bool
	kind      string
}

func (s pairACL) narrow(flows []flow) []flow {
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

func (s pairACL) describe(p packet, verdict Verdict) Step {
	step := Step{Kind: s.kind, Verdict: verdict}
	if s.filter == nil {
		return s.unseenACL(step)
	}
	step.Object = s.filter.acl.ID
	p.from, p.group = s.remote, just(s.remote)
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
	step.Detail = s.filter.tell(s.filter.decide(s.direction, p), p, preposition, way)
	if s.reply {
		step.Detail += ", and so the reply"
		if verdict == Blocked {
			step.Detail = strings.TrimSuffix(step.Detail, ", and so the reply") + ", and no reply passes"
		}
	}
	return step
}

// pairRoute is the route of one end's subnet to the other.
type pairRoute struct{ at, other *end }

// target returns where the subnet's table sends packets to the other end, which
// is nothing where it has no route. It is not known where the table is not, or
// where entries of a prefix list that were not read may decide.
func (s pairRoute) target() (target string, known bool) {
	if s.at.table == nil {
		return "", false
	}
	h := s.at.table.lookup(s.other.address)
	if len(s.at.table.unread) > 0 && (h == nil || h.rank != rankLocal && !h.prefix.IsSingleIP()) {
		return "", false
	}
	if h == nil {
		return "", true
	}
	return h.route.Target, true
}

func (s pairRoute) fate() fate {
	if _, known := s.target(); !known {
		return doubtful
	}
	switch h := s.at.table.lookup(s.other.address); {
	case h == nil, h.route.Blackhole:
		return closed
	case h.route.Target == "local":
		if s.at.vpc == s.other.vpc {
			return open
		}
		return closed
	case strings.HasPrefix(h.route.Target, "pcx-"):
		if p := s.at.n.net().peerings[h.route.Target]; p != nil {
			joins := p.Requester.VPC == s.other.vpc || p.Accepter.VPC == s.other.vpc
			if p.Status == "active" && joins {
				return open
			}
			return closed
		}
	}
	return doubtful
}

func (s pairRoute) narrow(flows []flow) []flow { return s.fate().gate(flows) }

func (s pairRoute) describe(_ packet, verdict Verdict) Step {
	step := Step{Kind: StepRoute, Verdict: verdict}
	t := s.at.table
	if t == nil {
		step.Detail = "the route table of " + s.at.name() + " is not among those that were read"
		if !s.at.n.region.Read.Has(inventory.PartRouteTables) {
			step.unread = inventory.PartRouteTables
			step.Detail = "route tables were not read"
		}
		return step
	}
	step.Object = t.rt.ID
	h := t.lookup(s.other.address)
	if h == nil {
		step.Detail = fmt.Sprintf("%s has no route to %s", t.name(s.at.subnet), s.other.address)
		return step
	}
	step.Detail = fmt.Sprintf("%s routes %s to %s", t.name(s.at.subnet), h.prefix, h.route.Target)
	switch {
	case verdict == Allowed:
	case h.route.Blackhole:
		step.Detail += ", in state blackhole"
	case verdict == Blocked:
		step.Detail += ", which does not lead to " + s.other.vpc
	case transit(h.route.Target):
		step.Detail += fmt.Sprintf(", and whether that leads to %s is unknown: its own route tables are not read", s.other.vpc)
	default:
		step.Detail += ", and whether that leads to " + s.other.vpc + " is unknown"
	}
	return step
}

// backStage asks whether replies to private addresses find their way.
type backStage struct{ *place }

// back is what becomes of replies on a route.
func (s backStage) back(r *inventory.Route) fate {
	switch {
	case r.Blackhole, strings.HasPrefix(r.Target, "igw-"), strings.HasPrefix(r.Target, "eigw-"):
		return closed
	case r.Target == "local":
		return open
	case strings.HasPrefix(r.Target, "pcx-"):
		if p := s.n.net().peerings[r.Target]; p != nil {
			if p.Status == "active" {
				return open
			}
			return closed
		}
	}
	return doubtful
}

func (s backStage) narrow(flows []flow) []flow {
	if s.table == nil {
		return doubtAll(flows)
	}
	return restrict(flows, func(f flow) known {
		all := cidr.All4()
		if f.family == cidr.IPv6 {
			all = cidr.All6()
		}
		return s.table.leading(f.family, all, s.back)
	})
}

func (s backStage) describe(p packet, verdict Verdict) Step {
	step := Step{Kind: StepRoute, Verdict: verdict}
	switch {
	case s.table == nil && !s.n.region.Read.Has(inventory.PartRouteTables):
		step.unread = inventory.PartRouteTables
		step.Detail = "route tables were not read"
		return step
	case s.table == nil:
		step.Detail = "the route table of " + s.name() + " is not among those that were read"
		return step
	}
	step.Object = s.table.rt.ID
	h := s.table.lookup(p.from)
	if h == nil {
		step.Detail = fmt.Sprintf("%s has no route back to %s", s.table.name(s.subnet), p.source())
		return step
	}
	step.Detail = fmt.Sprintf("%s routes %s to %s", s.table.name(s.subnet), h.prefix, h.route.Target)
	switch verdict {
	case Blocked:
		step.Detail += ", by which no private address is reached"
	case Unknown:
		step.Detail += ", and where that leads is unknown"
	}
	return step
}
