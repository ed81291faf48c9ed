package findings

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// ReadStream reads a report as Read does, finding by finding: the text is never
// in memory as a whole, and findings share the texts and lists that they have in
// common. It takes less than Read does: a report that this version wrote, and of
// which it knows every field. Any error means no more than that Read has to look
// at the text, and says what is wrong with it. size is about how many bytes the text
// has, and 0 where that is not known: room is made for as many findings.
func ReadStream(r io.Reader, size int64) (*Report, error) {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := delimiter(d, '{'); err != nil {
		return nil, err
	}
	report := &Report{}
	frame := map[string]json.RawMessage{}
	found := false
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		key, _ := token.(string)
		if _, twice := frame[key]; twice || found && key == "findings" || strings.ToLower(key) != key {
			return nil, fmt.Errorf("%q comes twice, or in capitals", key)
		}
		if key == "findings" {
			found = true
			if report.Findings, err = streamFindings(d, size); err != nil {
				return nil, err
			}
			continue
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
		frame[key] = value
	}
	if err := delimiter(d, '}'); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something stands behind the report")
	}
	text, err := json.Marshal(frame)
	if err != nil {
		return nil, err
	}
	list := report.Findings
	rest := json.NewDecoder(strings.NewReader(string(text)))
	rest.DisallowUnknownFields()
	if err := rest.Decode(report); err != nil {
		return nil, err
	}
	if report.Findings = list; !found || report.SchemaVersion != SchemaVersion {
		return nil, errors.New("this is not a report of this version")
	}
	return report, nil
}

func delimiter(d *json.Decoder, want json.Delim) error {
	token, err := d.Token()
	if err == nil && token != want {
		err = fmt.Errorf("%v stands where %v should", token, want)
	}
	return err
}

// mostAhead bounds the room that is made, as a multiple of firstFindings, whatever
// the size is said to be: 200,000 findings.
const mostAhead = 400

// firstFindings are enough findings to estimate the size of the others.
const firstFindings = 500

func streamFindings(d *json.Decoder, size int64) ([]Finding, error) {
	if err := delimiter(d, '['); err != nil {
		return nil, err
	}
	list, s := []Finding{}, newSharing()
	for d.More() {
		if len(list) == firstFindings {
			more := float64(size)/float64(d.InputOffset()) - 1
			list = slices.Grow(list, int(min(max(more, 0), mostAhead)*firstFindings*1.02))
		}
		var f Finding
		if err := d.Decode(&f); err != nil {
			return nil, err
		}
		s.share(&f)
		list = append(list, f)
	}
	return list, delimiter(d, ']')
}

// sharing replaces what findings have in common by one copy of it. No code changes
// lists and maps of findings in their place.
type sharing struct {
	texts  map[string]string
	packed packed
	tags   map[string]map[string]string
	counts map[string]map[string]int
	lists  map[string][]string
	last   Finding
	key    []string
}

func newSharing() *sharing {
	return &sharing{texts: map[string]string{}, tags: map[string]map[string]string{}, counts: map[string]map[string]int{}, lists: map[string][]string{}}
}

// mostShared bounds each table, for reports of which every text is another.
const mostShared = 20000

func (s *sharing) share(f *Finding) {
	s.packed.begin()
	for _, text := range []*string{&f.Check, &f.Title, &f.Status, &f.Baseline, &f.AccountID, &f.AccountName, &f.Region, &f.VPCID, &f.ResourceType, &f.Message, &f.Fix.Summary} {
		*text = s.text(*text)
	}
	for _, list := range []*[]string{&f.Services, &f.References, &f.Fix.Notes, &f.Fix.Proof, &f.Fix.Undo} {
		*list = s.list(*list)
	}
	// The decoder leaves room for more at the end of each list.
	f.Exposure.Evidence, f.Interfaces, f.Fix.Steps, f.Fix.Commands = exact(f.Exposure.Evidence), exact(f.Interfaces), exact(f.Fix.Steps), exact(f.Fix.Commands)
	f.Tags, f.AttachedTo = sharedMap(s, s.tags, f.Tags, func(v string) string { return v }), sharedMap(s, s.counts, f.AttachedTo, strconv.Itoa)
	if last := &s.last; f.GroupID == last.GroupID && f.GroupARN == last.GroupARN { // findings of a group mostly stand together
		f.GroupID, f.GroupARN = last.GroupID, last.GroupARN
		if slices.Equal(f.Interfaces, last.Interfaces) {
			f.Interfaces = last.Interfaces
		}
		if f.Fix.Terraform == last.Fix.Terraform && slices.Equal(f.Fix.Commands, last.Fix.Commands) {
			f.Fix.Terraform, f.Fix.Commands = last.Fix.Terraform, last.Fix.Commands
		}
	}
	s.pack(f)
	s.last = *f
}

