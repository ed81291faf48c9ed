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
// at the text, and says what is wrong with it.
func ReadStream(r io.Reader) (*Report, error) {
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
			if report.Findings, err = streamFindings(d); err != nil {
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

func streamFindings(d *json.Decoder) ([]Finding, error) {
	if err := delimiter(d, '['); err != nil {
		return nil, err
	}
	list, s := []Finding{}, newSharing()
	for d.More() {
		var f Finding
		if err := d.Decode(&f); err != nil {
			return nil, err
		}
		s.share(&f)
		list = append(list, f)
	}
	return list, delimiter(d, ']')
}

// sharing replaces what findings have in common by one copy of it. Nobody changes
// lists and maps of findings in their place.
type sharing struct {
	texts  map[string]string
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
	for _, text := range []*string{&f.Check, &f.Title, &f.Status, &f.Baseline, &f.AccountID, &f.AccountName, &f.Region, &f.VPCID, &f.ResourceType, &f.Fix.Summary, &f.Fix.Terraform, &f.GroupName} {
		*text = s.text(*text)
	}
	for _, list := range []*[]string{&f.Services, &f.References, &f.Fix.Notes, &f.Fix.Proof, &f.Fix.Undo, &f.Fix.Commands} {
		*list = s.list(*list)
	}
	for i, text := range f.Exposure.Evidence {
		f.Exposure.Evidence[i] = s.text(text)
	}
	if u := f.Unused; u != nil {
		u.Searched, u.NotSearched = s.list(u.Searched), s.list(u.NotSearched)
	}
	// The decoder leaves room for more at the end of each list.
	f.Exposure.Evidence, f.Interfaces, f.Fix.Steps = exact(f.Exposure.Evidence), exact(f.Interfaces), exact(f.Fix.Steps)
	f.Tags, f.AttachedTo = sharedMap(s, s.tags, f.Tags, func(v string) string { return v }), sharedMap(s, s.counts, f.AttachedTo, strconv.Itoa)
	if f.ResourceID == f.GroupID {
		f.ResourceID = f.GroupID
	}
	if last := &s.last; f.GroupID == last.GroupID && f.GroupARN == last.GroupARN { // findings of a group mostly stand together
		f.GroupID, f.GroupARN = last.GroupID, last.GroupARN
		if slices.Equal(f.Interfaces, last.Interfaces) {
			f.Interfaces = last.Interfaces
		}
	}
	s.last = *f
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
