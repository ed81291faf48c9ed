package inventory

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/sgaudit/sgaudit/words"
)

// snapshotVersion is the version of the files that Save writes, and the only
// one that Load reads.
const snapshotVersion = "1"

// Snapshot is an inventory as it was at one time, with the program that took
// it.
type Snapshot struct {
	Tool      string // name and version
	TakenAt   time.Time
	Inventory *Inventory
}

// envelope is the file: version first, so that it can be told even where the
// rest is not understood.
type envelope struct {
	Version   string     `json:"sgaudit_snapshot"`
	Tool      string     `json:"tool"`
	TakenAt   time.Time  `json:"taken_at"`
	Inventory *Inventory `json:"inventory"`
}

// Save writes a snapshot as one line of JSON. Characters that a terminal would
// obey are written as \u escapes, which change no value.
func (s *Snapshot) Save(w io.Writer) error {
	text, err := json.Marshal(envelope{snapshotVersion, s.Tool, s.TakenAt, s.Inventory})
	if err == nil {
		_, err = w.Write(append(words.JSON(text), '\n'))
	}
	if err != nil {
		return fmt.Errorf("writing the snapshot: %w", err)
	}
	return nil
}

// Load reads a snapshot whole, or says what is wrong with it and where. The
// inventory is normalised.
func Load(r io.Reader) (*Snapshot, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("reading the snapshot: %w", err)
	}
	var e envelope
	if err := json.Unmarshal(text, &e); err != nil && (e.Version == "" || e.Version == snapshotVersion) {
		return nil, explain(err, len(text))
	}
	switch {
	case e.Version == "":
		return nil, errors.New("this is no snapshot of sgaudit: the field sgaudit_snapshot is missing")
	case e.Version != snapshotVersion:
		return nil, fmt.Errorf("the snapshot has version %q, and this sgaudit reads version %s: use the one that took it (%s)", e.Version, snapshotVersion, e.Tool)
	case e.Inventory == nil:
		return nil, errors.New("the snapshot is damaged: the field inventory is missing")
	}
	s := &Snapshot{e.Tool, e.TakenAt, e.Inventory}
	if err := s.Inventory.sound(); err != nil {
		return nil, err
	}
	s.Inventory.Normalize()
	return s, nil
}

// explain gives the errors of the decoder a place.
func explain(err error, size int) error {
	var syntax *json.SyntaxError
	var form *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax) && syntax.Offset >= int64(size), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the snapshot ends too early, after %d bytes: it was cut off", size)
	case errors.As(err, &syntax):
		return fmt.Errorf("the snapshot is damaged at byte %d: %w", syntax.Offset, err)
	case errors.As(err, &form):
		return fmt.Errorf("the snapshot is damaged at byte %d: %s is a %s", form.Offset, form.Field, form.Value)
	}
	return fmt.Errorf("the snapshot is damaged: %w", err)
}

// sound refuses what no inventory has, so that nothing later trips over it.
func (inv *Inventory) sound() error {
	for i, r := range inv.Regions {
		if r == nil || r.Name == "" {
			return fmt.Errorf("the snapshot is damaged: region %d is empty", i)
		}
		for k := range r.Groups {
			for n := range r.Groups[k].Rules {
				rule := &r.Groups[k].Rules[n]
				ends := 0
				for _, set := range []bool{rule.Peer.Prefix.IsValid(), rule.Peer.Group != nil, rule.Peer.List != ""} {
					if set {
						ends++
					}
				}
				t := rule.Traffic
				if ends != 1 || rule.Direction > Egress || t.HasPorts() && (t.First < 0 || t.Last > MaxPort || t.First > t.Last) {
					return fmt.Errorf("the snapshot is damaged: rule %d of %s in %s makes no sense", n, r.Groups[k].ID, r.Name)
				}
			}
		}
	}
	return nil
}

// MarshalJSON writes the names of the parts, which stay the same when parts
// are added.
func (p Part) MarshalJSON() ([]byte, error) {
	names := []string{}
	for _, q := range p.Each() {
		names = append(names, partNames[q])
	}
	return json.Marshal(names)
}

// UnmarshalJSON reads the names of parts.
func (p *Part) UnmarshalJSON(text []byte) error {
	var names []string
	if err := json.Unmarshal(text, &names); err != nil {
		return err
	}
	*p = 0
	for _, name := range names {
		all := (partEnd - 1).Each()
		i := slices.IndexFunc(all, func(q Part) bool { return partNames[q] == name })
		if i < 0 {
			return fmt.Errorf("unknown part %q", name)
		}
		*p |= all[i]
	}
	return nil
}
