package flows

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/sgaudit/sgaudit/words"
)

// lines reads the lines of one file.
type lines struct {
	job       *job
	source    *source
	reducer   *reducer
	parser    parser
	record    record
	wrong     faultCount
	delivered int64 // when the file was delivered, by its name, in Unix seconds; 0: the name does not say it
	broken    bool  // the header that holds cannot be used
	done      bool  // the rest of the file cannot be read
	holds     holding
}

// holding is what was found in a file.
type holding uint8

const (
	holdsNothing holding = iota
	holdsHeader          // a header, and nothing else
	holdsLines           // records, or something that is none
)

func (l *lines) note(text string, line int) {
	l.holds = holdsLines
	l.reducer.summary.Notes = append(l.reducer.summary.Notes, Note{File: l.source.path, Line: line, Text: text, Loss: true})
}

// readLines reads the lines of a file. A header may stand on any line, as in files
// that were joined: it holds for the lines after it.
func (j *job) readLines(ctx context.Context, s *source, d *reducer, in *bufio.Reader) error {
	l := &lines{job: j, source: s, reducer: d, delivered: s.delivered()}
	d.begin(s, j.options.recordingOf(s))
	defer d.end(j.options.Rejecting)
	for n := 1; !l.done; n++ {
		if n%4096 == 0 {
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("reading flow logs: %w", err)
			}
		}
		line, err := in.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			l.note("the line is longer than 256 KiB and cannot be a record: the rest of the file is left out", n)
			l.done = true
			continue
		case err != nil && !errors.Is(err, io.EOF):
			if ctx.Err() != nil {
				return fmt.Errorf("reading flow logs: %w", ctx.Err())
			}
			text := "the file is damaged or cut off: it was read up to here (" + reason(err) + ")"
			if errors.As(err, new(objectError)) {
				text = "it was read up to here: " + err.Error()
			}
			l.note(text, n)
			l.done = true
			continue
		}
		if err != nil && cutOff(line) {
			l.note(cutOffText, n)
		} else if line = trim(line); len(line) > 0 {
			l.take(line, n)
		}
		l.done = l.done || err != nil
	}
	d.summary.Notes = append(d.summary.Notes, l.wrong.notes(s.path)...)
	l.tellEmpty()
	return nil
}

// cutOff reports whether a last line without a line break may be a part of a line. AWS ends
// each line with one. JSON shows its own end, and so does a summary.
func cutOff(line []byte) bool { return len(line) > 0 && line[0] != '{' }

const cutOffText = "the last line has no line break at its end, so that the file may have been cut off there: the line is left out. If the file is whole, put a line break at its end"

// tellEmpty says that a file holds no record. AWS delivers a file if there are records for
// it, with a header, so that one of AWS without both is damaged, and so is a file of gzip
// without content.
func (l *lines) tellEmpty() {
	n := Note{File: l.source.path}
	switch {
	case l.holds == holdsLines:
		return
	case l.holds == holdsHeader:
		n.Text = "it holds the names of the columns and no record"
	case neverEmpty(l.source.path):
		n.Text, n.Loss = emptyText, true
	default:
		return
	}
	l.reducer.summary.Notes = append(l.reducer.summary.Notes, n)
}

// neverEmpty reports whether a file has a name of AWS, or one of gzip.
func neverEmpty(path string) bool {
	_, known := OriginOf(path)
	return known || strings.HasSuffix(strings.ToLower(path), ".gz")
}

// emptyText says what an empty file of flow logs means.
const emptyText = "it is empty, although a file of flow logs has a header and records: it was cut off, and its records are missing"

// take reads one line that is not empty.
func (l *lines) take(line []byte, n int) {
	if line[0] >= 'a' && line[0] <= 'z' && isHeader(line) {
		l.holds = max(l.holds, holdsHeader)
		l.header(line, n)
		return
	}
	l.holds = holdsLines
	if n == 1 && IsSummary(line) {
		l.done = true
		notes := &l.reducer.summary.Notes
		*notes = append(*notes, Note{File: l.source.path, Text: "it is a summary that sgaudit usage --save-summary wrote, and not a flow log: it is left out. Give it to --summary", Loss: l.source.named})
		return
	}
	if line[0] == '{' {
		l.messages(line, n)
		return
	}
	if l.broken {
		return
	}
	if l.parser.layout == nil {
		var text string
		if l.parser.layout, text = l.job.layoutOf(l.source, line); l.parser.layout == nil {
			l.note(text, n)
			l.done = true
			return
		}
	}
	l.count(l.parser.parse(withoutTime(line), &l.record), n)
}

