package awsclient

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// answer is an answer of a service, or a value in it. The paths of
// inventory.ServiceCall lead through it.
type answer interface {
	// member returns the value of a name, nil where there is none.
	member(name string) answer
	// list returns the items, in XML the elements with the name.
	list(item string) ([]answer, error)
	// text returns the text of a value that has no parts.
	text() (string, error)
}

var errNotText = errors.New("it is not a text")

// parseAnswer makes an answer of the body of a response.
func parseAnswer(form inventory.Form, action string, text []byte) (answer, error) {
	if form != inventory.FormQuery {
		var value any
		if err := json.Unmarshal(text, &value); err != nil {
			return nil, &notAnAnswer{"the body is not JSON: " + firstLine(err.Error())}
		}
		return jsonValue{value, false}, nil
	}
	root, err := parseXML(text)
	if err != nil {
		return nil, err
	}
	if result := root.member(action + "Result"); result != nil {
		return result, nil
	}
	return nil, &notAnAnswer{fmt.Sprintf("the body has no <%sResult>", action)}
}

// parseSaved makes an answer of what the AWS CLI printed. It names members by their
// names in the API reference, which begin with a capital where the answer on the wire
// may have a small letter.
func parseSaved(text []byte) (answer, error) {
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return nil, err
	}
	return jsonValue{value, true}, nil
}

type jsonValue struct {
	value any
	saved bool
}

func (v jsonValue) member(name string) answer {
	object, _ := v.value.(map[string]any)
	value := object[name]
	if value == nil && v.saved && name != "" {
		value = object[strings.ToUpper(name[:1])+name[1:]]
	}
	if value == nil {
		return nil
	}
	return jsonValue{value, v.saved}
}

func (v jsonValue) list(string) ([]answer, error) {
	values, ok := v.value.([]any)
	if !ok {
		return nil, errors.New("it is not a list")
	}
	items := make([]answer, len(values))
	for i := range values {
		items[i] = jsonValue{values[i], v.saved}
	}
	return items, nil
}

func (v jsonValue) text() (string, error) {
	text, ok := v.value.(string)
	if !ok {
		return "", errNotText
	}
	return text, nil
}

// element is one of XML, with the text or the elements in it.
type element struct {
	name     string
	content  string
	elements []*element
}

func (e *element) member(name string) answer {
	for _, x := range e.elements {
		if x.name == name {
			return x
		}
	}
	return nil
}

func (e *element) list(item string) ([]answer, error) {
	items := make([]answer, len(e.elements))
	for i, x := range e.elements {
		if x.name != item {
			return nil, fmt.Errorf("it has <%s> among its <%s>", words.Cut(x.name, mostName), item)
		}
		items[i] = x
	}
	return items, nil
}

func (e *element) text() (string, error) {
	if len(e.elements) > 0 {
		return "", errNotText
	}
	return strings.TrimSpace(e.content), nil
}

// mostElements are in one answer. A database instance, the largest item of a page of
// a hundred, has some hundreds.
const mostElements = 500_000

// parseXML reads a document. Attributes and anything that is not an element are ignored.
func parseXML(text []byte) (*element, error) {
	decoder := xml.NewDecoder(bytes.NewReader(text))
	top := &element{}
	open, n := []*element{top}, 0
	for {
		token, err := decoder.Token()
		switch {
		case errors.Is(err, io.EOF) && len(top.elements) == 1:
			return top.elements[0], nil
		case err != nil:
			return nil, &notAnAnswer{"the body is not XML: " + firstLine(err.Error())}
		}
		inner := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			if n++; n > mostElements {
				return nil, errTooMany
			}
			x := &element{name: token.Name.Local}
			inner.elements = append(inner.elements, x)
			open = append(open, x)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			inner.content += string(token)
		}
	}
}

// at returns the values to which a path of inventory.ServiceCall leads. A name that
// is not there leads to none; one that is not what the path says is an error.
func at(a answer, path string) ([]answer, error) {
	values := []answer{a}
	for path != "" {
		var step string
		step, path, _ = strings.Cut(path, ".")
		name, item, isList := strings.Cut(step, "[")
		item = strings.TrimSuffix(item, "]")
		if item == "" {
			item = "member"
		}
		var next []answer
		for _, v := range values {
			m := v.member(name)
			switch {
			case m == nil:
			case !isList:
				next = append(next, m)
			default:
				items, err := m.list(item)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", name, err)
				}
				next = append(next, items...)
			}
		}
		values = next
	}
	return values, nil
}

// textsAt returns the texts to which a path leads, without empty ones.
func textsAt(a answer, path string) ([]string, error) {
	values, err := at(a, path)
	if err != nil {
		return nil, err
	}
	var texts []string
	for _, v := range values {
		text, err := v.text()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if text != "" {
			texts = append(texts, text)
		}
	}
	return texts, nil
}

// textAt returns the first of textsAt, or nothing.
func textAt(a answer, path string) (string, error) {
	texts, err := textsAt(a, path)
	if len(texts) == 0 {
		return "", err
	}
	return texts[0], err
}
