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
		SchemaVersion string `json:"schema_version"`
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
		return nil, located(text, err)
	}
	return report, nil
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
	return fmt.Errorf("line %d, column %d: %w", line, column, err)
}