// count counts the record of a line or row, or what is wrong with it.
func (l *lines) count(f fault, n int) {
	if f == noFault {
		f = l.reducer.count(&l.record)
	}
	if at := l.delivered; at != 0 && (f == noFault || f == faultLate) && (l.record.end < at-secondsOfDay || l.record.start > at+secondsOfDay) {
		l.wrong.add(faultOtherDay, n)
	}
	switch {
	case f == noFault && l.record.bare:
		f = faultStatus
	case (f == noFault || f == faultLate) && l.record.long():
		f = faultLong
	}
	if f != noFault {
		l.wrong.add(f, n)
	}
}

// header reads the names of the columns.
func (l *lines) header(line []byte, n int) {
	layout, bad := headerLayout(line)
	l.parser.layout, l.broken = layout, bad != nil
	switch {
	case errors.Is(bad, errTransitGateway):
		l.transit()
	case bad != nil:
		l.note("the header cannot be used, because "+bad.Error(), n)
	case l.otherFormat(line) != "":
		notes := &l.reducer.summary.Notes
		*notes = append(*notes, Note{File: l.source.path, Line: n, Text: l.otherFormat(line)})
	case len(layout.unknown) > 0:
		notes := &l.reducer.summary.Notes
		*notes = append(*notes, Note{File: l.source.path, Line: n, Text: unknownColumns(layout)})
	}
}

// otherFormat says where a header is not the format that the inventory has for the flow
// log of the file, which cannot be changed after its creation (Amazon VPC User Guide, work
// with flow logs); empty: it is, or the format is not known.
func (l *lines) otherFormat(line []byte) string {
	id := l.source.origin.FlowLog
	format, known := l.job.options.Formats[id]
	want, err := FormatFields(format)
	if !known || id == "" || err != nil {
		return ""
	}
	names := strings.Fields(string(line))
	for i := range max(len(names), len(want)) {
		switch {
		case i >= len(want):
			return fmt.Sprintf("the header names more columns than the format of %s in the inventory, %d and not %d: check which of both is right", id, len(names), len(want))
		case i >= len(names):
			return fmt.Sprintf("the header names fewer columns than the format of %s in the inventory, %d and not %d: check which of both is right", id, len(names), len(want))
		case names[i] != want[i]:
			return fmt.Sprintf("the header names column %d %q, and the format of %s in the inventory names it %q: check which of both is right, because values of wrong columns give wrong verdicts", i+1, words.Cut(names[i], 60), id, want[i])
		}
	}
	return ""
}

// trim takes the line break off.
func trim(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line
}

// layoutOf returns the layout of a file without a header, or says why there is none.
func (j *job) layoutOf(s *source, line []byte) (*layout, string) {
	format, known := j.options.Formats[s.origin.FlowLog]
	if !known || s.origin.FlowLog == "" {
		format, known = j.options.Format, j.options.Format != ""
	}
	if known {
		l, err := parseFormat(format)
		if err != nil {
			return nil, "it has no header, and the format of its flow log cannot be used: " + err.Error()
		}
		return l, ""
	}
	if l := guessLayout(withoutTime(line)); l != nil {
		return l, ""
	}
	return nil, "it has no header, and the inventory does not hold the format of its flow log: the file is left out. Give the format (--log-format '${version} ${account-id} …'), or put a line with the names of its columns before the records"
}

// withoutTime takes a time from the front of a line: CloudWatch Logs puts one there
// when it exports a stream.
func withoutTime(line []byte) []byte {
	if len(line) > 20 && line[4] == '-' && line[7] == '-' && line[10] == 'T' {
		if _, rest, found := bytes.Cut(line, []byte{' '}); found {
			return rest
		}
	}
	return line
}

func unknownColumns(l *layout) string {
	if len(l.unknown) == 1 {
		return fmt.Sprintf("the column %q is not a field of flow logs that is known: it is ignored", l.unknown[0])
	}
	return fmt.Sprintf("%d columns are not fields of flow logs that are known, and are ignored: the first is %q", len(l.unknown), l.unknown[0])
}
