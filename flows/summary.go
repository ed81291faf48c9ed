package flows

import (
	"cmp"
	"slices"
	"time"

	"github.com/sgaudit/sgaudit/inventory"
)

// Summary is what flow logs were reduced to. The zero Summary is of no records.
type Summary struct {
	// First and Last are the earliest start and the latest end of the records that
	// were counted, in Unix seconds; both are 0 where there are none.
	First, Last int64
	Records     uint64 // lines that were counted: flows, NODATA and SKIPDATA
	Outside     uint64 // records outside of the window that was asked for
	Late        uint64 // rejected packets that open no connection: they say nothing about a rule
	Interfaces  []Interface
	Accounts    []Account // owners of interfaces, as the records name them
	Notes       []Note    // what could not be read
	flows       *table
	ids         map[string]uint32
}

// Interface is what was recorded of one interface, by day.
type Interface struct {
	ID       string
	Account  string // its owner as the records name it: twelve digits, unknown, or empty; of several, the first in the alphabet
	Days     []Day  // ascending
	Accepted bool   // a record of accepted traffic was read
	lastDay  int
}

// Day is one day, in UTC. Bit h of a set of hours stands for the hour from h:00 on.
type Day struct {
	Day     int32  // days since 1 January 1970
	Hours   uint32 // hours in which a record says what passed, or that nothing did (NODATA)
	Skipped uint32 // hours of which records are missing (SKIPDATA)
}

// Account is how many records name one account as the owner of the interface.
type Account struct {
	ID      string
	Records uint64
}

const secondsOfDay = 24 * 60 * 60

// reducer takes records and makes a summary of them. It belongs to one goroutine.
type reducer struct {
	summary      Summary
	since, until int64 // Unix seconds; 0: no bound
	now          int64
	local        func(id string) []address
	locals       map[uint32][]address
	account      int
	iface        uint32
	seen         [2]sight
}

func newSummary() Summary { return Summary{flows: newTable(), ids: map[string]uint32{}} }

func (s *Summary) interfaceOf(id []byte) uint32 {
	if i, found := s.ids[string(id)]; found {
		return i
	}
	i := uint32(len(s.Interfaces))
	name := string(id)
	s.ids[name] = i
	s.Interfaces = append(s.Interfaces, Interface{ID: name})
	return i
}

// firstFlowLog is when the first flow log was possible: flow logs exist since June 2015.
var firstFlowLog = time.Date(2015, 6, 1, 0, 0, 0, 0, time.UTC).Unix()

// maxInterval is the longest time that one record may be of. The longest
// aggregation interval is ten minutes; records of stalled deliveries are longer.
const maxInterval = secondsOfDay