// pack puts the texts that a finding has for itself behind each other, the longest
// first: commands, ids and names are parts of others.
func (s *sharing) pack(f *Finding) {
	if f.Rule != nil {
		f.Rule.text = s.text(f.Rule.text)
		if f.Rule.Written == nil {
			f.Rule.Description = s.text(f.Rule.Description)
		}
	}
	s.packed.add(&f.Fix.Terraform)
	for i, text := range f.Exposure.Evidence { // of which many are common, and some name the finding's own resources
		if known, ok := s.texts[text]; ok {
			f.Exposure.Evidence[i] = known
			continue
		}
		s.packed.add(&f.Exposure.Evidence[i])
		s.text(f.Exposure.Evidence[i])
	}
	s.packed.add(&f.GroupARN)
	for i := range f.Fix.Commands {
		s.packed.add(&f.Fix.Commands[i])
	}
	for _, text := range []*string{&f.GroupID, &f.GroupName, &f.ResourceID, &f.ResourceName, &f.ID} {
		s.packed.add(text)
	}
	if s.last.ID == "" || len(f.Interfaces) == 0 || len(s.last.Interfaces) == 0 || &f.Interfaces[0] != &s.last.Interfaces[0] {
		for i := range f.Interfaces {
			e := &f.Interfaces[i]
			for _, text := range []*string{&e.Owner, &e.ID, &e.PrivateIP, &e.PublicIP} {
				s.packed.add(text)
			}
		}
	}
	for i := range f.Fix.Steps {
		step := &f.Fix.Steps[i]
		step.Account, step.Region = s.text(step.Account), s.text(step.Region)
		s.packed.add(&step.Group)
	}
}

// packed is texts one behind the other in large pieces: they take no more memory
// than their bytes, and the collector has little to follow.
type packed struct {
	piece strings.Builder
	own   int // where those of this finding begin in the piece
}

const pieceBytes = 64 << 10

// begin begins the texts of another finding.
func (p *packed) begin() { p.own = p.piece.Len() }

// add replaces a text by its copy in the piece, which may be part of another one of
// the same finding.
func (p *packed) add(text *string) {
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

func (s *sharing) text(text string) string {
	if known, ok := s.texts[text]; ok {
		return known
	}
	if len(s.texts) < mostShared {
		s.texts[text] = text
	}
	return text
}

func (s *sharing) list(list []string) []string {
	if list == nil {
		return nil
	}
	key := strings.Join(list, "\x00")
	if known, ok := s.lists[key]; ok && slices.Equal(known, list) {
		return known
	}
	list = exact(list)
	if len(s.lists) < mostShared {
		s.lists[key] = list
		return list
	}
	for i := range list {
		s.packed.add(&list[i])
	}
	return list
}

// exact returns a list that takes no more memory than its items.
func exact[T any](list []T) []T {
	if list == nil || len(list) == cap(list) {
		return list
	}
	return append(make([]T, 0, len(list)), list...)
}

func sharedMap[V string | int](s *sharing, known map[string]map[string]V, m map[string]V, text func(V) string) map[string]V {
	if m == nil {
		return nil
	}
	s.key = s.key[:0]
	for k, v := range m {
		s.key = append(s.key, k+"\x00"+text(v))
	}
	slices.Sort(s.key)
	key := strings.Join(s.key, "\x00")
	if other, ok := known[key]; ok && maps.Equal(other, m) {
		return other
	}
	if len(known) < mostShared {
		known[key] = m
	}
	return m
}
