package audit

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed frameworks.txt
var frameworksText string

// frameworks is the table of frameworks.txt, which says how it is written.
var frameworks = sync.OnceValue(func() []Framework {
	all, err := parseFrameworks(frameworksText)
	if err != nil {
		panic("frameworks.txt: " + err.Error()) // the file is part of the program, and the tests read it
	}
	return all
})

// Frameworks returns those that can be reported by, in the order of their ids.
func Frameworks() []Framework { return slices.Clone(frameworks()) }

// tableParser is what the lines before the present one have said.
type tableParser struct {
	frameworks []Framework
	lists      map[string][]string // of checks, by their name with its @
}

// parseFrameworks reads the text of the table. An error names the line.
func parseFrameworks(text string) ([]Framework, error) {
	p := tableParser{lists: map[string][]string{}}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := p.line(line); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return p.frameworks, nil
}

func (p *tableParser) line(line string) error {
	word, rest, _ := strings.Cut(line, " ")
	if rest == "" {
		return fmt.Errorf("nothing follows %q", word)
	}
	switch {
	case strings.HasPrefix(word, "@"):
		checks, err := p.checks(rest)
		p.lists[word] = checks
		return err
	case word == "framework":
		p.frameworks = append(p.frameworks, Framework{ID: rest})
		return nil
	case len(p.frameworks) == 0:
		return errors.New("a line of a framework comes before the first framework")
	}
	f := &p.frameworks[len(p.frameworks)-1]
	switch {
	case word == "name":
		f.Name = rest
	case word == "reference":
		f.prefix = rest
	case word == "source":
		f.Source = rest
	case line == "information passes":
		f.informationPasses = true
	default:
		row, err := p.row(line)
		f.controls = append(f.controls, row)
		return err
	}
	return nil
}

// row reads CONTROL | ONLY | WHY | CHECKS.
func (p *tableParser) row(line string) (control, error) {
	cells := strings.Split(line, "|")
	if len(cells) != 4 {
		return control{}, fmt.Errorf("a control is: CONTROL | ONLY | WHY | CHECKS, in place of %q", line)
	}
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	only, err := parseScope(cells[1])
	if err != nil {
		return control{}, err
	}
	checks, err := p.checks(cells[3])
	return control{number: cells[0], why: cells[2], scope: only, checks: checks}, err
}

// checks reads ids and names of lists; nothing is nil.
func (p *tableParser) checks(text string) ([]string, error) {
	var ids []string
	for _, word := range strings.Fields(text) {
		if !strings.HasPrefix(word, "@") {
			ids = append(ids, word)
			continue
		}
		list, known := p.lists[word]
		if !known {
			return nil, fmt.Errorf("%s is not known here", word)
		}
		ids = append(ids, list...)
	}
	return ids, nil
}

// parseScope reads ipv4, ipv6, ports of tcp, or nothing, which is all.
func parseScope(text string) (scope, error) {
	if text == "ipv4" || text == "ipv6" {
		return scope{family: text}, nil
	}
	var ports []int32
	for _, word := range strings.Fields(text) {
		port, err := strconv.ParseUint(word, 10, 16)
		if err != nil {
			return scope{}, fmt.Errorf("%q is neither ipv4 nor ipv6 nor a port", word)
		}
		ports = append(ports, int32(port))
	}
	return scope{ports: ports}, nil
}
