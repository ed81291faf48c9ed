package flows

import (
	"cmp"
	"iter"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// All returns the rows, by interface. The order within an interface is not
// defined. A connection that the records show in two directions, because nothing
// in them says who opened it, is returned in the direction in which it was opened
// as far as other records show:
//
//   - A row of the direction that another row shows for certain is returned as Certain.
//   - Where packets went in one direction alone, that is the direction: a row of it is
//     Either at least, and one of the other direction Unlikely, or left out if its ports
//     did not make it likely. If TCP flags said the other direction (SYN with ACK, and no
//     packet back), both are Unlikely.
//   - If another row says for certain that the connection goes to the port on the
//     one side, then the row of the other direction is left out.
//   - If one address used several ports with the same port of the other side, then
//     that one is the service's, and the row of the other direction is left out. It is
//     Unlikely if the port may be a client's with a privilege. A row that was unlikely by
//     its ports is returned as Either then.
func (s *Summary) All() iter.Seq[Flow] {
	return func(yield func(Flow) bool) {
		if s.flows == nil {
			return
		}
		order := make([]int, len(s.flows.lane))
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(a, b int) int {
			return cmp.Compare(s.Interfaces[s.flows.lane[a].key>>32].ID, s.Interfaces[s.flows.lane[b].key>>32].ID)
		})
		for _, i := range order {
			l := &s.flows.lane[i]
			for at := l.head; at >= 0; at = s.flows.group[at].next {
				g := &s.flows.group[at]
				for k := g.head; k >= 0; k = s.flows.entry[k].next {
					v, whole := s.flows.view(l, g, &s.flows.entry[k])
					if !whole {
						continue
					}
					if !s.seen(&v, yield) {
						return
					}
				}
			}
		}
	}
}

// view is what a table counts of one block of ports and addresses: of open connections and
// of others, as far as these have the same block.
type view struct {
	lane    *lane // of the entry that it was made of
	group   *group
	address address
	other   int32
	count   Count
	open    bool // see Flow
	forward bool // packets went in the direction of the connection, or may have
	replied bool // packets came back
}

// view joins an entry with that of the other lane. It is not whole if it is of open
// connections, and the other entry has the same block: then the view of that one holds it.
func (t *table) view(l *lane, g *group, e *entry) (v view, whole bool) {
	k := l.kind()
	v = view{lane: l, group: g, address: e.address, other: e.other, count: e.Count, open: k.open(), forward: e.Forward() > 0, replied: e.Replies > 0}
	if k.rejected() {
		return v, true
	}
	key := l.key ^ uint64(openKind)<<16
	with, same := t.find(key, v.block())
	switch {
	case with == nil:
		// A block may hold smaller ones of the other lane.
		v.forward = v.forward || !g.exact(l) && t.hasLane(key)
	case k.open():
		v.forward, v.replied = true, v.replied || with.Replies > 0
		return v, !same
	default:
		v.open = true
		v.replied = v.replied || with.Replies > 0
		if same {
			v.count.Add(&with.Count)
			v.other = joinPorts(v.other, with.other)
		}
	}
	return v, true
}

// seen gives what a view shows to yield, and returns false once yield does.
func (s *Summary) seen(v *view, yield func(Flow) bool) bool {
	t := s.flows
	k, port := v.lane.kind(), v.group.port
	f := Flow{
		Interface: s.Interfaces[v.lane.key>>32].ID, Direction: k.direction(), Protocol: inventory.Protocol(uint8(v.lane.key)),
		FirstPort: int32(port), LastPort: int32(lastPort(port, v.lane.portLevel(v.group))), Remote: v.group.prefix(v.address),
		Certainty: k.certainty(), Rejected: k.rejected(), Open: v.open, Count: v.count, other: v.other,
	}
	if f.Rejected {
		return yield(f)
	}
	if t.confirmed(v) {
		f.Certainty = Certain
	}
	if !t.sent(v) {
		return f.unsent(k.certainty(), yield)
	}
	switch why := t.explained(v); {
	case f.Certainty == Certain:
	case why == explained:
		return true
	case why == perhapsExplained:
		f.Certainty = Unlikely
	case why == eitherExplained:
		f.Certainty = Either
	case f.Certainty == Unlikely && (!v.replied || f.FirstPort == f.LastPort && v.other == severalPorts):
		f.Certainty = Either
	}
	return yield(f)
}

