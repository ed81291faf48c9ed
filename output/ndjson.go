package output

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/tables"
	"github.com/sgaudit/sgaudit/words"
)

// NDJSON is the report cut into lines: each is an object in which "record" says
// what it is: run, coverage, finding, with a baseline fixed and unknown (a finding of
// the baseline in short), not_evaluated, and summary at the end, so that a reader can
// notice a report that was cut off.
var _ = tagged(divided(declare("ndjson", "application/x-ndjson", "the report cut into lines, each a JSON object: run, coverage, findings, fixed and unknown ones of the baseline, not evaluated, summary", func(w io.Writer, r *findings.Report, o Options) error {
	out := bufio.NewWriterSize(w, 1<<16)
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	var failed error
	line := func(v any, more ...func() error) {
		text.Reset()
		if failed == nil {
			failed = enc.Encode(v)
		}
		for _, add := range more {
			if failed == nil {
				failed = add()
			}
		}
		if failed == nil {
			_, failed = out.Write(words.JSON(text.Bytes()))
		}
	}
	line(struct {
		Record        string              `json:"record"`
		SchemaVersion string              `json:"schema_version"`
		Tool          findings.Tool       `json:"tool"`
		StartedAt     time.Time           `json:"started_at"`
		FinishedAt    time.Time           `json:"finished_at"`
		Caller        findings.Caller     `json:"caller"`
		Depth         string              `json:"depth"`
		Selection     *findings.Selection `json:"selection,omitempty"` // as in JSON: the filters that this is a part by
	}{"run", r.SchemaVersion, r.Tool, r.StartedAt, r.FinishedAt, r.Caller, r.Depth, r.Selection})
	for i := range r.Coverage {
		line(struct {
			Record string `json:"record"`
			*findings.Coverage
		}{"coverage", &r.Coverage[i]})
	}
	for i := range r.Findings {
		f := r.Findings[i].Detailed()
		line(struct {
			Record string `json:"record"`
			*findings.Finding
		}{"finding", f}, func() error { return addTags(&text, f.Tags, o.TagColumns) })
	}
	if c := r.Comparison; c != nil {
		for _, list := range []struct {
			record string
			known  []findings.Ref
		}{{"fixed", c.Fixed}, {"unknown", c.Unknown}} {
			for i := range list.known {
				line(struct {
					Record string `json:"record"`
					*findings.Ref
				}{list.record, &list.known[i]})
			}
		}
	}
	for i := range r.NotEvaluated {
		line(struct {
			Record string `json:"record"`
			*findings.NotEvaluated
		}{"not_evaluated", &r.NotEvaluated[i]})
	}
	line(struct {
		Record string `json:"record"`
		*findings.Summary
	}{"summary", &r.Summary})
	if failed == nil {
		failed = out.Flush()
	}
	if failed != nil {
		return fmt.Errorf("writing NDJSON: %w", failed)
	}
	return nil
})))

// addTags adds a member for each column of a tag to the object of a finding, which
// ends in "}" and a line feed. A tag that the finding does not have is an empty text.
func addTags(object *bytes.Buffer, tags map[string]string, keys []string) error {
	object.Truncate(object.Len() - len("}\n"))
	for _, key := range keys {
		name, err := json.Marshal(tables.TagColumn(key).Name)
		if err != nil {
			return err
		}
		value, err := json.Marshal(tags[key])
		if err != nil {
			return err
		}
		fmt.Fprintf(object, ",%s:%s", name, value)
	}
	object.WriteString("}\n")
	return nil
}
