package flows

import (
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// ReducedColumns are the columns of a reduction that a query engine makes, in their
// order (flows/athena writes the query). What says what the row is about:
//
//   - day: the records of one interface, account and day
//   - ingress, egress: connections that were accepted, as one port and one remote address;
//     records that show an open connection are a row of their own
//   - rejected-ingress, rejected-egress: the same for what was rejected
//   - columns, form, time, direction, interface: records that are left out, by flow log
//   - status: records without values and log-status, which count as SKIPDATA, by flow log
//   - long: records of more than one aggregation interval, by flow log
//   - outside: records outside of the window
//
// Rows are as Read counts records, before anything is folded. Numbers are decimal,
// and what a row does not have is NULL.
var ReducedColumns = []string{
	"what", "interface_id", "account_id", "day", "protocol", "certainty", "port", "remote", "flow_log",
	"records", "replies", "opened", "packets", "bytes", "first_seen", "last_seen", "other_least", "other_most",
	"hours", "next_hours", "skipped", "next_skipped", "accepted", "late", "file",
}

// Positions in ReducedColumns.
const (
	atWhat = iota
	atInterface
	atAccount
	atDay
	atProtocol
	atCertainty
	atPort
	atRemote
	atFlowLog
	atRecords
	atReplies
	atOpened
	atPackets
	atBytes
	atFirst
	atLast
	atOtherLeast
	atOtherMost
	atHours
	atNextHours
	atSkipped
	atNextSkipped
	atAccepted
	atLate
	atFile
)

// faultWords are the faults as rows of a reduction call them.
var faultWords = map[string]fault{
	"columns": faultColumns, "form": faultForm, "time": faultTime, "direction": faultDirection, "interface": faultInterface, "status": faultStatus, "long": faultLong,
}

// Reduction makes a Summary of the rows of a query. The order of the rows has no
// effect on the summary.
type Reduction struct {
	summary Summary
	source  string
	rows    int

	since, until, latest int64               // Unix seconds; of the window 0: no bound
	seed                 maphash.Seed        // of keys
	keys                 map[uint64]struct{} // of the rows that were taken
	used                 map[uint32]bool     // interfaces with a row of accepted connections
	whole                bool                // Summary looked for what is missing
}

// NewReduction begins one. The source, a table, is what notes about records name
// where a row does not say the file.
func NewReduction(source string) *Reduction {
	return &Reduction{
		summary: newSummary(), source: source, latest: time.Now().Unix() + secondsOfDay,
		seed: maphash.MakeSeed(), keys: map[uint64]struct{}{}, used: map[uint32]bool{},
	}
}

// Within sets the window of the query, in which a zero Time does not bound it. Rows of
// other times are errors then.
func (d *Reduction) Within(since, until time.Time) {
	if !since.IsZero() {
		d.since = since.Unix()
	}
	if !until.IsZero() {
		d.until = until.Unix()
	}
}

// Summary returns what the rows amount to. A note says where the rows of accepted
// connections are missing that a row of a day promises.
func (d *Reduction) Summary() *Summary {
	if !d.whole {
		d.whole = true
		d.noteMissing()
	}
	d.summary.finish()
	return &d.summary
}

// Take takes one row: its values in the order of ReducedColumns, nil for NULL. A row
// that no reduction has is an error.
func (d *Reduction) Take(values []*string) error {
	d.rows++
	if len(values) != len(ReducedColumns) {
		return fmt.Errorf("row %d has %d columns and not %d", d.rows, len(values), len(ReducedColumns))
	}
	row := reducedRow{values: values}
	what := row.text(atWhat)
	var err error
	switch f, isFault := faultWords[what]; {
	case isFault:
		d.takeFault(&row, f)
	case what == "outside":
		d.summary.Outside += row.number(atRecords, most)
	case what == "day":
		err = d.takeDay(&row)
	default:
		err = d.takeFlow(&row, what)
	}
	if row.err != nil {
		err = row.err
	}
	if err != nil {
		return fmt.Errorf("row %d: %w", d.rows, err)
	}
	return nil
}

// noteMissing notes the interfaces of which accepted traffic was recorded, and that have
// no row of it.
func (d *Reduction) noteMissing() {
	var ids []string
	for i := range d.summary.Interfaces {
		if e := &d.summary.Interfaces[i]; e.Accepted && !d.used[uint32(i)] {
			ids = append(ids, e.ID)
		}
	}
	if len(ids) > 0 {
		slices.Sort(ids)
		d.summary.Notes = append(d.summary.Notes, Note{File: d.source, Loss: true, Text: "the result says that accepted traffic was recorded, and has no row of it, for " + words.List(ids, 3)})
	}
}

// repeated reports whether a row with the same keys was taken before. Rows of one key
// that show open connections and that do not are two.
func (d *Reduction) repeated(r *reducedRow, open bool) bool {
	var h maphash.Hash
	h.SetSeed(d.seed)
	for at := atWhat; at <= atFlowLog; at++ {
		if v := r.values[at]; v != nil {
			h.WriteString(*v)
		}
		h.WriteByte(0)
	}
	if open {
		h.WriteByte(1)
	}
	_, found := d.keys[h.Sum64()]
	d.keys[h.Sum64()] = struct{}{}
	return found
}

var errRepeated = errors.New("it repeats the interface, day, port and address of another row")

// most bounds the numbers of a row.
const most = 1<<63 - 1

// times returns the times of a row, which lie where the query looks for records: those that
// reach into the window count, and none is longer than maxInterval.
func (d *Reduction) times(r *reducedRow) (first, last int64) {
	first, last = int64(r.number(atFirst, mostTime)), int64(r.number(atLast, mostTime))
	switch {
	case last < first || last > d.latest || last < d.since || d.until > 0 && last > d.until+maxInterval:
		r.wrong(atLast)
	case first < firstFlowLog || first < d.since-maxInterval || d.until > 0 && first >= d.until:
		r.wrong(atFirst)
	}
	return first, last
}

// takeFault notes records that were left out.
func (d *Reduction) takeFault(r *reducedRow, f fault) {
	n := Note{File: d.source, Count: int(r.number(atRecords, 1<<53)), Text: faultTexts[f].text, Loss: faultTexts[f].loss}
	if r.values[atFile] != nil {
		n.File = *r.values[atFile]
	}
	if r.values[atInterface] != nil { // Read notes it too, without records
		if id := r.interfaceID(); r.err == nil {
			d.summary.interfaceOf(id)
		}
	}
	if r.err != nil {
		return
	}
	notes := d.summary.Notes
	if i := slices.IndexFunc(notes, func(o Note) bool { return o.File == n.File && o.Text == n.Text }); i >= 0 {
		notes[i].Count += n.Count
	} else {
		d.summary.Notes = append(notes, n)
	}
}

// takeDay takes the records of an interface on one day.
func (d *Reduction) takeDay(r *reducedRow) error {
	const wholeDay = 1<<24 - 1
	id, records := r.interfaceID(), r.number(atRecords, most)
	first, last := d.times(r)
	day := int32(r.number(atDay, 1<<20))
	if r.err == nil && first/secondsOfDay != int64(day) {
		r.wrong(atFirst)
	}
	here := Day{Day: day, Hours: uint32(r.number(atHours, wholeDay)), Skipped: uint32(r.number(atSkipped, wholeDay))}
	next := Day{Day: day + 1, Hours: uint32(r.number(atNextHours, wholeDay)), Skipped: uint32(r.number(atNextSkipped, wholeDay))}
	accepted, late := r.number(atAccepted, 1), r.number(atLate, records)
	account := ""
	if r.values[atAccount] != nil {
		if account = *r.values[atAccount]; len(account) > 64 {
			r.wrong(atAccount)
		}
	}
	if r.err != nil {
		return nil
	}
	if records == 0 {
		return errors.New("it counts no record")
	}
	if d.repeated(r, false) {
		return errRepeated
	}
	s := &d.summary
	if s.Records == 0 || first < s.First {
		s.First = first
	}
	s.Last = max(s.Last, last)
	s.Records += records
	s.Late += late
	e := &s.Interfaces[s.interfaceOf(id)]
	e.Accepted, e.Here = e.Accepted || accepted == 1, true // only the partitions of accounts of the inventory are read
	for _, day := range []Day{here, next} {
		if day.Hours|day.Skipped != 0 {
			e.addDay(day)
		}
	}
	if account != "" {
		s.addAccount(account, records)
		e.own(account)
	}
	return nil
}

func (s *Summary) addAccount(id string, records uint64) {
	i := slices.IndexFunc(s.Accounts, func(a Account) bool { return a.ID == id })
	if i < 0 {
		if len(s.Accounts) >= maxAccounts {
			return
		}
		i = len(s.Accounts)
		s.Accounts = append(s.Accounts, Account{ID: id})
	}
	s.Accounts[i].Records += records
}

// takeFlow takes the records of one port and one remote address.
func (d *Reduction) takeFlow(r *reducedRow, what string) error {
	word, rejected := strings.CutPrefix(what, "rejected-")
	var direction inventory.Direction
	switch word {
	case "ingress":
		direction = inventory.Ingress
	case "egress":
		direction = inventory.Egress
	default:
		r.wrong(atWhat)
		return nil
	}
	certainty := Certain
	other := noPort
	if !rejected {
		certainty = Certainty(r.number(atCertainty, uint64(Unlikely)))
		least, greatest := r.number(atOtherLeast, inventory.MaxPort), r.number(atOtherMost, inventory.MaxPort)
		if other = int32(least); least != greatest {
			other = severalPorts
		}
	}
	c := Count{Records: r.number(atRecords, most), Packets: r.number(atPackets, most), Bytes: r.number(atBytes, most)}
	c.Replies, c.Opened = r.number(atReplies, c.Records), r.number(atOpened, c.Records)
	c.First, c.Last = d.times(r)
	c.clamp(d.since, d.until)
	protocol, port := uint8(r.number(atProtocol, 255)), uint16(r.number(atPort, inventory.MaxPort))
	remote, ok := (&parser{}).address([]byte(r.text(atRemote)))
	if !ok {
		r.wrong(atRemote)
	}
	id := r.interfaceID()
	if r.err != nil {
		return nil
	}
	if c.Records == 0 {
		return errors.New("it counts no record")
	}
	open := !rejected && c.opens(inventory.Protocol(protocol), certainty)
	if d.repeated(r, open) {
		return errRepeated
	}
	s := &d.summary
	k := kindOf(direction, certainty, rejected)
	if open {
		k |= openKind
	}
	i := s.interfaceOf(id)
	d.used[i] = d.used[i] || !rejected
	s.flows.add(laneKey(i, k, protocol), port, 0, remote, 0, other, &c)
	return nil
}
