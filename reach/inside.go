package reach

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// fromReferences follows what comes from the members of every group that a
// rule names.
func (t *tracer) fromReferences() {
	t.each(func(g *inventory.Group, r *inventory.Rule, _ inventory.Traffic) {
		if r.Peer.Group == nil {
			return
		}
		var others []*inventory.Interface
		for _, e := range t.n.Interfaces(r.Peer.Group.ID) {
			if e != t.to {
				others = append(others, e)
			}
		}
		if len(others) > 0 {
			t.fromInterfaces(others, &permission{g, r})
			return
		}
		w := Way{From: r.Peer.Group.ID, Verdict: NotReachable, Group: g.ID, Rule: r.String(), Steps: []Step{{
			Kind: StepGroup, Verdict: Blocked, Object: r.Peer.Group.ID, Detail: "no other interface carries " + r.Peer.Group.ID,
		}}}
		if t.n.groups[r.Peer.Group.ID] == nil {
			w.Verdict, w.Steps[0].Verdict = Unknown, Unknown
			w.Steps[0].Detail = "the interfaces of " + r.Peer.Group.ID + " are not seen from here"
		}
		t.add(w)
	})
}

// permission is one rule of one group.
type permission struct {
	group *inventory.Group
	rule  *inventory.Rule
}

// fromInterfaces follows what comes from other interfaces, by any rule or by
// one alone. Those with the same outcome share a way, which the first tells.
func (t *tracer) fromInterfaces(from []*inventory.Interface, only *permission) {
	type key struct{ verdict, object, kind, traffic string }
	found := map[key]int{}
	for _, e := range from {
		if e == t.to {
			continue
		}
		o, p := t.n.between(e, t.to, t.query.Traffic, only)
		w := Way{Verdict: o.verdict, Traffic: trafficInWords(o.left), Sources: 1, Steps: o.steps, From: called(e)}
		if p != nil && o.verdict != NotReachable {
			w.Group, w.Rule = p.group.ID, p.rule.String()
		}
		if only != nil {
			w.Group, w.Rule = only.group.ID, only.rule.String()
			w.From = only.rule.Peer.Group.ID
		}
		last := o.steps[len(o.steps)-1]
		k := key{w.Verdict, last.Object, last.Kind, w.Traffic}
		if i, ok := found[k]; ok {
			t.ways[i].Sources++
			continue
		}
		found[k] = len(t.ways)
		t.add(w)
	}
	for _, i := range found {
		if w := &t.ways[i]; w.Sources > 1 && only == nil {
			w.From += fmt.Sprintf(" and %d more", w.Sources-1)
		}
	}
}

// Between reports whether traffic that one interface opens gets to another:
// Reachable, NotReachable or Unknown, with the steps of one packet. All
// traffic is judged by its tcp and udp packets.
func (n *Region) Between(from, to *inventory.Interface, traffic inventory.Traffic) (verdict string, steps []Step) {
	o, _ := n.between(from, to, traffic, nil)
	return o.verdict, o.steps
}

// between tries the addresses of both and keeps the best outcome, with the
// rule that lets its packet in.
func (n *Region) between(from, to *inventory.Interface, traffic inventory.Traffic, only *permission) (best outcome, by *permission) {
	for _, a := range from.Addresses {
		for _, b := range to.Addresses {
			if a.Private.Is4() != b.Private.Is4() {
				continue
			}
			p := n.pair(from, to, a.Private, b.Private)
			p.only = only
			o := follow(p.stages(), flowsOf(traffic, p.family(), exactly(just(a.Private))))
			if best.verdict == "" || gravity[o.verdict] > gravity[best.verdict] {
				best, by = o, p.permission(o)
			}
			if best.verdict == Reachable {
				return best, by
			}
		}
	}
	if best.verdict == "" {
		best = outcome{verdict: NotReachable, steps: []Step{{
			Kind: StepAddress, Verdict: Blocked, Object: to.ID, Detail: fmt.Sprintf("%s and %s have no addresses of one family", from.ID, to.ID),
		}}}
	}
	return best, by
}

func just(a netip.Addr) cidr.Set { return cidr.Of(netip.PrefixFrom(a, a.BitLen())) }

// pair is two addresses of two interfaces.
type pair struct {
	n        *Region
	from, to end
	only     *permission // the one rule that counts at the far end; nil: all of them
}

