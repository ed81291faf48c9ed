package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/words"
)

// reader walks the nodes of one file and gathers what is wrong.
type reader struct {
	file   string
	faults []fault
}

type fault struct {
	line, column int
	message      string
}

// mostFaults bounds the mistakes that are reported of one file.
const mostFaults = 1000

func (r *reader) fault(n *yaml.Node, format string, args ...any) {
	if len(r.faults) < mostFaults {
		r.faults = append(r.faults, fault{n.Line, n.Column, fmt.Sprintf(format, args...)})
	}
}

func (r *reader) failure() error {
	if len(r.faults) == 0 {
		return nil
	}
	slices.SortStableFunc(r.faults, func(a, b fault) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column), cmp.Compare(a.message, b.message))
	})
	var lines []string
	for _, f := range slices.Compact(r.faults) { // several aliases may name one mistake
		lines = append(lines, console.Sentence("%s:%d:%d: %s", r.file, f.line, f.column, f.message))
	}
	return &console.Failure{Message: strings.Join(lines, "\n")}
}

// document returns the content of the only document, or nil of an empty file.
func (r *reader) document(text []byte) (*yaml.Node, error) {
	loader, err := yaml.NewLoader(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", r.file, err)
	}
	var first, second yaml.Node
	switch err := loader.Load(&first); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, r.syntax(err)
	}
	switch err := loader.Load(&second); {
	case err == nil:
		r.fault(&second, "a second document begins here: there may be only one")
		return nil, r.failure()
	case !errors.Is(err, io.EOF):
		return nil, r.syntax(err)
	}
	if len(first.Content) == 0 || first.Content[0].Tag == "!!null" {
		return nil, nil
	}
	return first.Content[0], nil
}

// syntax gives the library's errors the form of the others.
func (r *reader) syntax(err error) error {
	many, ok := errors.AsType[*yaml.LoadErrors](err)
	errs := []error{err}
	if ok {
		errs = errs[:0]
		for _, e := range many.Errors {
			errs = append(errs, e)
		}
	}
	for _, err := range errs {
		one, ok := errors.AsType[*yaml.LoadError](err)
		if !ok {
			return fmt.Errorf("reading %s: %w", r.file, err)
		}
		r.faults = append(r.faults, fault{one.Mark.Line, one.Mark.Column, strings.TrimPrefix(one.Message, "yaml: ")})
	}
	return r.failure()
}

// mapping hands the value of each key to its reader.
func (r *reader) mapping(n *yaml.Node, what string, keys map[string]func(*yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.fault(n, "%s must be a mapping with the keys %s", what, strings.Join(slices.Sorted(maps.Keys(keys)), ", "))
		return
	}
	lines := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read, known := keys[key.Value]
		switch {
		case key.Kind != yaml.ScalarNode || !known:
			names := slices.Sorted(maps.Keys(keys))
			text := "known are " + strings.Join(names, ", ")
			if near := words.Nearest(key.Value, names); near != "" {
				text = "did you mean " + near + "?"
			}
			r.fault(key, "unknown key %q in %s: %s", key.Value, what, text)
		case lines[key.Value] > 0:
			r.fault(key, "key %q was given before, in line %d", key.Value, lines[key.Value])
		default:
			lines[key.Value] = key.Line
			read(value)
		}
	}
}
