package network

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// FinalDenial is the number of the entry that every network ACL ends with,
// and of the one for IPv6 after it.
const FinalDenial = 32767

// ACL is a network ACL. Its entries are unfolded into cells when they are
// first asked for: what they let through, exactly.
type ACL struct {
	Record         *inventory.NetworkACL
	entries        [2][path.Families][]*inventory.ACLEntry // by direction, in order of evaluation
	sorted         bool
	unfolded       map[cellKey][]cell
	replyAddresses map[replyKey]cidr.Set
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
	path.Interval
	Allowed cidr.Set
}

func (f *ACL) ordered(d inventory.Direction, family cidr.Family) []*inventory.ACLEntry {
	if !f.sorted {
		f.sorted = true
		for i := range f.Record.Entries {
			if e := &f.Record.Entries[i]; e.Prefix.IsValid() {
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

// Cells returns the cells of a protocol, in ascending order; they fill the
// whole range.
func (f *ACL) Cells(d inventory.Direction, family cidr.Family, p inventory.Protocol) []cell {
	key := cellKey{d, family, p}
	if cells, ok := f.unfolded[key]; ok {
		return cells
	}
	var relevant []*inventory.ACLEntry
	starts := []int32{path.Everything.First}
	for _, e := range f.ordered(d, family) {
		if !matches(e, p) {
			continue
		}
		relevant = append(relevant, e)
		span := path.IntervalOf(e.Traffic)
		starts = append(starts, span.First)
		if span.Last < path.Everything.Last {
			starts = append(starts, span.Last+1)
		}
	}
	slices.Sort(starts)
	starts = slices.Compact(starts)
	var cells []cell
	for i, first := range starts {
		last := path.Everything.Last
		if i+1 < len(starts) {
			last = starts[i+1] - 1
		}
		allowed := allowedAt(relevant, first)
		if n := len(cells); n > 0 && cells[n-1].Allowed.Equal(allowed) {
			cells[n-1].Last = last
			continue
		}
		cells = append(cells, cell{path.Interval{First: first, Last: last}, allowed})
	}
	if f.unfolded == nil {
		f.unfolded = map[cellKey][]cell{}
	}
	f.unfolded[key] = cells
	return cells
}

// allowedAt returns the addresses that pass at one point of the range. The
// first entry that matches an address decides, so entries are laid over each
// other from the last to the first.
func allowedAt(entries []*inventory.ACLEntry, point int32) cidr.Set {
	var matching []*inventory.ACLEntry
	for _, e := range entries {
		if span := path.IntervalOf(e.Traffic); span.First <= point && point <= span.Last {
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
func (f *ACL) replies(family cidr.Family, p inventory.Protocol) cidr.Set {
	key := replyKey{family, p}
	if s, ok := f.replyAddresses[key]; ok {
		return s
	}
	var s cidr.Set
	for _, c := range f.Cells(inventory.Egress, family, p) {
		if _, ok := c.Intersect(path.ReplyInterval(p)); ok {
			s = s.Union(c.Allowed)
		}
	}
	if f.replyAddresses == nil {
		f.replyAddresses = map[replyKey]cidr.Set{}
	}
	f.replyAddresses[key] = s
	return s
}

// Entry returns the entry that decides over the packet, or nil where none
// matches and so the packet is dropped.
func (f *ACL) Entry(d inventory.Direction, p path.Packet) *inventory.ACLEntry {
	for _, e := range f.ordered(d, p.Family()) {
		if span := path.IntervalOf(e.Traffic); matches(e, p.Protocol) && span.First <= p.Point && p.Point <= span.Last && contains(e.Prefix, p.From) {
			return e
		}
	}
	return nil
}

// ReplyEntry returns the entry that lets the reply to the packet out, or the
// one that denies it on the first client port.
func (f *ACL) ReplyEntry(p path.Packet) *inventory.ACLEntry {
	span := path.ReplyInterval(p.Protocol)
	reply := p
	reply.Point = span.First
	for _, c := range f.Cells(inventory.Egress, p.Family(), p.Protocol) {
		if i, ok := c.Intersect(span); ok && c.Allowed.Contains(p.From) {
			reply.Point = i.First
			break
		}
	}
	return f.Entry(inventory.Egress, reply)
}

func contains(p netip.Prefix, a netip.Addr) bool { return cidr.Clean(p).Contains(a) }
