package saved

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// file is one file with the answers in it.
type file struct {
	name       string
	answers    []answer
	items      []configurationItem // of AWS Config
	related    []relatedAnswer     // what AWS Config relates to security groups
	hints      hints
	passedOver string // why something in it, or all of it, was
}

func (f *file) empty() bool { return len(f.answers) == 0 && len(f.items) == 0 && len(f.related) == 0 }

// answer is one answer, or one page of it.
type answer struct {
	key   string
	value json.RawMessage
	more  bool
}

// parse reads the JSON documents of one file, which may stand one after
// the other: whole answers, their lists alone, or single items. What is not
// known is passed over; an error is a known answer that is damaged.
func parse(name string, text []byte) (*file, error) {
	f := &file{name: name}
	decoder := json.NewDecoder(bytes.NewReader(text))
	unknown := 0
	for {
		var document json.RawMessage
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if f.empty() && !ownWords().Match(text) {
				f.passedOver = whyNot(text, err)
				return f, nil
			}
			return nil, at(text, 0, err)
		}
		known, err := f.document(text, document)
		if err != nil {
			return nil, err
		}
		if !known {
			if unknown++; unknown == 1 {
				line, _ := position(text, int(decoder.InputOffset()))
				f.passedOver = fmt.Sprintf("the document that ends in line %d holds nothing that is audited", line)
			}
		}
	}
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		f.passedOver = "it is empty"
	case unknown > 0 && f.empty():
		f.passedOver = "it holds nothing that is audited"
	case unknown > 1:
		f.passedOver = fmt.Sprintf("%s, and %d more do not", f.passedOver, unknown-1)
	}
	return f, nil
}

// whyNot says why a text cannot be read as JSON.
func whyNot(text []byte, err error) string {
	switch {
	case bytes.HasPrefix(text, []byte("#!")):
		return "it is a script"
	case errors.Is(err, io.ErrUnexpectedEOF) && bytes.ContainsAny(text[:1], "{["):
		return "it is JSON of which the end is missing"
	}
	return "it is not JSON"
}

// document takes one document of a file, if it is known.
func (f *file) document(text []byte, document json.RawMessage) (known bool, err error) {
	if bytes.HasPrefix(document, []byte("[")) {
		return f.list(text, document)
	}
	var object members
	if json.Unmarshal(document, &object) != nil {
		return false, nil
	}
	if f.relations(object) {
		return true, nil
	}
	if known, err := f.config(text, object); known || err != nil {
		return known, err
	}
	if _, instance := object["InstanceId"]; instance {
		return false, nil // its groups and interfaces are short forms
	}
	more := false
	for _, name := range []string{"NextToken", "NextMarker"} {
		token, ok := object[name]
		more = more || ok && string(token) != "null" && string(token) != `""`
	}
	for _, key := range sortedKeys(object) {
		kind, ok := kinds[key]
		if key == entriesKey {
			kind, ok = entriesOfList, true
		}
		if !ok {
			continue
		}
		if ok, err = kind.holds(key, object[key]); err != nil {
			line, _ := position(text, bytes.Index(text, object[key]))
			return false, fmt.Errorf("in the list that begins in line %d: %w", line, err)
		}
		if ok {
			known = true
			if err := f.answer(text, key, &kind, object[key], more); err != nil {
				return false, err
			}
		}
	}
	if key := bareKey(object); !known && key != "" {
		kind := kinds[key]
		return true, f.answer(text, key, &kind, slices.Concat([]byte("["), document, []byte("]")), false)
	}
	return known, nil
}

// list takes a list without its key: of items, or of what AWS Config recorded.
func (f *file) list(text []byte, document json.RawMessage) (known bool, err error) {
	var items []json.RawMessage
	if json.Unmarshal(document, &items) != nil {
		return false, nil
	}
	key := ""
	for i := range items {
		var m members
		of := ""
		if json.Unmarshal(items[i], &m) == nil {
			of = bareKey(m)
		}
		switch {
		case i == 0:
			key = of
		case of != key:
			line, _ := position(text, bytes.Index(text, items[i]))
			return false, fmt.Errorf("line %d: item %d of the list is not of the kind of the items before it", line, i)
		}
		if key == "" {
			return false, nil
		}
	}
	if key == "" {
		return false, nil
	}
	kind := kinds[key]
	return true, f.answer(text, key, &kind, document, false)
}

