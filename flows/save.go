package flows

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// summaryVersion is the version of the files that Save writes. Load reads version 1 too:
// its rows count attempts and open connections together.
const (
	summaryVersion = "2"
	jointVersion   = "1"
)

// The file of a summary is one line of JSON after the other: the head, one line for
// each interface, each account and each note, one for each row, and the SHA-256 of
// all lines before it.
type fileHead struct {
	Version string `json:"sgaudit_flow_summary"`
	First   int64  `json:"first"`
	Last    int64  `json:"last"`
	Records uint64 `json:"records"`
	Outside uint64 `json:"outside"`
	Late    uint64 `json:"late"`
}

type fileInterface struct {
	ID       string     `json:"interface"`
	Account  string     `json:"owner"`
	Accepted bool       `json:"accepted"`
	Else     bool       `json:"elsewhere,omitempty"` // not Interface.Here
	Days     [][3]int64 `json:"days"`                // day, hours, hours of which records are missing
}

type fileAccount struct {
	ID      string `json:"account"`
	Records uint64 `json:"records"`
}

type fileNote struct {
	File  string `json:"file"`
	Line  int    `json:"line"`
	Count int    `json:"count"`
	Text  string `json:"note"`
	Loss  bool   `json:"loss"`
	Other string `json:"other,omitempty"`
}

// fileRow is a row: interface (its position among the interfaces), kind, protocol,
// port, level of the ports, level of the addresses, other port, records, replies,
// opened, packets, bytes, first, last; and the address.
type fileRow struct {
	Row     [14]int64  `json:"row"`
	Address netip.Addr `json:"address"`
}

// IsSummary reports whether a text begins like a file of Save.
func IsSummary(text []byte) bool {
	return bytes.HasPrefix(text, []byte(`{"sgaudit_flow_summary":`))
}

// Save writes the summary. The same summary is the same file to the byte.
func (s *Summary) Save(w io.Writer) error {
	digest := sha256.New()
	out := bufio.NewWriterSize(io.MultiWriter(w, digest), 1<<16)
	var err error
	put := func(value any) {
		var line []byte
		if err == nil {
			line, err = json.Marshal(value)
		}
		if err == nil {
			_, err = out.Write(append(line, '\n'))
		}
	}
	put(fileHead{summaryVersion, s.First, s.Last, s.Records, s.Outside, s.Late})
	position := map[string]int64{}
	for i, e := range s.SortedInterfaces() {
		position[e.ID] = int64(i)
		line := fileInterface{ID: e.ID, Account: e.Account, Accepted: e.Accepted, Else: !e.Here, Days: [][3]int64{}}
		for _, d := range e.Days {
			line.Days = append(line.Days, [3]int64{int64(d.Day), int64(d.Hours), int64(d.Skipped)})
		}
		put(line)
	}
	for _, a := range s.Accounts {
		put(fileAccount(a))
	}
	for _, n := range s.Notes {
		put(fileNote(n))
	}
	for _, row := range s.fileRows(position) {
		put(row)
	}
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		_, err = fmt.Fprintf(w, "{\"sha256\":\"%x\"}\n", digest.Sum(nil))
	}
	if err != nil {
		return fmt.Errorf("writing the summary of flow logs: %w", err)
	}
	return nil
}

// fileRows are the rows, sorted.
func (s *Summary) fileRows(position map[string]int64) []fileRow {
	if s.flows == nil {
		return nil
	}
	list := make([]fileRow, 0, s.flows.size())
	s.flows.each(func(l *lane, g *group, e *entry) {
		list = append(list, fileRow{[14]int64{
			position[s.Interfaces[l.key>>32].ID], int64(l.kind()), int64(uint8(l.key)), int64(g.port), int64(l.level[portClass(g.port)]), int64(g.level), int64(e.other),
			int64(e.Records), int64(e.Replies), int64(e.Opened), int64(e.Packets), int64(e.Bytes), e.First, e.Last,
		}, e.address.addr()})
	})
	slices.SortFunc(list, func(a, b fileRow) int {
		if c := slices.Compare(a.Row[:4], b.Row[:4]); c != 0 {
			return c
		}
		return a.Address.Compare(b.Address)
	})
	return list
}

var errDamaged = errors.New("the summary of flow logs is damaged")

