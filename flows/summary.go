package flows

import (
	"cmp"
	"math/bits"
	"slices"
	"time"
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
	Part        Part      // of summaries that Within cut to a window; it is not saved
	flows       *table
	ids         map[string]uint32
}

// Interface is what was recorded of one interface, by day.
type Interface struct {
	ID       string
	Account  string // its owner as the records name it: twelve digits, unknown, or empty; of several, the first in the alphabet
	Days     []Day  // ascending
	Accepted bool   // a record of accepted traffic was read
	Here     bool   // a record of it may be of a flow log of an account of the inventory
	lastDay  int
}

// Since is the beginning of the first hour of which there is a record, in Unix seconds, or
// 0.
func (e *Interface) Since() int64 {
	for _, d := range e.Days {
		if set := d.Hours | d.Skipped; set != 0 {
			return int64(d.Day)*secondsOfDay + int64(bits.TrailingZeros32(set))*3600
		}
	}
	return 0
}

// Day is one day, in UTC. Bit h of a set of hours stands for the hour from h:00 on.
type Day struct {
	Day     int32  // days since 1 January 1970
	Hours   uint32 // hours in which a record says what passed, or that nothing did (NODATA)
	Skipped uint32 // hours of which records are missing, or may be (SKIPDATA, or no log-status)
}

// Account is how many records name one account as the owner of the interface.
type Account struct {
	ID      string
	Records uint64
}

// Part is how much of a summary lies in a window. The zero Part is of a summary that was
// not cut.
type Part struct {
	Records uint64 // of the whole summary, which are a part of Summary.Records
	Rows    int    // that lie in the window, all of them or in part
	Of      int    // rows of the whole summary
}

const secondsOfDay = 24 * 60 * 60

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

// maxInterval is the longest time that one record may be of. What is longer is damaged.
const maxInterval = secondsOfDay

// The longest aggregation interval is ten minutes. The start and the end of a record may
// each be up to a minute off (Amazon VPC user guide, flow log basics, and fields of a record).
const (
	aggregationInterval = 10 * 60
	longestRecord       = aggregationInterval + 2*60
)

// long reports whether a record is of more than one aggregation interval, so that its
// times are wrong: the clock jumped, or they are damaged.
func (r *record) long() bool { return r.status != statusSkipData && r.end-r.start > longestRecord }

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
	if r.long() {
		last = r.start + aggregationInterval - 1
	}
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
	s.Part = Part{s.Part.Records + o.Part.Records, s.Part.Rows + o.Part.Rows, s.Part.Of + o.Part.Of}
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
		mine.Here = mine.Here || e.Here
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
