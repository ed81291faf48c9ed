package flows

import "github.com/sgaudit/sgaudit/inventory"

// explanation is what other rows say about a row of uncertain direction.
type explanation uint8

const (
	notExplained     explanation = iota
	perhapsExplained             // its packets may belong to a connection of the other direction
	eitherExplained              // they belong to one of both directions, as likely
	explained                    // they do
)

// explained reports whether a row of uncertain direction belongs to a connection
// of the other direction.
func (t *table) explained(v *view) explanation {
	k := v.lane.kind()
	switch {
	case k.certainty() != Likely && !v.forward:
		return explained
	case v.other < 0:
		return notExplained
	}
	opposite := inventory.Egress
	if k.direction() == inventory.Egress {
		opposite = inventory.Ingress
	}
	other := block{uint16(v.other), 0, v.group.class, v.group.level, v.address}
	found := notExplained
	for _, e := range t.both(v, opposite, Certain, other) {
		switch {
		case e == nil || !t.sentTo(v, opposite, other):
		case v.within(e):
			return explained
		case v.mayBeClient(e):
			found = perhapsExplained
		}
	}
	if k.certainty() == Likely {
		if found == notExplained && t.manyCalled(v, opposite, other) {
			return eitherExplained
		}
		return found
	}
	for _, c := range []Certainty{Likely, Either} {
		both := t.both(v, opposite, c, other)
		ports, forward := noPort, false
		for _, x := range both {
			if x != nil {
				ports = joinPorts(ports, x.other)
				forward = forward || x.Forward() > 0
			}
		}
		switch {
		case ports != severalPorts || !forward:
		case reserved(other.port):
			return perhapsExplained
		default:
			return explained
		}
	}
	return notExplained
}

// within reports whether the packets of a row may be those of a connection of the other
// direction that is known for certain: that one has the port of the row on the side that
// opened it. A row that is likely by its ports needs more: that port alone, and that the
// connection was opened before its packets were seen.
func (v *view) within(certain *entry) bool {
	if v.lane.kind().certainty() != Likely {
		return certain.other == severalPorts || certain.other == int32(v.group.port) || v.lane.portLevel(v.group) > 0
	}
	return certain.other == int32(v.group.port) && certain.First <= v.count.First+longestRecord
}

// mayBeClient reports whether the port of a row that is likely by its ports may be that of a
// client of a connection of the other direction, which is known for certain and has several
// client ports: clients behind a load balancer or a NAT gateway have any port from 1024 on, and
// the records of a long connection show its SYN once.
func (v *view) mayBeClient(certain *entry) bool {
	return v.exactClient() && certain.other == severalPorts && certain.First <= v.count.First+longestRecord
}

// manyCalled reports whether several ports of the remote side, that of a row that is likely by
// its ports among them, exchanged packets with the one port of this side.
func (t *table) manyCalled(v *view, opposite inventory.Direction, other block) bool {
	if !v.exactClient() {
		return false
	}
	ports, forward := noPort, false
	for _, e := range t.both(v, opposite, Unlikely, other) {
		if e != nil {
			ports = joinPorts(ports, e.other)
			forward = forward || e.Forward() > 0
		}
	}
	return ports == severalPorts && forward
}

// exactClient reports whether a row is of one port that a client may have.
func (v *view) exactClient() bool { return v.group.port >= lowPorts && v.group.exact(v.lane) }