// end is one of both.
type end struct {
	*place
	holder  *inventory.Interface
	address netip.Addr
	groups  []*inventory.Group
	unseen  []string
}

func (n *Region) pair(from, to *inventory.Interface, a, b netip.Addr) *pair {
	make := func(e *inventory.Interface, a netip.Addr) end {
		x := end{place: n.place(placeKey{e.VPC, e.Subnet}), holder: e, address: a}
		x.groups, x.unseen = n.groupsOf(e)
		return x
	}
	return &pair{n: n, from: make(from, a), to: make(to, b)}
}

func (p *pair) family() cidr.Family {
	if p.from.address.Is6() {
		return cidr.IPv6
	}
	return cidr.IPv4
}

// stages are what stands between both, in the order of a packet and of its
// reply. Inside of one subnet only the groups do.
func (p *pair) stages() []stage {
	out := groupStage{p, &p.from, &p.to, inventory.Egress}
	in := groupStage{p, &p.to, &p.from, inventory.Ingress}
	if p.from.subnet == p.to.subnet && p.from.subnet != "" {
		return []stage{out, in}
	}
	return []stage{
		out,
		pairACL{&p.from, p.to.address, inventory.Egress, false, StepACLOut},
		pairRoute{&p.from, &p.to},
		pairACL{&p.to, p.from.address, inventory.Ingress, false, StepACLIn},
		in,
		pairACL{&p.to, p.from.address, inventory.Egress, true, StepACLOut},
		pairRoute{&p.to, &p.from},
		pairACL{&p.from, p.to.address, inventory.Ingress, true, StepACLIn},
	}
}

// permission finds the ingress rule that lets the outcome's packet in.
func (p *pair) permission(o outcome) *permission {
	s := groupStage{p, &p.to, &p.from, inventory.Ingress}
	for _, f := range o.left {
		if by := s.rule(f.protocol, f.first); by != nil {
			return by
		}
	}
	return nil
}

// groupStage is the groups of one end, which decide what goes to the other or
// comes from it.
type groupStage struct {
	*pair
	at, other *end
	direction inventory.Direction
}

// each calls f for the rules that name the other end, or may do so.
func (s groupStage) each(f func(by *permission, certain bool)) {
	for _, g := range s.at.groups {
		for i := range g.Rules {
			r := &g.Rules[i]
			if r.Direction != s.direction || s.only != nil && s.direction == inventory.Ingress && r != s.only.rule {
				continue
			}
			switch s.names(r.Peer) {
			case open:
				f(&permission{g, r}, true)
			case doubtful:
				f(&permission{g, r}, false)
			}
		}
	}
}

// names reports whether a peer stands for the other end: open, closed or
// doubtful. A reference to a group of another VPC needs an active peering.
func (s groupStage) names(p inventory.Peer) fate {
	if p.Group != nil {
		if !s.other.holder.Carries(p.Group.ID) {
			return closed
		}
		if s.at.vpc == s.other.vpc {
			return open
		}
		switch status := s.n.joined(s.at.vpc, s.other.vpc); {
		case status == "active":
			return open
		case !s.n.region.Read.Has(inventory.PartPeerings):
			return doubtful
		}
		return closed
	}
	k := s.n.addressesOf(p)[s.family()]
	switch {
	case k.sure.Contains(s.other.address):
		return open
	case k.possible.Contains(s.other.address):
		return doubtful
	}
	return closed
}

// joined returns the status of the peering of two VPCs, active before others,
// or nothing where none was seen.
func (n *Region) joined(a, b string) string {
	status := ""
	for _, p := range n.net().peerings {
		x, y := p.Requester.VPC, p.Accepter.VPC
		if (x == a && y == b || x == b && y == a) && (status == "" || p.Status == "active") {
			status = p.Status
		}
	}
	return status
}

func (s groupStage) narrow(flows []flow) []flow {
	var left []flow
	for _, f := range flows {
		var sure, maybe []interval
		s.each(func(by *permission, certain bool) {
			t := by.rule.Traffic
			if t.Protocol != inventory.AllProtocols && t.Protocol != f.protocol {
				return
			}
			if part, ok := intervalOf(t).intersect(f.interval); ok {
				if certain {
					sure = append(sure, part)
				} else {
					maybe = append(maybe, part)
				}
			}
		})
		if len(s.at.unseen) > 0 {
			maybe = append(maybe, f.interval)
		}
		sure = union(sure)
		for _, part := range sure {
			left = append(left, flow{f.family, f.protocol, part, f.from})
		}
		for _, part := range without(union(maybe), sure) {
			left = append(left, flow{f.family, f.protocol, part, known{possible: f.from.possible}})
		}
	}
	return left
}

