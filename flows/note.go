package flows

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/words"
)

// Note says what of a file could not be read, and where that begins.
type Note struct {
	File  string
	Line  int    // the first line that it is about, the first row in a Parquet file; 0: the file as a whole
	Count int    // lines or rows that it is about; 0: the file as a whole
	Text  string // what is wrong, and what became of it
	Loss  bool   // records are missing because of it
	Other string // the other file that it is about
}

// String returns "FILE, line 7: a value has not the form of its column … (3 such lines)".
func (n Note) String() string {
	unit := "line"
	if isParquet(n.File, nil) {
		unit = "row"
	}
	var b strings.Builder
	b.WriteString(words.Plain(n.File))
	if n.Line > 0 {
		fmt.Fprintf(&b, ", %s %d", unit, n.Line)
	}
	b.WriteString(": ")
	b.WriteString(words.Plain(n.Text))
	if n.Other != "" {
		b.WriteString(": " + words.Plain(n.Other))
	}
	if n.Count > 1 {
		fmt.Fprintf(&b, " (%d such %ss)", n.Count, unit)
	}
	return b.String()
}

func compareNotes(a, b Note) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
}

// faultTexts say what becomes of the lines with a fault, and whether records are
// missing because of it.
var faultTexts = [faults]struct {
	text string
	loss bool
}{
	faultColumns:   {"the line has more or fewer columns than the header: it is left out", true},
	faultForm:      {"a value has not the form of its column: the record is left out", true},
	faultTime:      {"the time of the record is impossible (before flow logs existed, in the future, longer than a day, or its end before its start): the record is left out", true},
	faultDirection: {"the record has no flow-direction, and neither of its addresses is one of the interface's in the inventory: the record is left out", true},
	faultMessage:   {`the line holds JSON that has no record of a flow log in "message": it is left out`, true},
	faultStatus:    {"the record has no values, and no log-status that says why: AWS writes it for an interval without traffic (NODATA) and where it skipped records (SKIPDATA), so its hours do not count as recorded; add log-status to the format of the flow log", false},
	faultLong:      {"the record is of more than 10 minutes, the longest aggregation interval, so that its times cannot be right: it counts, and only the first 10 minutes count as recorded", false},
	faultOtherDay:  {"the record is of more than a day before or after the time in the name of the file, by which files of the window are chosen: it counts, and records like it in files that were not chosen are missing", false},
	faultInterface: {"the record names no interface, as those of regional NAT gateways do: the record is left out", false},
}

// faultCount counts the lines of one file by their fault.
type faultCount [faults]struct{ first, count int }

func (f *faultCount) add(kind fault, line int) {
	c := &f[kind]
	if c.count == 0 {
		c.first = line
	}
	c.count++
}

// notes returns a note for each fault.
func (f *faultCount) notes(file string) []Note {
	var list []Note
	for kind, c := range f {
		if t := faultTexts[kind]; c.count > 0 && t.text != "" {
			list = append(list, Note{File: file, Line: c.first, Count: c.count, Text: t.text, Loss: t.loss})
		}
	}
	return list
}
