package output

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/sgaudit/sgaudit/words"
)

// records writes lists of JSON, an item a line, without holding a list in
// memory. The first error ends it; flush returns that error.
type records struct {
	out    *bufio.Writer
	text   bytes.Buffer
	enc    *json.Encoder
	items  int // of the list that is being written
	failed error
}

func newRecords(w io.Writer) *records {
	r := &records{out: bufio.NewWriterSize(w, 1<<16)}
	r.enc = json.NewEncoder(&r.text)
	r.enc.SetEscapeHTML(false)
	return r
}

// begin writes what stands before a list.
func (r *records) begin(text string) {
	r.items = 0
	r.out.WriteString(text)
}

// raw writes text between lists.
func (r *records) raw(text string) { r.out.WriteString(text) }

// value writes a value as JSON. Characters that a terminal would obey are
// written as \u escapes, which change no value.
func (r *records) value(v any) {
	if r.failed != nil {
		return
	}
	r.text.Reset()
	if r.failed = r.enc.Encode(v); r.failed == nil {
		r.out.Write(words.JSON(bytes.TrimSuffix(r.text.Bytes(), []byte("\n"))))
	}
}

// item writes the next item of the list.
func (r *records) item(v any) {
	if r.items++; r.items > 1 {
		r.out.WriteByte(',')
	}
	r.out.WriteByte('\n')
	r.value(v)
}

// flush writes the rest and returns the first error, wrapped.
func (r *records) flush(format string) error {
	if err := r.out.Flush(); r.failed == nil {
		r.failed = err
	}
	if r.failed != nil {
		return fmt.Errorf("writing %s: %w", format, r.failed)
	}
	return nil
}