// union joins intervals; they come back in ascending order.
func union(parts []interval) []interval {
	slices.SortFunc(parts, func(a, b interval) int { return cmp.Compare(a.first, b.first) })
	var joined []interval
	for _, p := range parts {
		if k := len(joined); k > 0 && p.first <= joined[k-1].last+1 {
			joined[k-1].last = max(joined[k-1].last, p.last)
			continue
		}
		joined = append(joined, p)
	}
	return joined
}

// without takes the intervals of holes, which are in order, out of others.
func without(parts, holes []interval) []interval {
	var left []interval
	for _, p := range parts {
		for _, h := range holes {
			if h.last < p.first || h.first > p.last {
				continue
			}
			if h.first > p.first {
				left = append(left, interval{p.first, h.first - 1})
			}
			p.first = h.last + 1
		}
		if p.first <= p.last {
			left = append(left, p)
		}
	}
	return left
}

// rule returns the first rule that lets such a packet through, certain ones
// first.
func (s groupStage) rule(protocol inventory.Protocol, point int32) *permission {
	var found, perhaps *permission
	s.each(func(by *permission, certain bool) {
		t, span := by.rule.Traffic, intervalOf(by.rule.Traffic)
		switch {
		case t.Protocol != inventory.AllProtocols && t.Protocol != protocol, point < span.first, point > span.last:
		case certain && found == nil:
			found = by
		case perhaps == nil:
			perhaps = by
		}
	})
	return cmp.Or(found, perhaps)
}

func (s groupStage) describe(p packet, verdict string) Step {
	step := Step{Kind: StepGroup, Verdict: verdict, Object: strings.Join(s.at.holder.Groups, ", ")}
	way, preposition := "ingress", "from"
	if s.direction == inventory.Egress {
		way, preposition = "egress", "to"
	}
	switch by := s.rule(p.protocol, p.point); {
	case by != nil:
		step.Object = by.group.ID
		step.Detail = fmt.Sprintf("%s allows %s %s %s", by.group.ID, inWords(by.rule.Traffic), preposition, by.rule.Peer)
		if verdict == Unknown {
			step.Detail += ", which is not known to hold " + s.other.address.String()
		}
	case len(s.at.unseen) > 0:
		step.Detail = fmt.Sprintf("the rules of %s are not seen from here", strings.Join(s.at.unseen, ", "))
	case len(s.at.holder.Groups) == 0:
		step.Object = s.at.holder.ID
		step.Detail = s.at.holder.ID + " carries no security group"
	default:
		step.Detail = fmt.Sprintf("no %s rule of %s allows %s %s %s (%s)", way, step.Object, inWords(p.of), preposition, s.other.address, s.other.holder.ID)
	}
	return step
}

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

func (s pairACL) describe(p packet, verdict string) Step {
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

func (s pairRoute) fate() fate {
	if s.at.table == nil {
		return doubtful
	}
	h := s.at.table.lookup(s.other.address)
	if len(s.at.table.unread) > 0 && (h == nil || h.rank != rankLocal && !h.prefix.IsSingleIP()) {
		return doubtful
	}
	switch {
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

func (s pairRoute) describe(_ packet, verdict string) Step {
	step := Step{Kind: StepRoute, Verdict: verdict}
	t := s.at.table
	if t == nil {
		step.Detail = "no route table of " + s.at.name() + " was seen"
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
		step.Detail += ", a blackhole"
	case verdict == Blocked:
		step.Detail += ", which does not lead to " + s.other.vpc
	default:
		step.Detail += ", and where that leads is not seen from here"
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

func (s backStage) describe(p packet, verdict string) Step {
	step := Step{Kind: StepRoute, Verdict: verdict}
	switch {
	case s.table == nil && !s.n.region.Read.Has(inventory.PartRouteTables):
		step.unread = inventory.PartRouteTables
		step.Detail = "route tables were not read"
		return step
	case s.table == nil:
		step.Detail = "no route table of " + s.name() + " was seen"
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
		step.Detail += ", and where that leads is not seen from here"
	}
	return step
}
