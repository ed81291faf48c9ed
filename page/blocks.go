package page

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
)

// blockSize is how many findings' details one compressed block holds.
const blockSize = 500

// columns are the findings as lists of numbers, each the position of a text in
// Strings: what the script filters by. A list of objects would be ten times as
// long.
type columns struct {
	Block    int      `json:"block"`
	Strings  []string `json:"strings"`
	ID       []string `json:"id"`
	Severity []int    `json:"severity"`
	Check    []int    `json:"check"`
	Name     []int    `json:"name"`
	Group    []int    `json:"group"`
	Account  []int    `json:"account"`
	Region   []int    `json:"region"`
	VPC      []int    `json:"vpc"`
	Verdict  []int    `json:"verdict"`
	Status   []int    `json:"status"`
	Baseline []int    `json:"baseline"`
	Message  []int    `json:"message"`
	Search   []int    `json:"search"`
	Rule     []int    `json:"rule"`
	Line     []int    `json:"line"` // the number of the line that a finding stands in
}

func newColumns(r *findings.Report, lines []int) *columns {
	c := &columns{Block: blockSize, Line: lines}
	known := map[string]int{}
	put := func(list *[]int, text string) {
		n, ok := known[text]
		if !ok {
			n = len(c.Strings)
			known[text] = n
			c.Strings = append(c.Strings, text)
		}
		*list = append(*list, n)
	}
	for i := range r.Findings {
		f := summary(&r.Findings[i])
		c.ID = append(c.ID, f.ID)
		c.Severity = append(c.Severity, int(r.Findings[i].Severity))
		put(&c.Check, f.Check)
		put(&c.Name, f.Name)
		put(&c.Group, f.Group)
		put(&c.Account, f.Account)
		put(&c.Region, f.Region)
		put(&c.VPC, f.VPC)
		put(&c.Verdict, f.Verdict)
		put(&c.Status, f.Status)
		put(&c.Baseline, f.Baseline)
		put(&c.Message, f.Message)
		put(&c.Search, f.Search)
		put(&c.Rule, f.Rule)
	}
	return c
}

// writeBlocks writes the columns, the details in blocks, and the pictures of the
// VPCs that the page does not show at once.
func writeBlocks(out *keeper, r *findings.Report, v *view) {
	writeBlock(out, "ix", newColumns(r, v.lines))
	for first := 0; first < len(r.Findings); first += blockSize {
		last := min(first+blockSize, len(r.Findings))
		list := make([]*detail, 0, last-first)
		for i := first; i < last; i++ {
			list = append(list, newDetail(&r.Findings[i], r.Caller.Partition))
		}
		writeBlock(out, "c"+decimal(first/blockSize), list)
	}
	if v.places != nil {
		v.places.write(out)
	}
}

// writeBlock writes a value as JSON, compressed, as text without a single
// character that HTML knows.
func writeBlock(out *keeper, id string, value any) {
	if out.err != nil {
		return
	}
	var packed bytes.Buffer
	z, _ := gzip.NewWriterLevel(&packed, gzip.DefaultCompression)
	encoder := json.NewEncoder(z)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	if closing := z.Close(); err == nil {
		err = closing
	}
	if err != nil {
		out.err = err
		return
	}
	var text strings.Builder
	text.Grow(base64.StdEncoding.EncodedLen(packed.Len()))
	text.WriteString(base64.StdEncoding.EncodeToString(packed.Bytes()))
	out.printf("<script type=\"text/plain\" id=\"%s\">%s</script>\n", id, text.String())
}
