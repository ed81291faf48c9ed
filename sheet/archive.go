package sheet

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// archive collects the parts of a workbook, each compressed, and writes them by
// their names: the library gives them in another order every time.
type archive struct {
	parts  []*part
	flate  *flate.Writer    // of the part that is being written, the last one
	bodies map[string]*body // of sheets: rows that are put in
	types  bytes.Buffer     // the list of the kinds of parts, in any order
}

const typesPart = "[Content_Types].xml"

type part struct {
	name  string
	text  pieces // compressed
	flate *flate.Writer
	sum   hash.Hash32
	size  uint64
	body  *body        // not nil until its rows are written
	frame bytes.Buffer // what is written before, as far as it has come
}

// pieces are bytes that take little more memory than their number: a buffer would
// take up to three times as much while it grows.
type pieces struct {
	list [][]byte
	size int
}

const pieceBytes = 64 << 10

func (p *pieces) Write(text []byte) (int, error) {
	n := len(text)
	p.size += n
	for len(text) > 0 {
		last := len(p.list) - 1
		if last < 0 || len(p.list[last]) == cap(p.list[last]) {
			p.list = append(p.list, make([]byte, 0, pieceBytes))
			last++
		}
		room := min(len(text), cap(p.list[last])-len(p.list[last]))
		p.list[last] = append(p.list[last], text[:room]...)
		text = text[room:]
	}
	return n, nil
}

// writeTo writes the bytes.
func (p *pieces) writeTo(w io.Writer) error {
	for _, text := range p.list {
		if _, err := w.Write(text); err != nil {
			return err
		}
	}
	return nil
}

func newArchive(bodies map[string]*body) *archive { return &archive{bodies: bodies} }

// Create begins a part; the one before it is complete.
func (a *archive) Create(name string) (io.Writer, error) {
	if name == typesPart {
		return &a.types, nil
	}
	p, err := a.create(name)
	if err != nil {
		return nil, err
	}
	p.body = a.bodies[name]
	return p, nil
}

func (a *archive) create(name string) (*part, error) {
	p := &part{name: name, sum: crc32.NewIEEE()}
	if err := a.end(); err != nil {
		return nil, err
	}
	if a.flate == nil {
		var err error
		if a.flate, err = flate.NewWriter(nil, flate.BestSpeed); err != nil {
			return nil, err
		}
	}
	a.flate.Reset(&p.text)
	p.flate = a.flate
	a.parts = append(a.parts, p)
	return p, nil
}

// end ends the last part.
func (a *archive) end() error {
	if len(a.parts) == 0 {
		return nil
	}
	return a.flate.Close()
}

// Write takes a piece of the part. Rows are put in before the end of the
// sheet's data.
func (p *part) Write(text []byte) (int, error) {
	if p.body == nil {
		return p.write(text)
	}
	p.frame.Write(text)
	before, after, found := bytes.Cut(p.frame.Bytes(), []byte("</sheetData>"))
	if !found {
		return len(text), nil
	}
	body := p.body
	p.body = nil
	_, err := p.write(before)
	if err == nil {
		err = body.writeTo(writerFunc(p.write))
	}
	if err == nil {
		_, err = p.write([]byte("</sheetData>"))
	}
	if err == nil {
		_, err = p.write(after)
	}
	return len(text), err
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(text []byte) (int, error) { return f(text) }

func (p *part) write(text []byte) (int, error) {
	p.sum.Write(text)
	p.size += uint64(len(text))
	return p.flate.Write(text)
}

// AddFS is not used.
func (a *archive) AddFS(fs.FS) error { return errors.ErrUnsupported }

// Close ends every part.
func (a *archive) Close() error {
	p, err := a.create(typesPart)
	if err != nil {
		return err
	}
	if _, err := p.Write(sortElements(a.types.Bytes())); err != nil {
		return err
	}
	return a.end()
}

// sortElements sorts the elements inside the outermost one, none of which holds
// others.
func sortElements(text []byte) []byte {
	begin := bytes.Index(text, []byte("<Default"))
	if over := bytes.Index(text, []byte("<Override")); begin < 0 || over >= 0 && over < begin {
		begin = over
	}
	end := bytes.LastIndex(text, []byte("</Types>"))
	if begin < 0 || end < begin {
		return text
	}
	elements := bytes.SplitAfter(text[begin:end], []byte(">"))
	var whole [][]byte
	for i := 0; i+1 < len(elements); i += 2 { // a start tag and its end tag
		whole = append(whole, slices.Concat(elements[i], elements[i+1]))
	}
	slices.SortFunc(whole, bytes.Compare)
	return slices.Concat(text[:begin], bytes.Join(whole, nil), text[end:])
}

// writeTo writes the archive, with the list of its parts first, as the programs
// that look at the first bytes of a file expect it.
func (a *archive) writeTo(w io.Writer) error {
	slices.SortFunc(a.parts, func(p, q *part) int { return strings.Compare(p.name, q.name) })
	z := zip.NewWriter(w)
	for _, p := range a.parts {
		out, err := z.CreateRaw(&zip.FileHeader{
			Name: p.name, Method: zip.Deflate, CRC32: p.sum.Sum32(),
			CompressedSize64: uint64(p.text.size), UncompressedSize64: p.size,
		})
		if err == nil {
			err = p.text.writeTo(out)
		}
		if err != nil {
			return fmt.Errorf("writing %s: %w", p.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("writing the list of parts: %w", err)
	}
	return nil
}
