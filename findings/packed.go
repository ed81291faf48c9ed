package findings

import (
	"encoding/binary"
	"errors"
	"slices"
	"sync/atomic"

	stdjson "encoding/json"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/klauspost/compress/s2"
)

// Of a report with 100,000 findings, most of the memory would be texts that few
// formats write: evidence, commands, Terraform, steps, interfaces. ReadStream keeps
// them compressed, those of some twenty findings in one block, and a finding knows
// where its own are.

// packed says where the details of a finding are. The zero value is that of a
// finding that has them in its own fields.
type packed struct {
	block *block
	at    int // bytes into the text of the block
}

// block is the details of some findings, one behind the other.
type block struct {
	compressed []byte
	opened     *atomic.Pointer[openedBlock] // of all blocks of a report
}

// openedBlock is the block that was read last.
type openedBlock struct {
	of   *block
	text string
}

// blockBytes is the length of a block's text: one finding alone is soon read, and
// neighbours are compressed together.
const blockBytes = 32 << 10

// Judged reports whether the finding has a verdict: it is about a security group, a
// rule or a network interface. Any other finding is unknown in data, and without a
// verdict in texts for people.
func (f *Finding) Judged() bool { return f.GroupID != "" || f.ResourceType == "network-interface" }

// Detailed returns the finding with all its fields. Of a report that ReadStream
// read, the fields Interfaces, Exposure.Evidence, and those of Fix but for Summary
// are empty without it. Any other finding is returned as it is.
func (f *Finding) Detailed() *Finding {
	if f.packed.block == nil {
		return f
	}
	whole := *f
	whole.packed = packed{}
	t := &packedReader{f.packed.block.open()[f.packed.at:]}
	for _, list := range []*[]string{&whole.Exposure.Evidence, &whole.Fix.Commands, &whole.Fix.Undo, &whole.Fix.Proof, &whole.Fix.Notes} {
		if texts := t.list(); texts != nil {
			*list = texts
		}
	}
	whole.Fix.Terraform = t.one()
	if steps := t.one(); steps != "" {
		_ = stdjson.Unmarshal([]byte(steps), &whole.Fix.Steps) // a list, and reading a step does not fail
	}
	if n := t.number(); n > 0 {
		whole.Interfaces = make([]Interface, n-1)
		for i := range whole.Interfaces {
			for _, text := range whole.Interfaces[i].texts() {
				*text = t.one()
			}
		}
	}
	return &whole
}

// Unpack gives every finding all its fields, as Detailed does.
func (r *Report) Unpack() {
	for i := range r.Findings {
		r.Findings[i] = *r.Findings[i].Detailed()
	}
}

func (b *block) open() string {
	if o := b.opened.Load(); o != nil && o.of == b {
		return o.text
	}
	text, err := s2.Decode(nil, b.compressed)
	if err != nil {
		panic("findings: a block that this process has compressed is damaged: " + err.Error())
	}
	o := &openedBlock{b, string(text)}
	b.opened.Store(o)
	return o.text
}

func (i *Interface) texts() [6]*string {
	return [...]*string{&i.ID, &i.Name, &i.Owner, &i.PrivateIP, &i.PublicIP, &i.IPv6}
}

// packedReader reads what packer wrote, from the beginning of text.
type packedReader struct{ text string }

func (r *packedReader) number() (n int) {
	for shift := 0; ; shift += 7 {
		b := r.text[0]
		r.text = r.text[1:]
		if n |= int(b&0x7f) << shift; b < 0x80 {
			return n
		}
	}
}

func (r *packedReader) one() string {
	n := r.number()
	text := r.text[:n]
	r.text = r.text[n:]
	return text
}

// list returns nil for a list that was null or not there.
func (r *packedReader) list() []string {
	n := r.number()
	if n == 0 {
		return nil
	}
	list := make([]string, n-1)
	for i := range list {
		list[i] = r.one()
	}
	return list
}

// packer fills blocks.
type packer struct {
	text    []byte // of the block that is being filled
	block   *block
	opened  *atomic.Pointer[openedBlock]
	scratch []byte
}

// begin returns where the details of another finding begin.
func (p *packer) begin() packed {
	if len(p.text) >= blockBytes {
		p.finish()
	}
	if p.block == nil {
		if p.opened == nil {
			p.opened = &atomic.Pointer[openedBlock]{}
		}
		p.block = &block{opened: p.opened}
	}
	return packed{p.block, len(p.text)}
}

// finish compresses what was filled.
func (p *packer) finish() {
	if p.block == nil {
		return
	}
	p.scratch = s2.Encode(p.scratch[:cap(p.scratch)], p.text)
	p.block.compressed = slices.Clone(p.scratch)
	p.block, p.text = nil, p.text[:0]
}

func (p *packer) number(n int) { p.text = binary.AppendUvarint(p.text, uint64(n)) }
func (p *packer) one(text []byte) {
	p.number(len(text))
	p.text = append(p.text, text...)
}

// pack puts the details of what was read into the block.
func (s *streamed) pack(f *Finding) error {
	f.packed = s.packer.begin()
	for _, list := range s.lists() {
		s.packer.number(list.items)
		s.packer.text = append(s.packer.text, list.text...)
	}
	s.packer.one([]byte(s.Fix.Terraform))
	switch steps := s.Fix.Steps; {
	case len(steps) == 0 || steps.Kind() == 'n':
		s.packer.number(0)
	case steps.Kind() == '[':
		s.packer.one(steps)
	default:
		return errors.New("the steps of a fix are not a list")
	}
	s.packer.number(s.Interfaces.items)
	s.packer.text = append(s.packer.text, s.Interfaces.text...)
	return nil
}

// packedTexts is a list of JSON in the form of a block: each text behind its
// length.
type packedTexts struct {
	items int // and one: 0 stands for a list that is null or not there
	text  []byte
	plain []byte // of the text that is being read
}

func (p *packedTexts) reset() { p.items, p.text = 0, p.text[:0] }

// UnmarshalJSONFrom reads a list of texts.
func (p *packedTexts) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	p.reset()
	return eachItem(d, &p.items, func() error {
		text, err := d.ReadValue()
		if err != nil {
			return err
		}
		if text.Kind() != '"' {
			return errors.New("an item of a list of texts is not a text")
		}
		if p.plain, err = jsontext.AppendUnquote(p.plain[:0], text); err != nil {
			return err
		}
		p.text = append(binary.AppendUvarint(p.text, uint64(len(p.plain))), p.plain...)
		return nil
	})
}

// packedInterfaces are the interfaces of a finding in the form of a block: the texts
// of each, in the order of Interface.texts.
type packedInterfaces struct {
	items int // as in packedTexts
	text  []byte
}

func (p *packedInterfaces) reset() { p.items, p.text = 0, p.text[:0] }

// UnmarshalJSONFrom reads a list of interfaces.
func (p *packedInterfaces) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	p.reset()
	return eachItem(d, &p.items, func() error {
		var i Interface
		if err := json.UnmarshalDecode(d, &i); err != nil {
			return err
		}
		for _, text := range i.texts() {
			p.text = append(binary.AppendUvarint(p.text, uint64(len(*text))), *text...)
		}
		return nil
	})
}

// eachItem reads a list, or null. items is then one more than the list has.
func eachItem(d *jsontext.Decoder, items *int, read func() error) error {
	if d.PeekKind() == 'n' {
		_, err := d.ReadToken()
		return err
	}
	if err := delimiter(d, '['); err != nil {
		return err
	}
	*items = 1
	for d.PeekKind() != ']' {
		if err := read(); err != nil {
			return err
		}
		*items++
	}
	return delimiter(d, ']')
}
