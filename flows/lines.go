package flows

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
)

// lines reads the lines of one file.
type lines struct {
	job     *job
	source  *source
	reducer *reducer
	parser  parser
	record  record
	wrong   faultCount
	counted bool // what it records counts as covered
	broken  bool // the header that holds cannot be used
	done    bool // the rest of the file cannot be read
}

func (l *lines) note(text string, line int) {
	l.reducer.summary.Notes = append(l.reducer.summary.Notes, Note{File: l.source.path, Line: line, Text: text, Loss: true})
}

// readLines reads the lines of a file. A header may stand on any line, as in files
// that were joined: it holds for the lines after it.
func (j *job) readLines(ctx context.Context, s *source, d *reducer, in *bufio.Reader) error {
	l := &lines{job: j, source: s, reducer: d, counted: !j.options.RejectOnly[s.origin.FlowLog]}
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
		if line = trim(line); len(line) > 0 {
			l.take(line, n)
		}
		l.done = l.done || err != nil
	}
	d.summary.Notes = append(d.summary.Notes, l.wrong.notes(s.path)...)
	return nil
}

// take reads one line that is not empty.
func (l *lines) take(line []byte, n int) {
	if line[0] >= 'a' && line[0] <= 'z' && isHeader(line) {
		l.header(line, n)
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
	f := l.parser.parse(withoutTime(line), &l.record)
	if f == noFault {
		f = l.reducer.count(&l.record, l.counted)
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
	case bad != nil:
		l.note("the header cannot be used, because "+bad.Error(), n)
	case len(layout.unknown) > 0:
		notes := &l.reducer.summary.Notes
		*notes = append(*notes, Note{File: l.source.path, Line: n, Text: unknownColumns(layout)})
	}
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