// answer takes one answer that is known, if it can be decoded.
func (f *file) answer(text []byte, key string, kind *answerKind, value json.RawMessage, more bool) error {
	value, err := readable(key, kind, value)
	if err != nil {
		return at(text, max(0, bytes.Index(text, value)), err)
	}
	f.hints.add(value, key == "SecurityGroups")
	f.answers = append(f.answers, answer{key, value, more})
	return nil
}

// readable returns the value in a form that can be decoded. Programs write
// times in many forms; nothing in an audit looks at one, so that times that
// cannot be read are left out.
func readable(key string, kind *answerKind, value json.RawMessage) (json.RawMessage, error) {
	decode := func(value json.RawMessage) error {
		single, err := json.Marshal(map[string]json.RawMessage{key: value})
		if err != nil {
			return err
		}
		_, err = kind.decode(single)
		return err
	}
	if decode(value) == nil {
		return value, nil
	}
	without := timeMembers().ReplaceAll(value, []byte(`${1}null`))
	if err := decode(without); err != nil {
		return value, err
	}
	return without, nil
}

// timeMembers matches the members of answers that hold times, with their
// values: the names that the SDK's types have for them.
var timeMembers = sync.OnceValue(func() *regexp.Regexp {
	names := map[string]bool{}
	seen := map[reflect.Type]bool{}
	var visit func(t reflect.Type)
	visit = func(t reflect.Type) {
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			visit(t.Elem())
			return
		case reflect.Struct:
		default:
			return
		}
		if seen[t] {
			return
		}
		seen[t] = true
		for i := range t.NumField() {
			field := t.Field(i)
			if field.Type == reflect.TypeFor[*time.Time]() {
				names[field.Name] = true
			} else if field.IsExported() {
				visit(field.Type)
			}
		}
	}
	for _, kind := range kinds {
		if out, err := kind.decode([]byte("{}")); err == nil {
			visit(reflect.TypeOf(out))
		}
	}
	return regexp.MustCompile(`(?i)("(?:` + strings.Join(sortedKeys(names), "|") + `)"\s*:\s*)(?:"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|\{[^{}]*\})`)
})

func sortedKeys[T any](m map[string]T) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// ownWords matches what only an answer that is audited has, so that a file
// that cannot be parsed is known to be a damaged one.
var ownWords = sync.OnceValue(func() *regexp.Regexp {
	words := slices.Concat(sortedKeys(kinds), configLists, []string{"GroupId", "NetworkInterfaceId", "IpPermissions", "configuration"})
	return regexp.MustCompile(`"(?:` + strings.Join(words, "|") + `)"`)
})

// idOf returns the member of an item that is its id, for messages.
func idOf(item json.RawMessage, name string) string {
	var m map[string]any
	_ = json.Unmarshal(item, &m)
	for key, value := range m {
		if text, ok := value.(string); ok && strings.EqualFold(key, name) {
			return text
		}
	}
	return "one without an id"
}

// at gives an error of JSON its line and column.
func at(text []byte, begin int, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	offset := len(text)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		line, column := position(text, len(text))
		return fmt.Errorf("line %d, column %d: the file ends too early", line, column)
	case errors.As(err, &syntax):
		offset = begin + int(syntax.Offset) - 1
	case errors.As(err, &kind):
		line, _ := position(text, max(0, begin))
		return fmt.Errorf("in the list that begins in line %d: %s is a %s, which it cannot be", line, kind.Field, kind.Value)
	}
	line, column := position(text, max(0, offset))
	return fmt.Errorf("line %d, column %d: %w", line, column, err)
}

// position counts lines and columns from 1.
func position(text []byte, offset int) (line, column int) {
	before := text[:min(max(0, offset), len(text))]
	return bytes.Count(before, []byte("\n")) + 1, len(before) - bytes.LastIndexByte(before, '\n')
}
