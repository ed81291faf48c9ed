package config

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/files"
	"github.com/sgaudit/sgaudit/inventory"
)

// AccountLine is one account of a file of accounts. Every text but the name has been
// checked for its form; those of a role are checked by the code that assumes it.
type AccountLine struct {
	Line    int    // in the file, from 1
	ID      string // empty where the profile names it
	Name    string
	Role    string // name or ARN
	Profile string
	Regions []string
}

// accountKeys are the columns, and the keys of YAML, of a file of accounts.
var accountKeys = []string{"id", "name", "role", "profile", "regions"}

// ReadAccounts reads a file of accounts, in the order of the file: CSV with a line of
// column names, or YAML, a list of mappings, where the name ends in .yaml or .yml.
//
//	id,name,role,profile,regions
//	111122223333,shop,audit,,eu-west-1 us-east-1
//
//	- {id: "111122223333", name: shop, role: audit, regions: [eu-west-1, us-east-1]}
//
// Each account needs an id or a profile. The file is read as strictly as the
// configuration: every mistake is an error with its line.
func ReadAccounts(name string) ([]AccountLine, error) {
	text, err := files.Read(name, files.Most)
	if err != nil {
		return nil, fmt.Errorf("reading the accounts: %w", err)
	}
	r := &reader{file: name}
	var list []AccountLine
	if ending := strings.ToLower(filepath.Ext(name)); ending == ".yaml" || ending == ".yml" {
		root, err := r.document(text)
		if err != nil {
			return nil, err
		}
		if root != nil {
			list = r.accountsYAML(r.withoutAliases(root))
		}
	} else {
		list = r.accountsCSV(string(text))
	}
	if err := r.failure(); err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, console.Usage("write a line of the columns "+strings.Join(accountKeys, ",")+", and one for each account", "%s names no account", name)
	}
	return list, nil
}

func (r *reader) accountsYAML(root *yaml.Node) []AccountLine {
	if root.Kind != yaml.SequenceNode {
		r.fault(root, "expected a list of accounts, each with the keys %s", strings.Join(accountKeys, ", "))
		return nil
	}
	var list []AccountLine
	for _, n := range root.Content {
		a := AccountLine{Line: n.Line}
		text := func(to *string) func(*yaml.Node) {
			return func(n *yaml.Node) {
				if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
					r.fault(n, "expected a string")
					return
				}
				*to = n.Value
			}
		}
		before := len(r.faults)
		r.mapping(n, "an account", map[string]func(*yaml.Node){
			"id": text(&a.ID), "name": text(&a.Name), "role": text(&a.Role), "profile": text(&a.Profile),
			"regions": func(n *yaml.Node) {
				a.Regions = readList(r, n, func(text string) (string, error) { return text, nil })
			},
		})
		if len(r.faults) == before {
			list = r.account(list, a, n.Column)
		}
	}
	return list
}

func (r *reader) accountsCSV(text string) []AccountLine {
	in := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\uFEFF")))
	in.FieldsPerRecord, in.TrimLeadingSpace, in.Comment = -1, true, '#'
	at := func(line, column int, format string, args ...any) {
		r.fault(&yaml.Node{Line: line, Column: column}, format, args...)
	}
	var columns []string
	var list []AccountLine
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return list
		}
		if wrong := (*csv.ParseError)(nil); errors.As(err, &wrong) {
			at(wrong.Line, wrong.Column, "the line is not CSV: %s", wrong.Err)
			return nil
		}
		line, _ := in.FieldPos(0)
		if columns == nil {
			columns = record
			for i, name := range columns {
				columns[i] = strings.TrimSpace(name)
				_, column := in.FieldPos(i)
				switch {
				case !slices.Contains(accountKeys, columns[i]):
					at(line, column, "unknown column %q: known are %s", name, strings.Join(accountKeys, ", "))
				case slices.Contains(columns[:i], columns[i]):
					at(line, column, "the column %s comes twice", columns[i])
				}
			}
			if len(r.faults) > 0 {
				return nil
			}
			continue
		}
		if len(record) != len(columns) {
			at(line, 1, "the line has %d fields, and the first line names %d columns", len(record), len(columns))
			continue
		}
		a := AccountLine{Line: line}
		for i, name := range columns {
			value := strings.TrimSpace(record[i])
			switch name {
			case "id":
				a.ID = value
			case "name":
				a.Name = value
			case "role":
				a.Role = value
			case "profile":
				a.Profile = value
			case "regions":
				a.Regions = strings.FieldsFunc(value, func(c rune) bool { return c == ' ' || c == ';' })
			}
		}
		list = r.account(list, a, 1)
	}
}

// account adds an account to those before it, if it may be there.
func (r *reader) account(list []AccountLine, a AccountLine, column int) []AccountLine {
	at := &yaml.Node{Line: a.Line, Column: column}
	before := len(r.faults)
	switch {
	case a.ID == "" && a.Profile == "":
		r.fault(at, "an account needs an id or a profile")
	case a.ID != "" && !inventory.IsAccountID(a.ID):
		r.fault(at, "%q is not an account id, which has twelve digits", a.ID)
	}
	for _, other := range list {
		if a.ID != "" && other.ID == a.ID {
			r.fault(at, "account %s is in line %d already", a.ID, other.Line)
		}
	}
	for _, name := range a.Regions {
		if !inventory.IsRegion(name) {
			r.fault(at, "%q is not a region", name)
		}
	}
	if len(r.faults) > before {
		return list
	}
	return append(list, a)
}
