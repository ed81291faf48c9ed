package findings

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/sgaudit/sgaudit/reach"
)

// ReadStream reads a report as Read does, finding by finding: the text is never
// in memory as a whole, findings share the texts and lists that they have in
// common, and hold the longest ones compressed until Detailed or Unpack is called.
// It takes less than Read does: a report that this version wrote, and of which it
// knows every field. Any error means no more than that Read has to look at the text,
// and says what is wrong with it. size is about how many bytes the text has, and 0
// where that is not known: room is made for as many findings.
func ReadStream(r io.Reader, size int64) (*Report, error) {
	d := jsontext.NewDecoder(r)
	if err := delimiter(d, '{'); err != nil {
		return nil, err
	}
	report := &Report{}
	frame := []byte{'{'}
	found := false
	for d.PeekKind() != '}' {
		token, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		key := token.String()
		if strings.ToLower(key) != key {
			return nil, fmt.Errorf("%q is in capitals", key)
		}
		if key == "findings" {
			found = true
			if report.Findings, err = streamFindings(d, size); err != nil {
				return nil, err
			}
			continue
		}
		value, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		if len(frame) > 1 {
			frame = append(frame, ',')
		}
		frame = append(append(appendJSON(frame, key), ':'), value...)
	}
	if err := delimiter(d, '}'); err != nil {
		return nil, err
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something stands behind the report")
	}
	list := report.Findings
	if err := json.Unmarshal(append(frame, '}'), report, json.RejectUnknownMembers(true)); err != nil {
		return nil, err
	}
	if report.Findings = list; !found || report.SchemaVersion != SchemaVersion {
		return nil, errors.New("this is not a report of this version")
	}
	return report, nil
}

func delimiter(d *jsontext.Decoder, want jsontext.Kind) error {
	token, err := d.ReadToken()
	if err == nil && token.Kind() != want {
		err = fmt.Errorf("%s stands where %s should", token.Kind(), want)
	}
	return err
}

// mostAhead bounds the room that is made, as a multiple of firstFindings, whatever
// the size is said to be: 200,000 findings.
const mostAhead = 400

// firstFindings are enough findings to estimate the size of the others.
const firstFindings = 500

