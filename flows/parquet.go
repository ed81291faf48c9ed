package flows

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/sgaudit/sgaudit/columnar"
)

// isParquet reports whether a name or the first bytes of a file are those of Parquet.
func isParquet(name string, begin []byte) bool {
	return strings.HasSuffix(strings.ToLower(name), ".parquet") || string(begin) == "PAR1"
}

// readParquet reads the records of a Parquet file: columns are found by their names,
// with underscores as AWS writes them or with hyphens, and only those that matter are
// read. A value that is absent is null or "-". Only an end of the context is an error.
func (j *job) readParquet(ctx context.Context, s *source, d *reducer, r io.ReaderAt) error {
	p := &rows{lines: lines{job: j, source: s, reducer: d, delivered: s.delivered()}}
	d.begin(s, j.options.recordingOf(s))
	defer d.end(j.options.Rejecting)
	file, err := columnar.Open(r, s.size)
	if err != nil {
		return p.stop(ctx, err)
	}
	names := file.Names()
	for i, n := range names {
		names[i] = strings.ReplaceAll(n, "_", "-")
	}
	p.parser.layout, err = newLayout(names)
	if errors.Is(err, errTransitGateway) {
		p.transit()
		return nil
	}
	if err != nil {
		p.note("its columns cannot be used, because "+err.Error(), 0)
		return nil
	}
	if len(p.parser.layout.unknown) > 0 {
		notes := &d.summary.Notes
		*notes = append(*notes, Note{File: s.path, Text: unknownColumns(p.parser.layout)})
	}
	var places []int
	for i, use := range p.parser.layout.uses {
		if use != ignored {
			places = append(places, i)
			p.uses = append(p.uses, use)
		}
	}
	err = file.Read(places, func(n int, cells []columnar.Cells) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		p.take(n, cells)
		return nil
	})
	d.summary.Notes = append(d.summary.Notes, p.wrong.notes(s.path)...)
	return p.stop(ctx, err)
}

// rows reads the rows of one Parquet file.
type rows struct {
	lines
	uses []column
	read int // rows
	text []byte
}

// stop says why a file could not be read to its end.
func (p *rows) stop(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("reading flow logs: %w", ctx.Err())
	}
	if err != nil {
		text := reason(err)
		if errors.As(err, new(objectError)) {
			text = "it could not be read: " + err.Error()
		}
		if p.read > 0 {
			text += fmt.Sprintf(": it was read up to row %d", p.read)
		}
		p.note(text, 0)
	}
	return nil
}

func (p *rows) take(n int, cells []columnar.Cells) {
	for i := range n {
		p.read++
		p.count(p.parse(i, cells), p.read)
	}
}

// parse makes a record of a row.
func (p *rows) parse(row int, cells []columnar.Cells) fault {
	r := &p.record
	r.set, r.status, r.rejected = 0, statusOK, false
	for c := range cells {
		cell := &cells[c]
		use := p.uses[c]
		if len(cell.Null) > 0 && cell.Null[row] {
			continue
		}
		var value []byte
		if len(cell.Numbers) > 0 {
			n := cell.Numbers[row]
			if known, ok := r.number(use, n); known {
				if !ok {
					return faultForm
				}
				r.set |= 1 << use
				continue
			}
			p.text = strconv.AppendInt(p.text[:0], n, 10)
			value = p.text
		} else if value = cell.Texts[row]; len(value) == 1 && value[0] == '-' {
			continue
		}
		if !p.parser.take(r, use, value) {
			return faultForm
		}
		r.set |= 1 << use
	}
	return r.check()
}

// number sets a value that is a number in the file too. It reports whether the column
// is one of numbers, and whether the value has the form of its column.
func (r *record) number(use column, n int64) (known, ok bool) {
	limit := int64(1)<<62 + 1
	switch use {
	case colSourcePort:
		limit, r.srcPort = 1<<16, uint16(n)
	case colDestinationPort:
		limit, r.dstPort = 1<<16, uint16(n)
	case colProtocol:
		limit, r.protocol = 1<<8, uint8(n)
	case colFlags:
		limit, r.flags = 1<<8, uint8(n)
	case colPackets:
		r.packets = uint64(n)
	case colBytes:
		r.bytes = uint64(n)
	case colStart:
		limit, r.start = 1<<40+1, n
	case colEnd:
		limit, r.end = 1<<40+1, n
	default:
		return false, false
	}
	return true, n >= 0 && n < limit
}
