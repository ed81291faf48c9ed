package inventory

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/sgaudit/sgaudit/words"
)

// snapshotVersion is the version of the files that Save writes. Load reads
// version 1 too, which had the names of Go's fields and no digest.
const snapshotVersion = "2"

// Snapshot is an inventory as it was at one time, with the program that took
// it. The file is documented in docs/snapshots.md.
type Snapshot struct {
	Tool      string // name and version
	TakenAt   time.Time
	Inventory *Inventory
}

// head is what stands before the inventory of a file: the version first, so
// that it can be reported even where the rest is not understood.
type head struct {
	Version string    `json:"sgaudit_snapshot"`
	Tool    string    `json:"tool"`
	TakenAt time.Time `json:"taken_at"`
}

// forms are the options of both directions. Names differ by case,
// those that come twice or that are not known are errors. Text that is not
// UTF-8 loses its odd bytes, as it always did.
var forms = json.JoinOptions(jsontext.AllowInvalidUTF8(true), json.RejectUnknownMembers(true))

// Save writes a snapshot as one line of JSON, as it goes, and at its end the
// digest of what stands before. Characters that a terminal would obey are
// written as \u escapes, which change no value.
func (s *Snapshot) Save(w io.Writer) error {
	digest := sha256.New()
	out := &shown{w: io.MultiWriter(w, digest)}
	begin, err := json.Marshal(head{snapshotVersion, s.Tool, s.TakenAt}, forms)
	if err == nil {
		_, err = fmt.Fprintf(out, `%s,"inventory":`, bytes.TrimSuffix(begin, []byte("}")))
	}
	if err == nil {
		err = json.MarshalWrite(out, s.Inventory, forms)
	}
	if err == nil {
		_, err = fmt.Fprintf(w, ",\"sha256\":\"%x\"}\n", digest.Sum(nil))
	}
	if err != nil {
		return fmt.Errorf("writing the snapshot: %w", err)
	}
	return nil
}

// shown passes on JSON with the characters that a terminal would obey as \u
// escapes. A character that is cut by the end of a write waits for the next
// one: JSON ends with a bracket.
type shown struct {
	w    io.Writer
	rest []byte
}

func (s *shown) Write(p []byte) (int, error) {
	text := p
	if len(s.rest) > 0 {
		text = append(s.rest, p...)
	}
	whole := len(text) - cutRune(text)
	if _, err := s.w.Write(words.JSON(text[:whole])); err != nil {
		return 0, err
	}
	s.rest = bytes.Clone(text[whole:])
	return len(p), nil
}

// Load reads a snapshot whole, or says what is wrong with it and where. The
// inventory is normalised.
func Load(r io.Reader) (*Snapshot, error) {
	text, ok := r.(*bytes.Buffer)
	if !ok {
		text = &bytes.Buffer{}
		if _, err := text.ReadFrom(r); err != nil {
			return nil, fmt.Errorf("reading the snapshot: %w", err)
		}
	}
	s, err := parse(text.Bytes())
	if err != nil {
		return nil, err
	}
	if err := s.Inventory.Sound(); err != nil {
		return nil, fmt.Errorf("the snapshot is damaged: %w", err)
	}
	s.Inventory.Normalize()
	return s, nil
}

// parse reads the members of the file in any order, but the version before
// what depends on it, and nothing behind the digest.
func parse(text []byte) (*Snapshot, error) {
	s := &Snapshot{}
	var version, digest string
	dec := jsontext.NewDecoder(bytes.NewBuffer(text), forms)
	fail := func(err error) (*Snapshot, error) { return nil, explain(err, text) }
	if begin, err := dec.ReadToken(); err != nil {
		return fail(err)
	} else if begin.Kind() != '{' {
		return nil, errors.New("this is not an sgaudit snapshot: it is not a JSON object")
	}
	sum := ""
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			return fail(err)
		}
		switch key := name.String(); {
		case digest != "":
			return nil, errors.New("the snapshot is damaged: something was added behind its digest")
		case key == "sgaudit_snapshot":
			err = json.UnmarshalDecode(dec, &version)
			if err == nil && version != "1" && version != snapshotVersion {
				return nil, fmt.Errorf("the snapshot has version %q, and this sgaudit reads versions 1 and %s: use the one that took it (%s)", version, snapshotVersion, toolOf(text))
			}
		case key == "tool":
			err = json.UnmarshalDecode(dec, &s.Tool)
		case key == "taken_at":
			err = json.UnmarshalDecode(dec, &s.TakenAt)
		case key == "inventory" && version == "":
			return nil, errors.New("this is not an sgaudit snapshot: the field sgaudit_snapshot is missing before its inventory")
		case key == "inventory" && version == "1":
			s.Inventory = &Inventory{}
			err = decodeVersion1(dec, s.Inventory)
		case key == "inventory":
			err = json.UnmarshalDecode(dec, &s.Inventory)
			sum = digestOf(text[:dec.InputOffset()])
		case key == "sha256" && sum != "":
			err = json.UnmarshalDecode(dec, &digest)
		default:
			err = fmt.Errorf("unknown key %q", key)
		}
		if err != nil {
			return fail(at(dec, err))
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return fail(err)
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the snapshot is damaged: something follows its end")
	}
	switch {
	case version == "":
		return nil, errors.New("this is not an sgaudit snapshot: the field sgaudit_snapshot is missing")
	case s.Inventory == nil:
		return nil, errors.New("the snapshot is damaged: the field inventory is missing")
	case version == snapshotVersion && digest == "":
		return nil, errors.New("the snapshot is damaged: its digest (sha256) is missing")
	case version == snapshotVersion && digest != sum:
		return nil, errors.New("the snapshot is damaged: its content does not have the digest (sha256) that it names, so it was changed after it was written")
	}
	return s, nil
}

// digestOf returns the SHA-256, in hexadecimal digits, of JSON without the
// blanks and line breaks between its tokens: programs that only lay the text
// out anew do not change it.
func digestOf(text []byte) string {
	digest := sha256.New()
	begin, inside := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			inside = !inside
		case inside:
			if c == '\\' {
				i++
			}
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			digest.Write(text[begin:i])
			begin = i + 1
		}
	}
	digest.Write(text[begin:])
	return hex.EncodeToString(digest.Sum(nil))
}

// toolOf finds the program that took a snapshot of an unknown version.
func toolOf(text []byte) string {
	var h struct {
		Tool string `json:"tool"`
	}
	_ = json.Unmarshal(text, &h)
	return h.Tool
}

// MarshalJSON writes the names of the parts, which stay the same when parts
// are added.
func (p Part) MarshalJSON() ([]byte, error) {
	names := []string{}
	for _, q := range p.Each() {
		names = append(names, q.row().key)
	}
	return json.Marshal(names)
}

// UnmarshalJSON reads the names of parts, those of version 1 too.
func (p *Part) UnmarshalJSON(text []byte) error {
	var names []string
	if err := json.Unmarshal(text, &names); err != nil {
		return err
	}
	*p = 0
	for _, name := range names {
		found := false
		for _, q := range (partEnd - 1).Each() {
			if name == q.row().key || name == q.row().name {
				*p |= q
				found = true
			}
		}
		if !found {
			return fmt.Errorf("unknown part %q", name)
		}
	}
	return nil
}
