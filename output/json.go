package output

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

var _ = declare("json", "application/json", "the whole report as one object: coverage, checks, findings, what was not evaluated; schema_version 1", func(w io.Writer, r *findings.Report, _ Options) error {
	out := bufio.NewWriterSize(w, 1<<16)
	err := writeJSON(out, r)
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
})

// writeJSON writes what the encoder would make of the report as a whole, but
// finding by finding: the encoder holds all of a value in memory, twice where
// it indents. Characters that a terminal would obey are written as \u escapes,
// which change no value.
func writeJSON(out *bufio.Writer, r *findings.Report) error {
	const indent = "  "
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	frame := *r
	frame.Findings = []findings.Finding{}
	if err := enc.Encode(frame); err != nil {
		return err
	}
	// No text in JSON holds a line feed, so this is the report's own list.
	empty := []byte("\n" + indent + `"findings": [`)
	before, after, _ := bytes.Cut(bytes.Clone(words.JSON(text.Bytes())), empty)
	out.Write(before)
	out.Write(empty)
	enc.SetIndent(indent+indent, indent)
	for i := range r.Findings {
		text.Reset()
		if err := enc.Encode(r.Findings[i].Detailed()); err != nil {
			return err
		}
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString("\n" + indent + indent)
		out.Write(words.JSON(bytes.TrimSuffix(text.Bytes(), []byte("\n"))))
	}
	if len(r.Findings) > 0 {
		out.WriteString("\n" + indent)
	}
	_, err := out.Write(after)
	return err
}
