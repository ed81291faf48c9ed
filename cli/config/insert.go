package config

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/sgaudit/sgaudit/findings"
)

// AddException returns the text of the file with one more exception, behind a
// comment of one line. Nothing else of the text changes. It fails where the
// file is written in a form that only a person can extend.
func AddException(name string, text []byte, x findings.Exception, comment string) ([]byte, error) {
	before, err := Parse(name, text)
	if err != nil {
		return nil, err
	}
	now, err := insert(name, text, x, comment)
	if err != nil {
		return nil, err
	}
	after, err := Parse(name, now)
	if err != nil || len(after.Exceptions) != len(before.Exceptions)+1 {
		return nil, errors.Join(fmt.Errorf("%s: the exception cannot be put into this file by a program: add it by hand", name), err)
	}
	return now, nil
}

// insert puts the exception behind the last exception of the file, or
// begins the list at its end. Nothing else of the text changes.
func insert(name string, text []byte, x findings.Exception, comment string) ([]byte, error) {
	r := &reader{file: name}
	root, err := r.document(text)
	if err != nil {
		return nil, err
	}
	newline := "\n"
	if bytes.Contains(text, []byte("\r\n")) {
		newline = "\r\n"
	}
	lines := strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	lines, at, indent, err := exceptionPlace(name, root, lines)
	if err != nil {
		return nil, err
	}
	written, err := visible(keyed[findings.Exception]{exceptionKeys, &x})
	if err != nil {
		return nil, fmt.Errorf("writing the exception: %w", err)
	}
	block := []string{indent + "# " + comment}
	for i, line := range strings.Split(strings.TrimRight(string(written), "\n"), "\n") {
		lead := indent + "  "
		if i == 0 {
			lead = indent + "- "
		}
		block = append(block, lead+line)
	}
	lines = append(lines[:at:at], append(block, lines[at:]...)...)
	whole := strings.Join(lines, newline)
	if !strings.HasSuffix(whole, newline) {
		whole += newline
	}
	return []byte(whole), nil
}

// exceptionPlace returns the lines of the file, with a list of exceptions if
// there was none, the line before which the next exception belongs, and the
// blanks before its dash. Root is nil where the file is empty.
func exceptionPlace(name string, root *yaml.Node, lines []string) (with []string, at int, indent string, err error) {
	var list, key *yaml.Node
	if root != nil && root.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(root.Content); i += 2 {
			if root.Content[i].Value == "exceptions" {
				key, list = root.Content[i], root.Content[i+1]
			}
		}
	}
	indent = "  "
	switch {
	case root != nil && root.Style&yaml.FlowStyle != 0:
		return nil, 0, "", fmt.Errorf("%s: the file is written as one {...}: add the exception by hand", name)
	case list == nil:
		for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
			lines = lines[:len(lines)-1]
		}
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, "exceptions:")
		at = len(lines)
	case list.Kind == yaml.AliasNode:
		return nil, 0, "", fmt.Errorf("%s:%d: the exceptions are an alias: write them below each other first", name, list.Line)
	case len(list.Content) == 0:
		lines[key.Line-1] = strings.Replace(lines[key.Line-1], "[]", "", 1)
		lines[key.Line-1] = strings.TrimRight(lines[key.Line-1], " ")
		at = key.Line
	case list.Style&yaml.FlowStyle != 0:
		return nil, 0, "", fmt.Errorf("%s:%d: the exceptions are written as one [...]: write them below each other first", name, list.Line)
	default:
		last := list.Content[len(list.Content)-1]
		indent = dashColumn(lines[list.Content[0].Line-1])
		at = last.Line
		for at < len(lines) && (strings.TrimSpace(lines[at]) == "" || len(leading(lines[at])) > len(indent)) {
			at++
		}
		for at > last.Line && strings.TrimSpace(lines[at-1]) == "" {
			at--
		}
	}
	return lines, at, indent, nil
}

func leading(line string) string { return line[:len(line)-len(strings.TrimLeft(line, " "))] }

// dashColumn returns the blanks before the dash of a list's first line.
func dashColumn(line string) string {
	if i := strings.Index(line, "-"); i >= 0 && strings.TrimSpace(line[:i]) == "" {
		return line[:i]
	}
	return leading(line)
}
