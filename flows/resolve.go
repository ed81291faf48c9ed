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
//   - A direction in which no packet went is left out.
//   - If another row says for certain that the connection goes to the port on the
//     one side, then the row of the other direction is left out.
//   - If one address used several ports with the same port of the other side, then
//     that one is the service's. A row that was unlikely by its ports is returned as
//     Either then.
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
					e := &s.flows.entry[k]
					if s.flows.explained(l, g, e) {
						continue
					}
					if !yield(s.flow(l, g, e)) {
						return
					}
				}
			}
		}
	}
}

func (s *Summary) flow(l *lane, g *group, e *entry) Flow {
	k := l.kind()
	f := Flow{
		Interface: s.Interfaces[l.key>>32].ID, Direction: k.direction(), Protocol: inventory.Protocol(uint8(l.key)),
		FirstPort: int32(g.port), LastPort: int32(lastPort(g.port, l.level[portClass(g.port)])), Remote: g.prefix(e),
		Certainty: k.certainty(), Rejected: k.rejected(), Count: e.Count,
	}
	switch {
	case f.Rejected:
	case s.flows.confirmed(l, g, e):
		f.Certainty = Certain
	case f.Certainty == Unlikely && f.FirstPort == f.LastPort && e.other == severalPorts:
		f.Certainty = Either
	}
	return f
}

// confirmed reports whether another row says for certain that the connection has the
// direction of this one.
func (t *table) confirmed(l *lane, g *group, e *entry) bool {
	k := l.kind()
	return k.certainty() != Certain && t.find(l.key&^(0xff<<16)|uint64(kindOf(k.direction(), Certain, false))<<16, g.port, e.address, g) != nil
}

// explained reports whether a row of uncertain direction belongs to a connection
// of the other direction.
func (t *table) explained(l *lane, g *group, e *entry) bool {
	k := l.kind()
	if k.rejected() || k.certainty() == Certain || t.confirmed(l, g, e) {
		return false
	}
	if k.certainty() != Likely && e.Forward() == 0 {
		return true
	}
	if e.other < 0 {
		return false
	}
	opposite := inventory.Egress
	if k.direction() == inventory.Egress {
		opposite = inventory.Ingress
	}
	find := func(c Certainty) *entry {
		return t.find(l.key&^(0xff<<16)|uint64(kindOf(opposite, c, false))<<16, uint16(e.other), e.address, g)
	}
	if find(Certain) != nil {
		return true
	}
	if k.certainty() == Likely {
		return false
	}
	for _, c := range []Certainty{Likely, Either} {
		if x := find(c); x != nil && x.other == severalPorts && x.Forward() > 0 {
			return true
		}
	}
	return false
}

// find returns the entry of a port and an address, which may be in larger blocks
// there than it is here.
func (t *table) find(key uint64, port uint16, a address, from *group) *entry {
	li, found := t.lanes[key]
	if !found {
		return nil
	}
	l := &t.lane[li]
	gi, found := t.groups[groupKey(li, maskPort(port, l.level[portClass(port)]), from.class)]
	if !found || t.group[gi].level < from.level {
		return nil
	}
	a = maskAddress(a, t.group[gi].level)
	var i int32
	if a.is4() {
		i, found = t.four[uint64(gi)<<32|a.lo&0xffffffff]
	} else {
		i, found = t.six[sixKey{gi, a.hi, a.lo}]
	}
	if !found {
		return nil
	}
	return &t.entry[i]
}
