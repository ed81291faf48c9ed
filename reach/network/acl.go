package network

import (
	"cmp"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// FinalDenial is the number of the entry that every network ACL ends with,
// and of the one for IPv6 after it.
const FinalDenial = 32767

// ACL is a network ACL. Its entries are unfolded into cells when they are first
// needed: what they let through, exactly.
type ACL struct {
	Record         *inventory.NetworkACL
	entries        [2][cidr.Families][]*inventory.ACLEntry // by direction, in order of evaluation
	sorted         bool
	byProtocol     map[cellKey][]cell
	replyAddresses map[replyKey]cidr.Set
}

// NewACL returns a network ACL that was read.
func NewACL(record *inventory.NetworkACL) *ACL { return &ACL{Record: record} }

// Admits returns the addresses of one family that the network ACL lets pass, in its
// direction, on every packet of the traffic. All traffic is judged by its tcp and udp
// packets.
func (a *ACL) Admits(d inventory.Direction, family cidr.Family, t inventory.Traffic) cidr.Set {
	admitted := cidr.All(family)
	for _, p := range path.Protocols(t) {
		for _, c := range a.cells(d, family, p) {
			if _, ok := c.Intersect(path.IntervalOf(t)); ok {
				admitted = admitted.Intersect(c.allowed)
			}
		}
	}
	return admitted
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
	allowed cidr.Set
}

// ordered returns the entries in the order of evaluation.
func (a *ACL) ordered(d inventory.Direction, family cidr.Family) []*inventory.ACLEntry {
	if !a.sorted {
		a.sorted = true
		for i := range a.Record.Entries {
			if e := &a.Record.Entries[i]; e.Prefix.IsValid() {
				list := &a.entries[e.Direction][cidr.FamilyOf(e.Prefix)]
				*list = append(*list, e)
			}
		}
		for d := range a.entries {
			for family := range a.entries[d] {
				slices.SortStableFunc(a.entries[d][family], func(x, y *inventory.ACLEntry) int { return cmp.Compare(x.Number, y.Number) })
			}
		}
	}
	return a.entries[d][family]
}

// matches reports whether the entry is about the protocol.
func matches(e *inventory.ACLEntry, p inventory.Protocol) bool {
	return e.Traffic.Protocol == inventory.AllProtocols || e.Traffic.Protocol == p
}

// cells returns the cells of a protocol, in ascending order; they fill the
// whole range.
func (a *ACL) cells(d inventory.Direction, family cidr.Family, p inventory.Protocol) []cell {
	key := cellKey{d, family, p}
	if cells, ok := a.byProtocol[key]; ok {
		return cells
	}
	var relevant []*inventory.ACLEntry
	starts := []int32{path.Everything.First}
	for _, e := range a.ordered(d, family) {
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
		if n := len(cells); n > 0 && cells[n-1].allowed.Equal(allowed) {
			cells[n-1].Last = last
			continue
		}
		cells = append(cells, cell{path.Interval{First: first, Last: last}, allowed})
	}
	if a.byProtocol == nil {
		a.byProtocol = map[cellKey][]cell{}
	}
	a.byProtocol[key] = cells
	return cells
}

// allowedAt returns the addresses that pass at one point of the range. The
// first entry that matches an address decides, so entries are applied from the last
// to the first.
func allowedAt(entries []*inventory.ACLEntry, point int32) cidr.Set {
	var matching []*inventory.ACLEntry
	for _, e := range entries {
		if span := path.IntervalOf(e.Traffic); span.Contains(point) {
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

// replies returns the addresses to which replies get: of tcp and udp to some client
// port, of other protocols in any form.
func (a *ACL) replies(family cidr.Family, p inventory.Protocol) cidr.Set {
	key := replyKey{family, p}
	if s, ok := a.replyAddresses[key]; ok {
		return s
	}
	var s cidr.Set
	for _, c := range a.cells(inventory.Egress, family, p) {
		if _, ok := c.Intersect(path.ReplyInterval(p)); ok {
			s = s.Union(c.allowed)
		}
	}
	if a.replyAddresses == nil {
		a.replyAddresses = map[replyKey]cidr.Set{}
	}
	a.replyAddresses[key] = s
	return s
}

// Entry returns the entry that decides over the packet, or nil where none
// matches and so the packet is dropped.
func (a *ACL) Entry(d inventory.Direction, p path.Packet) *inventory.ACLEntry {
	for _, e := range a.ordered(d, p.Family()) {
		if span := path.IntervalOf(e.Traffic); matches(e, p.Protocol) && span.Contains(p.Point) && cidr.Clean(e.Prefix).Contains(p.From) {
			return e
		}
	}
	return nil
}

// ReplyEntry returns the entry that lets the reply to the packet out, or the
// one that denies it on the first client port.
func (a *ACL) ReplyEntry(p path.Packet) *inventory.ACLEntry {
	span := path.ReplyInterval(p.Protocol)
	reply := p
	reply.Point = span.First
	for _, c := range a.cells(inventory.Egress, p.Family(), p.Protocol) {
		if i, ok := c.Intersect(span); ok && c.allowed.Contains(p.From) {
			reply.Point = i.First
			break
		}
	}
	return a.Entry(inventory.Egress, reply)
}
