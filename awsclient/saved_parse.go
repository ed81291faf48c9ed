package awsclient

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
)

// readSavedFile reads the JSON documents of one file, which may stand one
// after the other.
func readSavedFile(name string) (*savedFile, []configurationItem, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, err
	}
	if bytes.HasPrefix(text, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(bytes.NewReader(text))
		if err != nil {
			return nil, nil, fmt.Errorf("decompressing: %w", err)
		}
		if text, err = io.ReadAll(z); err != nil {
			return nil, nil, fmt.Errorf("decompressing: %w", err)
		}
	}
	return parseSaved(name, text)
}

func parseSaved(name string, text []byte) (*savedFile, []configurationItem, error) {
	file := &savedFile{name: name}
	var items []configurationItem
	decoder := json.NewDecoder(bytes.NewReader(text))
	for count := 0; ; count++ {
		var document map[string]json.RawMessage
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) && count > 0 {
			return file, items, nil
		}
		if err != nil {
			return nil, nil, at(text, 0, err)
		}
		end := int(decoder.InputOffset())
		if raw, ok := document["configurationItems"]; ok {
			var list []configurationItem
			if err := json.Unmarshal(raw, &list); err != nil {
				return nil, nil, at(text, bytes.Index(text, raw), err)
			}
			for i := range list {
				keep, err := list[i].understand()
				if err != nil {
					return nil, nil, fmt.Errorf("configuration item %d (%s %s): %w", i, list[i].Type, list[i].ID, err)
				}
				if keep {
					items = append(items, list[i])
				}
			}
			continue
		}
		more := false
		if token, ok := document["NextToken"]; ok {
			more = string(token) != "null" && string(token) != `""`
		}
		known := false
		for _, key := range slices.Sorted(maps.Keys(document)) {
			value := document[key]
			kind, ok := savedKinds[key]
			if key == entriesKey {
				kind, ok = savedEntries, true
			}
			if !ok {
				continue
			}
			known = true
			single, err := json.Marshal(map[string]json.RawMessage{key: value})
			if err != nil {
				return nil, nil, err
			}
			if _, err := kind.decode(single); err != nil {
				return nil, nil, at(text, bytes.Index(text, value), err)
			}
			file.hints.add(value, key == "SecurityGroups")
			file.answers = append(file.answers, savedAnswer{key, value, more})
		}
		if !known {
			line, column := position(text, end)
			return nil, nil, fmt.Errorf("the document that ends in line %d, column %d is no answer that is known: it has none of the keys %s", line, column, savedKeyNames())
		}
	}
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
		if kind.Field == "" {
			return fmt.Errorf("the document is a %s, which it cannot be", kind.Value)
		}
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

// IsSaved reports whether a file, by how it begins, holds answers that Saved
// reads: of the AWS CLI, or of AWS Config.
func IsSaved(text []byte) bool {
	if bytes.HasPrefix(text, []byte{0x1f, 0x8b}) {
		return true
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return false
	}
	for {
		token, err := decoder.Token()
		key, ok := token.(string)
		if err != nil || !ok {
			return false
		}
		if _, known := savedKinds[key]; known || slices.Contains([]string{"configurationItems", "fileVersion", "configSnapshotId"}, key) {
			return true
		}
		if key == "sgaudit_snapshot" || key == "schema_version" {
			return false // ours, and perhaps large
		}
		var skipped json.RawMessage
		if decoder.Decode(&skipped) != nil {
			return false
		}
	}
}
