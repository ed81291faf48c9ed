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
	bodies map[string]*body // of sheets: rows that are put in
	types  bytes.Buffer     // the list of the kinds of parts, in any order
}

const typesPart = "[Content_Types].xml"

type part struct {
	name  string
	text  bytes.Buffer // compressed
	flate *flate.Writer
	sum   hash.Hash32
	size  uint64
	body  *body        // not nil until its rows are written
	frame bytes.Buffer // what is written before, as far as it has come
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
	var err error
	if p.flate, err = flate.NewWriter(&p.text, flate.BestSpeed); err != nil {
		return nil, err
	}
	a.parts = append(a.parts, p)
	return p, nil
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
	for _, p := range a.parts {
		if err := p.flate.Close(); err != nil {
			return err
		}
	}
	return nil
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
			CompressedSize64: uint64(p.text.Len()), UncompressedSize64: p.size,
		})
		if err == nil {
			_, err = p.text.WriteTo(out)
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
