package flows

import (
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// reducer takes records and makes a summary of them. It belongs to one goroutine.
type reducer struct {
	summary      Summary
	since, until int64 // Unix seconds; 0: no bound
	now          int64
	local        func(id string) []ownBlock
	locals       map[uint32][]ownBlock
	account      int
	iface        uint32
	seen         [2]sight

	accounts  map[string]bool   // of the inventory; nil: all
	elsewhere bool              // the file that is read is of an account that the inventory does not hold
	recording recording         // of the file that is read
	doubt     *doubt            // of the file that is read; nil: its flow log is known
	doubts    map[string]*doubt // by flow log that the inventory does not hold
}

// count takes one record of a file and returns why it does not count.
func (d *reducer) count(r *record) fault {
	if r.start < firstFlowLog || r.end < r.start || r.end-r.start > maxInterval || r.end > d.now+secondsOfDay {
		return faultTime
	}
	s := &d.summary
	if d.since > 0 && r.end < d.since || d.until > 0 && r.start >= d.until {
		s.Outside++
		if d.doubt != nil && r.accepted() {
			d.doubt.accepted = true
		}
		return faultWindow
	}
	if d.iface >= uint32(len(s.Interfaces)) || s.Interfaces[d.iface].ID != string(r.interfaceID) {
		d.iface = s.interfaceOf(r.interfaceID)
	}
	direction := r.has(colDirection)
	if r.status == statusOK && !direction {
		if r.direction, direction = d.directionOf(r); !direction {
			return faultDirection
		}
	}
	d.countAccount(r)
	if s.Records == 0 || r.start < s.First {
		s.First = r.start
	}
	s.Last = max(s.Last, r.end)
	s.Records++
	e := &s.Interfaces[d.iface]
	e.Here = e.Here || !d.elsewhere
	d.cover(e, r)
	if r.status != statusOK {
		return noFault
	}
	return d.countFlow(r, e)
}

// countFlow counts what the packets of a record are part of.
func (d *reducer) countFlow(r *record, e *Interface) fault {
	flagged := r.has(colFlags)
	remote := r.remote()
	c := Count{Records: 1, Packets: r.packets, Bytes: r.bytes, First: r.start, Last: r.end}
	c.clamp(d.since, d.until)
	t := d.summary.flows
	if r.rejected {
		if flagged && r.protocol == uint8(inventory.TCP) && r.flags&flagSYNACK != flagSYN {
			d.summary.Late++
			return faultLate
		}
		t.add(laneKey(d.iface, kindOf(r.direction, Certain, true), r.protocol), r.dstPort, 0, remote, 0, noPort, &c)
		return noFault
	}
	e.Accepted = true
	for _, sight := range sights(r, flagged, &d.seen) {
		one := c
		if sight.reply && r.refuses() {
			continue
		}
		k := kindOf(sight.direction, sight.certainty, false)
		if sight.reply {
			one.Replies = 1
		} else if flagged && r.attempts() {
			one.Opened = 1
		}
		if r.open(flagged, sight.reply) {
			k |= openKind
		}
		t.add(laneKey(d.iface, k, r.protocol), sight.port, 0, remote, 0, int32(sight.other), &one)
	}
	return noFault
}

// remote is the address of the other side in the packet, where it was recorded.
func (r *record) remote() address {
	if r.direction == inventory.Ingress {
		if r.has(colPacketSource) {
			return r.pktSrc
		}
		return r.src
	}
	if r.has(colPacketDestination) {
		return r.pktDst
	}
	return r.dst
}

// directionOf finds the direction of a record of a format without that field: the
// side that is an address of the interface is its own.
func (d *reducer) directionOf(r *record) (inventory.Direction, bool) {
	if d.local == nil {
		return 0, false
	}
	own, known := d.locals[d.iface]
	if !known {
		own = d.local(d.summary.Interfaces[d.iface].ID)
		if d.locals == nil {
			d.locals = map[uint32][]ownBlock{}
		}
		d.locals[d.iface] = own
	}
	has := func(a address) bool {
		return slices.ContainsFunc(own, func(b ownBlock) bool { return b.holds(a) })
	}
	is := func(a, b address, one, two column) bool {
		return r.has(one) && has(a) || r.has(two) && has(b)
	}
	from, to := is(r.src, r.pktSrc, colSource, colPacketSource), is(r.dst, r.pktDst, colDestination, colPacketDestination)
	if from {
		return inventory.Egress, !to
	}
	return inventory.Ingress, to
}

func (d *reducer) countAccount(r *record) {
	if !r.has(colAccount) {
		return
	}
	list := d.summary.Accounts
	if d.account >= len(list) || list[d.account].ID != string(r.account) {
		d.account = slices.IndexFunc(list, func(a Account) bool { return a.ID == string(r.account) })
		if d.account < 0 {
			if len(list) >= maxAccounts {
				d.account = 0
				return
			}
			d.account = len(list)
			d.summary.Accounts = append(list, Account{ID: string(r.account)})
		}
	}
	d.summary.Accounts[d.account].Records++
	d.summary.Interfaces[d.iface].own(d.summary.Accounts[d.account].ID)
}