// count takes one record of a file and returns why it does not count.
func (d *reducer) count(r *record, counted bool) fault {
	if r.start < firstFlowLog || r.end < r.start || r.end-r.start > maxInterval || r.end > d.now+secondsOfDay {
		return faultTime
	}
	s := &d.summary
	if d.since > 0 && r.end < d.since || d.until > 0 && r.start >= d.until {
		s.Outside++
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
	if counted {
		e.cover(r)
	}
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
		if sight.reply {
			one.Replies = 1
		} else if flagged && r.protocol == uint8(inventory.TCP) && r.flags&flagSYNACK == flagSYN {
			one.Opened = 1
		}
		t.add(laneKey(d.iface, kindOf(sight.direction, sight.certainty, false), r.protocol), sight.port, 0, remote, 0, int32(sight.other), &one)
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
			d.locals = map[uint32][]address{}
		}
		d.locals[d.iface] = own
	}
	is := func(a, b address, one, two column) bool {
		return r.has(one) && slices.Contains(own, a) || r.has(two) && slices.Contains(own, b)
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

// own notes the owner of an interface.
func (e *Interface) own(account string) {
	if e.Account == "" || account != "" && account < e.Account {
		e.Account = account
	}
}

// maxAccounts bounds the accounts that are counted.
const maxAccounts = 10000

// cover notes the hours of a record.
func (e *Interface) cover(r *record) {
	last := max(r.start, r.end-1) // an end on the hour is not of the next one
	for from := r.start; from <= last; {
		day := from / secondsOfDay
		to := min(last, (day+1)*secondsOfDay-1)
		e.mark(int32(day), hours(from%secondsOfDay, to%secondsOfDay), r.status == statusSkipData)
		from = to + 1
	}
}

func (e *Interface) mark(day int32, set uint32, skipped bool) {
	d := Day{Day: day}
	if skipped {
		d.Skipped = set
	} else {
		d.Hours = set
	}
	e.addDay(d)
}

func (e *Interface) addDay(d Day) {
	if e.lastDay >= len(e.Days) || e.Days[e.lastDay].Day != d.Day {
		at, found := slices.BinarySearchFunc(e.Days, d.Day, func(x Day, day int32) int { return cmp.Compare(x.Day, day) })
		if !found {
			e.Days = slices.Insert(e.Days, at, Day{Day: d.Day})
		}
		e.lastDay = at
	}
	e.Days[e.lastDay].Hours |= d.Hours
	e.Days[e.lastDay].Skipped |= d.Skipped
}

// Add adds what another summary holds. The order of additions has no effect on the
// result.
func (s *Summary) Add(o *Summary) {
	if o.Records > 0 {
		if s.Records == 0 {
			s.First, s.Last = o.First, o.Last
		}
		s.First, s.Last = min(s.First, o.First), max(s.Last, o.Last)
	}
	s.Records += o.Records
	s.Outside += o.Outside
	s.Late += o.Late
	s.Notes = append(s.Notes, o.Notes...)
	for _, a := range o.Accounts {
		i := slices.IndexFunc(s.Accounts, func(b Account) bool { return a.ID == b.ID })
		if i < 0 {
			i = len(s.Accounts)
			s.Accounts = append(s.Accounts, Account{ID: a.ID})
		}
		s.Accounts[i].Records += a.Records
	}
	if s.flows == nil {
		s.flows, s.ids = newTable(), map[string]uint32{}
	}
	at := make([]uint32, len(o.Interfaces))
	for i := range o.Interfaces {
		e := &o.Interfaces[i]
		at[i] = s.interfaceOf([]byte(e.ID))
		mine := &s.Interfaces[at[i]]
		mine.Accepted = mine.Accepted || e.Accepted
		mine.own(e.Account)
		for _, d := range e.Days {
			mine.addDay(d)
		}
	}
	if o.flows != nil {
		o.flows.each(func(l *lane, g *group, e *entry) {
			key := uint64(at[l.key>>32])<<32 | l.key&0xffffffff
			s.flows.add(key, g.port, l.level[portClass(g.port)], e.address, g.level, e.other, &e.Count)
		})
	}
}

// Rows is the number of rows of the summary.
func (s *Summary) Rows() int {
	if s.flows == nil {
		return 0
	}
	return s.flows.size()
}

// finish sorts what the summary lists.
func (s *Summary) finish() {
	slices.SortFunc(s.Accounts, func(a, b Account) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(s.Notes, compareNotes)
}

// SortedInterfaces returns the interfaces, sorted by id.
func (s *Summary) SortedInterfaces() []*Interface {
	list := make([]*Interface, len(s.Interfaces))
	for i := range s.Interfaces {
		list[i] = &s.Interfaces[i]
	}
	slices.SortFunc(list, func(a, b *Interface) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// Interface returns what was recorded of the interface with the id, or nil.
func (s *Summary) Interface(id string) *Interface {
	if i, found := s.ids[id]; found {
		return &s.Interfaces[i]
	}
	return nil
}

// Covered returns for how many hours from first to last (Unix seconds, whole
// hours, last not included) records say what passed, and of how many of these
// hours records are missing although some were delivered.
func (e *Interface) Covered(first, last int64) (covered, skipped int) {
	for _, d := range e.Days {
		begin := int64(d.Day) * secondsOfDay
		from, to := max(first, begin), min(last, begin+secondsOfDay)
		if from >= to {
			continue
		}
		inside := hours(from-begin, to-1-begin)
		covered += countHours(d.Hours & inside)
		skipped += countHours(d.Skipped & inside)
	}
	return covered, skipped
}

// Earliest is the earliest start of a record that counts, in Unix seconds.
func Earliest() int64 { return firstFlowLog }