// Load reads what Save wrote: whole, or it says what is wrong.
func Load(text []byte) (*Summary, error) {
	if !IsSummary(text) {
		return nil, errors.New("this is not a summary of flow logs that sgaudit usage --save-summary wrote")
	}
	s := newSummary()
	digest := sha256.New()
	for n := 1; len(text) > 0; n++ {
		line, rest, ended := bytes.Cut(text, []byte{'\n'})
		if !ended {
			return nil, fmt.Errorf("%w: it was cut off in line %d", errDamaged, n)
		}
		if bytes.HasPrefix(line, []byte(`{"sha256":`)) {
			if want := fmt.Sprintf("{\"sha256\":\"%x\"}", digest.Sum(nil)); string(line) != want || len(rest) > 0 {
				return nil, fmt.Errorf("%w: it was changed after sgaudit wrote it", errDamaged)
			}
			s.finish()
			return &s, nil
		}
		digest.Write(text[:len(line)+1])
		if err := s.load(line, n == 1); err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", errDamaged, n, err)
		}
		text = rest
	}
	return nil, fmt.Errorf("%w: its last line is missing", errDamaged)
}

// load reads one line but the last.
func (s *Summary) load(line []byte, first bool) error {
	strict := func(value any) error {
		d := json.NewDecoder(bytes.NewReader(line))
		d.DisallowUnknownFields()
		return d.Decode(value)
	}
	switch {
	case first:
		var h fileHead
		if err := strict(&h); err != nil {
			return err
		}
		if h.Version != summaryVersion && h.Version != jointVersion {
			return fmt.Errorf("its version is %q, and this sgaudit reads versions %s and %s", h.Version, jointVersion, summaryVersion)
		}
		s.First, s.Last, s.Records, s.Outside, s.Late = h.First, h.Last, h.Records, h.Outside, h.Late
		return nil
	case bytes.HasPrefix(line, []byte(`{"row":`)):
		var r fileRow
		if err := strict(&r); err != nil {
			return err
		}
		return s.loadRow(&r)
	case bytes.HasPrefix(line, []byte(`{"interface":`)):
		var e fileInterface
		if err := strict(&e); err != nil {
			return err
		}
		return s.loadInterface(&e)
	case bytes.HasPrefix(line, []byte(`{"account":`)):
		var a fileAccount
		if err := strict(&a); err != nil {
			return err
		}
		s.Accounts = append(s.Accounts, Account(a))
		return nil
	}
	var n fileNote
	if err := strict(&n); err != nil {
		return err
	}
	s.Notes = append(s.Notes, Note(n))
	return nil
}

func (s *Summary) loadInterface(e *fileInterface) error {
	if _, twice := s.ids[e.ID]; twice || !isInterfaceID([]byte(e.ID)) {
		return fmt.Errorf("%q is not the id of an interface, or comes twice", e.ID)
	}
	i := &s.Interfaces[s.interfaceOf([]byte(e.ID))]
	i.Account, i.Accepted, i.Here = e.Account, e.Accepted, !e.Else
	for _, d := range e.Days {
		if d[0] < 0 || d[0] > 1<<20 || d[1]|d[2] < 0 || d[1]|d[2] >= 1<<24 {
			return fmt.Errorf("%v is not a day", d)
		}
		i.addDay(Day{int32(d[0]), uint32(d[1]), uint32(d[2])})
	}
	return nil
}

func (s *Summary) loadRow(r *fileRow) error {
	v := r.Row
	k := kind(v[1])
	limits := [...]int64{int64(len(s.Interfaces)) - 1, int64(kindOf(inventory.Egress, Unlikely, true) | openKind), 255, inventory.MaxPort, int64(len(portLevels)) - 1, int64(len(levels4)) - 1}
	for i, most := range limits {
		if v[i] < 0 || v[i] > most {
			return fmt.Errorf("field %d of a row is %d", i+1, v[i])
		}
	}
	if v[6] < int64(noPort) || v[6] > inventory.MaxPort || v[7] < 1 || v[8] < 0 || v[8] > v[7] || v[9] < 0 || k.rejected() && (v[8] > 0 || k.open()) || v[10]|v[11]|v[12]|v[13] < 0 || v[13] < v[12] || !r.Address.IsValid() || r.Address.Zone() != "" {
		return errors.New("a row has a value that no row can have")
	}
	if v[12] < s.First || v[13] > s.Last {
		return errors.New("a row is of a time outside of that of all records")
	}
	a := addressOf(r.Address)
	if !a.is4() && v[5] > int64(len(levels6))-1 {
		return fmt.Errorf("field 6 of a row is %d", v[5])
	}
	c := Count{Records: uint64(v[7]), Replies: uint64(v[8]), Opened: uint64(v[9]), Packets: uint64(v[10]), Bytes: uint64(v[11]), First: v[12], Last: v[13]}
	if !k.rejected() && c.opens(inventory.Protocol(uint8(v[2])), k.certainty()) { // of version 1, which has no openKind
		k |= openKind
	}
	s.flows.add(laneKey(uint32(v[0]), k, uint8(v[2])), uint16(v[3]), uint8(v[4]), a, uint8(v[5]), int32(v[6]), &c)
	return nil
}
