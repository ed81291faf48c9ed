package page

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
)

// blockSize is how many findings' details one compressed block holds.
const blockSize = 500

// columns are the findings as lists of numbers, each the position of a text in
// strings: what the script filters by. A list of objects would be ten times as
// long.
type columns struct {
	strings, ids []string
	severities   []int
	lines        []int               // the number of the line that a finding stands in
	numbers      [len(sorts)][]int32 // in the order of sorts
}

// sorts are the sorts of texts that a finding has, by their keys in the block.
var sorts = [...]struct {
	key string
	of  func(*brief) string
}{
	{"check", func(b *brief) string { return b.Check }},
	{"name", func(b *brief) string { return b.Name }},
	{"group", func(b *brief) string { return b.Group }},
	{"account", func(b *brief) string { return b.Account }},
	{"region", func(b *brief) string { return b.Region }},
	{"vpc", func(b *brief) string { return b.VPC }},
	{"verdict", func(b *brief) string { return b.Verdict }},
	{"status", func(b *brief) string { return b.Status }},
	{"baseline", func(b *brief) string { return b.Baseline }},
	{"mark", func(b *brief) string { return b.Mark }},
	{"message", func(b *brief) string { return b.Message }},
	{"search", func(b *brief) string { return b.Search }},
	{"rule", func(b *brief) string { return b.Rule }},
}

func newColumns(r *findings.Report, lines []int) *columns {
	n := len(r.Findings)
	c := &columns{ids: make([]string, 0, n), severities: make([]int, 0, n), lines: lines}
	for i := range c.numbers {
		c.numbers[i] = make([]int32, 0, n)
	}
	known := map[string]int32{}
	for i := range r.Findings {
		f := summary(&r.Findings[i])
		c.ids = append(c.ids, f.ID)
		c.severities = append(c.severities, int(r.Findings[i].Severity))
		for k, s := range sorts {
			text := s.of(&f)
			n, ok := known[text]
			if !ok {
				n = int32(len(c.strings))
				known[text] = n
				c.strings = append(c.strings, text)
			}
			c.numbers[k] = append(c.numbers[k], n)
		}
	}
	return c
}

// write writes one object of JSON, list by list: an encoder would hold all of it.
func (c *columns) write(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<15)
	fmt.Fprintf(out, `{"block":%d`, blockSize)
	writeList(out, "strings", c.strings, quoted)
	writeList(out, "id", c.ids, quoted)
	writeList(out, "severity", c.severities, strconv.Itoa)
	for i, s := range sorts {
		writeList(out, s.key, c.numbers[i], func(n int32) string { return strconv.Itoa(int(n)) })
	}
	writeList(out, "line", c.lines, strconv.Itoa)
	out.WriteString("}\n")
	return out.Flush()
}

func writeList[T any](out *bufio.Writer, key string, list []T, text func(T) string) {
	out.WriteString(`,"` + key + `":[`)
	for i, item := range list {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(text(item))
	}
	out.WriteByte(']')
}

// quoted is a text as JSON.
func quoted(text string) string {
	if strings.IndexFunc(text, func(c rune) bool { return c < ' ' || c > '~' || c == '"' || c == '\\' }) < 0 {
		return `"` + text + `"` // nearly every text
	}
	var out bytes.Buffer
	_ = encoded(text)(&out) // a string has a text in JSON
	return strings.TrimSuffix(out.String(), "\n")
}

// writeBlocks writes the columns, the details in blocks, and the pictures of the
// VPCs that the page does not show at once.
func writeBlocks(out *keeper, r *findings.Report, v *view) {
	writeText(out, "ix", newColumns(r, v.lines).write)
	for first := 0; first < len(r.Findings); first += blockSize {
		last := min(first+blockSize, len(r.Findings))
		list := make([]*detail, 0, last-first)
		for i := first; i < last; i++ {
			list = append(list, newDetail(&r.Findings[i], r))
		}
		writeBlock(out, "c"+decimal(first/blockSize), list)
	}
	if v.places != nil {
		v.places.write(out)
	}
}

// encoded returns what writes a value as JSON.
func encoded(value any) func(io.Writer) error {
	return func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(value)
	}
}

// writeBlock writes a value as JSON, as writeText does.
func writeBlock(out *keeper, id string, value any) { writeText(out, id, encoded(value)) }

// writeText writes what write writes, compressed, as text without a single
// character that HTML knows.
func writeText(out *keeper, id string, write func(io.Writer) error) {
	if out.err != nil {
		return
	}
	if out.zip == nil {
		out.zip = gzip.NewWriter(nil)
	}
	out.printf("<script type=\"text/plain\" id=\"%s\">", id)
	whole := bufio.NewWriterSize(out, 1<<16)
	text := base64.NewEncoder(base64.StdEncoding, whole)
	out.zip.Reset(text)
	err := errors.Join(write(out.zip), out.zip.Close(), text.Close(), whole.Flush())
	if out.err == nil {
		out.err = err
	}
	out.printf("</script>\n")
}