func streamFindings(d *jsontext.Decoder, size int64) ([]Finding, error) {
	if err := delimiter(d, '['); err != nil {
		return nil, err
	}
	list, s := []Finding{}, newStreamed()
	for d.PeekKind() != ']' {
		if len(list) == firstFindings {
			more := float64(size)/float64(d.InputOffset()) - 1
			list = slices.Grow(list, int(min(max(more, 0), mostAhead)*firstFindings*1.02))
		}
		s.reset()
		if err := json.UnmarshalDecode(d, s, json.RejectUnknownMembers(true)); err != nil {
			return nil, err
		}
		f, err := s.finding()
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	s.packer.finish()
	return list, delimiter(d, ']')
}

// streamed is a finding while it is read. Its fields have the names of Finding's
// and take their place.
type streamed struct {
	plain
	Rule       shared[*Rule]             `json:"rule"`
	Tags       shared[map[string]string] `json:"tags"`
	AttachedTo shared[map[string]int]    `json:"attached_by_kind"`
	Services   shared[[]string]          `json:"services"`
	References shared[[]string]          `json:"references"`
	Interfaces packedInterfaces          `json:"interfaces"`
	Exposure   struct {
		Verdict  reach.Verdict `json:"verdict"`
		Evidence packedTexts   `json:"evidence"`
	} `json:"exposure"`
	Fix struct {
		Summary   string         `json:"summary"`
		Commands  packedTexts    `json:"commands"`
		Terraform string         `json:"terraform"`
		Undo      packedTexts    `json:"undo"`
		Proof     packedTexts    `json:"proof"`
		Notes     packedTexts    `json:"notes"`
		Steps     jsontext.Value `json:"steps"`
	} `json:"fix"`

	texts  map[string]string
	pieces pieces
	packer packer
}

// plain is Finding without its methods.
type plain Finding

func newStreamed() *streamed {
	s := &streamed{texts: map[string]string{}}
	s.Rule.known, s.Tags.known, s.AttachedTo.known = map[string]*Rule{}, map[string]map[string]string{}, map[string]map[string]int{}
	s.Services.known = map[string][]string{}
	s.References.known = map[string][]string{}
	return s
}

// reset forgets the last finding: what the next one does not name is empty.
func (s *streamed) reset() {
	s.plain = plain{}
	s.Rule.value, s.Tags.value, s.AttachedTo.value, s.Services.value, s.References.value = nil, nil, nil, nil, nil
	s.Interfaces.reset()
	s.Exposure.Verdict, s.Fix.Summary, s.Fix.Terraform, s.Fix.Steps = "", "", "", s.Fix.Steps[:0]
	for _, list := range s.lists() {
		list.reset()
	}
}

// lists are the lists of texts that are packed, in the order of the block.
func (s *streamed) lists() [5]*packedTexts {
	return [...]*packedTexts{&s.Exposure.Evidence, &s.Fix.Commands, &s.Fix.Undo, &s.Fix.Proof, &s.Fix.Notes}
}

// finding returns what was read.
func (s *streamed) finding() (Finding, error) {
	f := Finding(s.plain)
	f.Rule, f.Tags, f.AttachedTo = s.Rule.value, s.Tags.value, s.AttachedTo.value
	f.Services, f.References = s.Services.value, s.References.value
	f.Exposure.Verdict, f.Fix.Summary = s.Exposure.Verdict, s.Fix.Summary
	for _, text := range []*string{&f.Check, &f.Title, &f.Status, &f.Baseline, &f.AccountID, &f.AccountName, &f.Region, &f.VPCID, &f.VPCName, &f.ResourceType, &f.Message, &f.Fix.Summary} {
		*text = s.text(*text)
	}
	s.pieces.begin()
	// The longest text first: ids and names are parts of others.
	for _, text := range []*string{&f.GroupARN, &f.GroupID, &f.GroupName, &f.ResourceID, &f.ResourceName, &f.ID} {
		s.pieces.add(text)
	}
	return f, s.pack(&f)
}

// mostShared bounds each table of what is shared, for reports of which every text is
// another.
const mostShared = 20000

func (s *streamed) text(text string) string {
	if known, ok := s.texts[text]; ok {
		return known
	}
	if len(s.texts) < mostShared {
		s.texts[text] = text
	}
	return text
}

// shared is a value that is read once for all findings in which the same text
// stands for it. No code changes lists, maps and rules of findings in their place.
type shared[T any] struct {
	value T
	known map[string]T
}

// UnmarshalJSONFrom reads the value.
func (s *shared[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	text, err := d.ReadValue()
	if err != nil {
		return err
	}
	value, ok := s.known[string(text)]
	if !ok {
		if err := json.Unmarshal(text, &value, json.RejectUnknownMembers(true)); err != nil {
			return err
		}
		if len(s.known) < mostShared {
			s.known[string(text)] = value
		}
	}
	s.value = value
	return nil
}

// pieces are texts one behind the other in large pieces: they take no more memory
// than their bytes, and the collector has little to follow.
type pieces struct {
	piece strings.Builder
	own   int // where those of this finding begin in the piece
}

const pieceBytes = 64 << 10

// begin begins the texts of another finding.
func (p *pieces) begin() { p.own = p.piece.Len() }

// add replaces a text by its copy in the piece, which may be part of another one of
// the same finding.
func (p *pieces) add(text *string) {
	if *text == "" || len(*text) > pieceBytes/4 {
		return
	}
	if at := strings.Index(p.piece.String()[p.own:], *text); at >= 0 {
		*text = p.piece.String()[p.own+at:][:len(*text)]
		return
	}
	if p.piece.Len()+len(*text) > pieceBytes {
		p.piece, p.own = strings.Builder{}, 0
	}
	if p.piece.Cap() == 0 {
		p.piece.Grow(pieceBytes)
	}
	at := p.piece.Len()
	p.piece.WriteString(*text)
	*text = p.piece.String()[at:]
}
