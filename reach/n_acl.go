package reach

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// finalDenial is the number of the entry that every network ACL ends with,
// and of the one for IPv6 after it.
const finalDenial = 32767

// filter is a network ACL. Its entries are unfolded into cells when they are
// first asked for: what they let through, exactly.
type filter struct {
	acl     *inventory.NetworkACL
	entries [2][families][]*inventory.ACLEntry // by direction, in order of evaluation
	sorted  bool
	cells   map[cellKey][]cell
	reply   map[replyKey]cidr.Set
}

type cellKey struct {
	direction inventory.Direction
	family    cidr.Family
	protocol  inventory.Protocol
}

type replyKey struct {
	family   cidr.Family
	protocol inventory.Protocol
}

// cell is an interval throughout which the same addresses pass.
type cell struct {
	interval
	allowed cidr.Set
}

func (f *filter) ordered(d inventory.Direction, family cidr.Family) []*inventory.ACLEntry {
	if !f.sorted {
		f.sorted = true
		for i := range f.acl.Entries {
			if e := &f.acl.Entries[i]; e.Prefix.IsValid() {
				list := &f.entries[e.Direction][cidr.FamilyOf(e.Prefix)]
				*list = append(*list, e)
			}
		}
		for d := range f.entries {
			for family := range f.entries[d] {
				slices.SortStableFunc(f.entries[d][family], func(a, b *inventory.ACLEntry) int { return cmp.Compare(a.Number, b.Number) })
			}
		}
	}
	return f.entries[d][family]
}

// matches reports whether the entry speaks of the protocol at all.
func matches(e *inventory.ACLEntry, p inventory.Protocol) bool {
	return e.Traffic.Protocol == inventory.AllProtocols || e.Traffic.Protocol == p
}

// pass returns the cells of a protocol, in ascending order; they fill the
// whole range.
func (f *filter) pass(d inventory.Direction, family cidr.Family, p inventory.Protocol) []cell {
	key := cellKey{d, family, p}
	if cells, ok := f.cells[key]; ok {
		return cells
	}
	var relevant []*inventory.ACLEntry
	starts := []int32{everything.first}
	for _, e := range f.ordered(d, family) {
		if !matches(e, p) {
			continue
		}
		relevant = append(relevant, e)
		span := intervalOf(e.Traffic)
		starts = append(starts, span.first)
		if span.last < everything.last {
			starts = append(starts, span.last+1)
		}
	}
	slices.Sort(starts)
	starts = slices.Compact(starts)
	var cells []cell
	for i, first := range starts {
		last := everything.last
		if i+1 < len(starts) {
			last = starts[i+1] - 1
		}
		allowed := allowedAt(relevant, first)
		if n := len(cells); n > 0 && cells[n-1].allowed.Equal(allowed) {
			cells[n-1].last = last
			continue
		}
		cells = append(cells, cell{interval{first, last}, allowed})
	}
	if f.cells == nil {
		f.cells = map[cellKey][]cell{}
	}
	f.cells[key] = cells
	return cells
}

// allowedAt returns the addresses that pass at one point of the range. The
// first entry that matches an address decides, so entries are laid over each
// other from the last to the first.
func allowedAt(entries []*inventory.ACLEntry, point int32) cidr.Set {
	var matching []*inventory.ACLEntry
	for _, e := range entries {
		if span := intervalOf(e.Traffic); span.first <= point && point <= span.last {
			matching = append(matching, e)
			if e.Prefix.Bits() == 0 {
				break // nothing is left for later entries
			}
		}
	}
	var allowed cidr.Set
	for _, e := range slices.Backward(matching) {
		if e.Allow {
			allowed = allowed.Union(cidr.Of(e.Prefix))
		} else {
			allowed = allowed.Subtract(cidr.Of(e.Prefix))
		}
	}
	return allowed
}

// replies returns the addresses that a reply may go to: for tcp and udp on
// some client port, for others in any form.
func (f *filter) replies(family cidr.Family, p inventory.Protocol) cidr.Set {
	key := replyKey{family, p}
	if s, ok := f.reply[key]; ok {
		return s
	}
	var s cidr.Set
	for _, c := range f.pass(inventory.Egress, family, p) {
		if _, ok := c.intersect(replyInterval(p)); ok {
			s = s.Union(c.allowed)
		}
	}
	if f.reply == nil {
		f.reply = map[replyKey]cidr.Set{}
	}
	f.reply[key] = s
	return s
}

// decide returns the entry that decides over the packet, or nil where none
// matches and so the packet is dropped.
func (f *filter) decide(d inventory.Direction, p packet) *inventory.ACLEntry {
	for _, e := range f.ordered(d, p.family()) {
		if span := intervalOf(e.Traffic); matches(e, p.protocol) && span.first <= p.point && p.point <= span.last && contains(e.Prefix, p.from) {
			return e
		}
	}
	return nil
}

// decideReply returns the entry that lets the reply to the packet out, or the
// one that denies it on the first client port.
func (f *filter) decideReply(p packet) *inventory.ACLEntry {
	span := replyInterval(p.protocol)
	reply := p
	reply.point = span.first
	for _, c := range f.pass(inventory.Egress, p.family(), p.protocol) {
		if i, ok := c.intersect(span); ok && c.allowed.Contains(p.from) {
			reply.point = i.first
			break
		}
	}
	return f.decide(inventory.Egress, reply)
}

func contains(p netip.Prefix, a netip.Addr) bool { return cidr.Clean(p).Contains(a) }