// unsent gives what a row shows if no packet went in its direction: that it is not likely,
// and the connection of the other direction, where the records are in no other row.
// Counted is the certainty with which the records were counted.
func (f *Flow) unsent(counted Certainty, yield func(Flow) bool) bool {
	if f.Certainty == Either || f.Certainty == Unlikely {
		return true
	}
	reverse, found := f.Reverse()
	reverse.Certainty = Either
	if f.Certainty == Certain {
		reverse.Certainty = Unlikely
	}
	f.Certainty = Unlikely
	alone := counted == Certain || counted == Likely && f.FirstPort < reservedPorts && (f.other == severalPorts || f.other >= highPorts)
	return yield(*f) && (!alone || !found || yield(reverse))
}

// both returns what is counted of a block with a certainty, in both lanes. The interface and
// the protocol are those of a view.
func (t *table) both(v *view, d inventory.Direction, c Certainty, at block) (list [2]*entry) {
	key := v.lane.key&^(0xff<<16) | uint64(kindOf(d, c, false))<<16
	list[0], _ = t.find(key, at)
	list[1], _ = t.find(key|uint64(openKind)<<16, at)
	return list
}

// confirmed reports whether another row says for certain that the connection has the
// direction of this one.
func (t *table) confirmed(v *view) bool {
	k := v.lane.kind()
	return k.certainty() != Certain && t.both(v, k.direction(), Certain, v.block()) != [2]*entry{}
}

// sent reports whether packets went in the direction of a row, by this row or by one of
// another certainty.
func (t *table) sent(v *view) bool {
	return v.forward || t.sentTo(v, v.lane.kind().direction(), v.block())
}

// sentTo reports whether packets went in a direction to a block.
func (t *table) sentTo(v *view, d inventory.Direction, at block) bool {
	for _, c := range []Certainty{Certain, Likely, Either, Unlikely} {
		for _, e := range t.both(v, d, c, at) {
			if e != nil && e.Forward() > 0 {
				return true
			}
		}
	}
	return false
}

// block is a block of ports and addresses of a lane.
type block struct {
	port         uint16 // the lowest
	portLevel    uint8
	class        uint8 // of the addresses
	addressLevel uint8
	address      address // the lowest
}

func (v *view) block() block {
	return block{v.group.port, v.lane.portLevel(v.group), v.group.class, v.group.level, v.address}
}

func (l *lane) portLevel(g *group) uint8 { return l.level[portClass(g.port)] }

// exact reports whether the entries of a group are single ports and addresses.
func (g *group) exact(l *lane) bool { return l.portLevel(g) == 0 && g.level == 0 }

func (t *table) hasLane(key uint64) bool {
	_, found := t.lanes[key]
	return found
}

// find returns the entry that holds a block, and whether it is of the same block or of a
// larger one.
func (t *table) find(key uint64, b block) (e *entry, same bool) {
	li, found := t.lanes[key]
	if !found {
		return nil, false
	}
	l := &t.lane[li]
	level := l.level[portClass(b.port)]
	gi, found := t.groups[groupKey(li, maskPort(b.port, level), b.class)]
	if !found || level < b.portLevel || t.group[gi].level < b.addressLevel {
		return nil, false
	}
	a := maskAddress(b.address, t.group[gi].level)
	var i int32
	if a.is4() {
		i, found = t.four[uint64(gi)<<32|a.lo&0xffffffff]
	} else {
		i, found = t.six[sixKey{gi, a.hi, a.lo}]
	}
	if !found {
		return nil, false
	}
	return &t.entry[i], level == b.portLevel && t.group[gi].level == b.addressLevel
}
