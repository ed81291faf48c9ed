package flows

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// ReducedColumns are the columns of a reduction that a query engine makes, in their
// order (flows/athena writes the query). What says what the row is about:
//
//   - day: the records of one interface, account and day
//   - ingress, egress: connections that were accepted, as one port and one remote address
//   - rejected-ingress, rejected-egress: the same for what was rejected
//   - columns, form, time, direction, interface: records that are left out, by flow log
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
	"columns": faultColumns, "form": faultForm, "time": faultTime, "direction": faultDirection, "interface": faultInterface,
}

// Reduction makes a Summary of the rows of a query. The order of the rows has no
// effect on the summary.
type Reduction struct {
	summary Summary
	source  string
	rows    int
}

// NewReduction begins one. The source, a table, is what notes about records name
// where a row does not say the file.
func NewReduction(source string) *Reduction {
	return &Reduction{summary: newSummary(), source: source}
}

// Summary returns what the rows amount to.
func (d *Reduction) Summary() *Summary {
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

// most bounds the numbers of a row.
const most = 1<<63 - 1

// reducedRow reads the values of a row, and keeps the first that has not its form.
type reducedRow struct {
	values []*string
	err    error
}

func (r *reducedRow) text(at int) string {
	if v := r.values[at]; v != nil {
		return *v
	}
	r.wrong(at)
	return ""
}

func (r *reducedRow) number(at int, limit uint64) uint64 {
	n, ok := number([]byte(r.text(at)), limit)
	if !ok {
		r.wrong(at)
	}
	return n
}

func (r *reducedRow) wrong(at int) {
	if r.err != nil {
		return
	}
	if r.values[at] == nil {
		r.err = fmt.Errorf("%s is NULL", ReducedColumns[at])
	} else {
		r.err = fmt.Errorf("%s is %s", ReducedColumns[at], strconv.Quote(words.Cut(*r.values[at], 60)))
	}
}

func (r *reducedRow) interfaceID() []byte {
	id := []byte(r.text(atInterface))
	if !isInterfaceID(id) {
		r.wrong(atInterface)
	}
	return id
}

// mostTime bounds times, in Unix seconds: the year 36812.
const mostTime = 1 << 40

func (r *reducedRow) times() (first, last int64) {
	first, last = int64(r.number(atFirst, mostTime)), int64(r.number(atLast, mostTime))
	if last < first {
		r.wrong(atLast)
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
	first, last := r.times()
	day := int32(r.number(atDay, 1<<20))
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
	s := &d.summary
	if s.Records == 0 || first < s.First {
		s.First = first
	}
	s.Last = max(s.Last, last)
	s.Records += records
	s.Late += late
	e := &s.Interfaces[s.interfaceOf(id)]
	e.Accepted = e.Accepted || accepted == 1
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
	c.First, c.Last = r.times()
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
	s := &d.summary
	s.flows.add(laneKey(s.interfaceOf(id), kindOf(direction, certainty, rejected), protocol), port, 0, remote, 0, other, &c)
	return nil
}
