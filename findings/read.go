package findings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/sgaudit/sgaudit/words"
)

// Read reads a report that was written as JSON. Text that is not such a
// report, is damaged, or has a later schema is an error that says where.
func Read(r io.Reader) (*Report, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("reading the report: %w", err)
	}
	var head struct {
		SchemaVersion string  `json:"schema_version"`
		Findings      present `json:"findings"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, located(text, err)
	}
	switch head.SchemaVersion {
	case SchemaVersion:
	case "":
		return nil, errors.New("this is JSON, but not a report of sgaudit: it has no schema_version")
	default:
		return nil, fmt.Errorf("the report has schema_version %s, and this version of sgaudit reads %s", words.Plain(words.Cut(head.SchemaVersion, 80)), SchemaVersion)
	}
	report := &Report{}
	if err := json.Unmarshal(text, report); err != nil {
		var rule *ruleError
		if errors.As(err, &rule) {
			err = inRule(text, err)
		}
		return nil, located(text, err)
	}
	// Other answers of sgaudit, such as those of diff and trend, have a
	// schema_version too: read as reports, they would make every finding new.
	if !head.Findings {
		return nil, errors.New("this is JSON of sgaudit, but not a report: it has no findings")
	}
	return report, nil
}

// inRule returns the error of a rule with its place in the report, which only
// a decoder of the whole report knows.
func inRule(text []byte, err error) error {
	var rules struct {
		Findings []struct {
			Rule *RuleText `json:"rule"`
		} `json:"findings"`
	}
	if placed := json.Unmarshal(text, &rules); placed != nil {
		return placed
	}
	return err
}

// present is true once its key came, whatever the value is.
type present bool

func (p *present) UnmarshalJSON([]byte) error {
	*p = true
	return nil
}

// located adds line and column, counted from 1, to an error of encoding/json.
func located(text []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var at int64
	switch {
	case errors.As(err, &syntax):
		at = max(0, syntax.Offset-1) // the byte itself, not the one behind it
	case errors.As(err, &kind):
		at = kind.Offset
	default:
		return err
	}
	before := text[:min(int(at), len(text))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len(before) - bytes.LastIndexByte(before, '\n')
	if kind != nil {
		if kind.Field == "" {
			return fmt.Errorf("line %d, column %d: this is not a report of sgaudit: it is not a JSON object", line, column)
		}
		return fmt.Errorf("line %d, column %d: this is not a report of sgaudit: a value of the kind %s cannot stand at %s", line, column, kind.Value, kind.Field)
	}
	return fmt.Errorf("line %d, column %d: %w", line, column, err)
}
