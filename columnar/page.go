package columnar

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
)

// What is in memory at once. Pages of flow logs have about one megabyte.
const (
	mostHeader  = 64 << 10  // bytes of the header of a page
	mostPage    = 64 << 20  // bytes of a page, decompressed
	mostBuffers = 256 << 20 // bytes of all pages of a file that are in memory at once
	readAhead   = 64 << 10
)

// Codecs, kinds of pages and encodings (Apache Parquet, parquet.thrift:
// CompressionCodec, PageType, Encoding).
const (
	codecNone   = 0
	codecSnappy = 1
	codecGzip   = 2
	codecZstd   = 6

	pageData       = 0
	pageDictionary = 2
	pageDataV2     = 3

	encodingPlain           = 0
	encodingPlainDictionary = 2
	encodingRLE             = 3
	encodingDelta           = 5
	encodingDeltaLength     = 6
	encodingDeltaTexts      = 7
	encodingIndexes         = 8
)

var (
	errPage = errors.New("a page of the Parquet file is damaged")
	errRoom = fmt.Errorf("the pages of the Parquet file need more than %d MiB of memory", mostBuffers>>20)
)

// errCut is the end of the file, or of a column, in the middle of a page.
var errCut = errors.New("a column of the Parquet file ends before its last row")

// pageHeader is what the header of a page says.
type pageHeader struct {
	kind, size, packed        int64 // bytes, decompressed and in the file
	values, encoding          int64
	levels, repetitions       int64 // bytes of the levels of a page of version 2
	plainLevels, uncompressed bool
}

func (t *thrift) pageHeader() (h pageHeader) {
	h.kind, h.size, h.packed, h.values, h.encoding = -1, -1, -1, -1, -1
	levels := int64(encodingRLE)
	t.fields(func(id int16, kind byte) bool {
		switch {
		case id == 1 && kind == thriftI32:
			h.kind = t.number()
		case id == 2 && kind == thriftI32:
			h.size = t.number()
		case id == 3 && kind == thriftI32:
			h.packed = t.number()
		case (id == 5 || id == 7) && kind == thriftStruct: // DataPageHeader, DictionaryPageHeader
			t.fields(func(field int16, kind byte) bool {
				switch {
				case field == 1 && kind == thriftI32:
					h.values = t.number()
				case field == 2 && kind == thriftI32:
					h.encoding = t.number()
				case field == 3 && kind == thriftI32 && id == 5:
					levels = t.number()
				default:
					return false
				}
				return true
			})
		case id == 8 && kind == thriftStruct: // DataPageHeaderV2
			t.fields(func(field int16, kind byte) bool {
				switch {
				case field == 1 && kind == thriftI32:
					h.values = t.number()
				case field == 4 && kind == thriftI32:
					h.encoding = t.number()
				case field == 5 && kind == thriftI32:
					h.levels = t.number()
				case field == 6 && kind == thriftI32:
					h.repetitions = t.number()
				case field == 7:
					h.uncompressed = kind == thriftFalse
				default:
					return false
				}
				return true
			})
		default:
			return false
		}
		return true
	})
	h.plainLevels = levels != encodingRLE
	return h
}

// pages reads the pages of one column of a group, one after the other.
type pages struct {
	file   *File
	column *fileColumn
	codec  int64
	in     *bufio.Reader
	raw    []byte // a page as the file has it
	text   []byte // it, decompressed
	words  []byte // the dictionary, decompressed
	list   int    // bytes of the list of its values
}

// codecs decompress pages.
type codecs struct {
	gzip *gzip.Reader
	zstd *zstd.Decoder
}

func (f *File) pages(c *fileColumn, of *chunk) *pages {
	return &pages{file: f, column: c, codec: of.codec, in: bufio.NewReaderSize(io.NewSectionReader(f.reader, of.offset, of.size), readAhead)}
}

// grow returns a buffer of a length in the place of another one, as far as the file
// may still take memory.
func (f *File) grow(old []byte, n int64) ([]byte, error) {
	if n <= int64(cap(old)) {
		return old[:n], nil
	}
	if n-int64(cap(old)) > int64(f.room) {
		return nil, errRoom
	}
	f.room -= int(n) - cap(old)
	return make([]byte, n), nil
}

// release gives the memory of a column back.
func (p *pages) release() {
	p.file.room += cap(p.raw) + cap(p.text) + cap(p.words) + p.list
	p.raw, p.text, p.words, p.list = nil, nil, nil, 0
}

// next reads the header of the next page and the page as the file has it; io.EOF where
// there is none.
func (p *pages) next() (pageHeader, error) {
	text, err := p.in.Peek(1)
	if len(text) == 0 {
		if errors.Is(err, io.EOF) {
			return pageHeader{}, io.EOF
		}
		return pageHeader{}, err
	}
	var h pageHeader
	for n := 512; ; n *= 4 {
		text, err = p.in.Peek(min(n, mostHeader))
		if len(text) < n && err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return h, err
		}
		t := &thrift{data: text}
		h = t.pageHeader()
		if !t.bad {
			if _, err := p.in.Discard(len(text) - len(t.data)); err != nil {
				return h, err
			}
			break
		}
		if len(text) < n || n >= mostHeader {
			return h, errPage
		}
	}
	if h.size < 0 || h.packed < 0 || h.levels < 0 || h.repetitions < 0 || h.levels+h.repetitions > h.packed {
		return h, errPage
	}
	if h.size > mostPage || h.packed > mostPage {
		return h, fmt.Errorf("a page of the Parquet file is larger than %d MiB", mostPage>>20)
	}
	if p.raw, err = p.file.grow(p.raw, h.packed); err != nil {
		return h, err
	}
	if _, err := io.ReadFull(p.in, p.raw); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return h, errCut
		}
		return h, err
	}
	return h, nil
}

// inflate decompresses a page into a buffer of exactly the size that its header says.
func (p *pages) inflate(packed, old []byte, size int64) ([]byte, error) {
	if p.codec == codecNone {
		if int64(len(packed)) != size {
			return nil, errPage
		}
		text, err := p.file.grow(old, size)
		copy(text, packed)
		return text, err
	}
	text, err := p.file.grow(old, size)
	if err != nil {
		return nil, err
	}
	switch p.codec {
	case codecSnappy:
		if n, err := snappy.DecodedLen(packed); err != nil || int64(n) != size {
			return nil, errPage
		}
		if text, err = snappy.Decode(text, packed); err != nil {
			return nil, errPage
		}
		return text, nil
	case codecGzip:
		in := bytes.NewReader(packed)
		z := &p.file.codecs
		if z.gzip == nil {
			z.gzip, err = gzip.NewReader(in)
		} else {
			err = z.gzip.Reset(in)
		}
		if err != nil {
			z.gzip = nil
			return nil, errPage
		}
		return text, exactly(z.gzip, text)
	case codecZstd:
		z := &p.file.codecs
		if z.zstd == nil {
			if z.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true)); err != nil {
				return nil, err
			}
		}
		if text, err = z.zstd.DecodeAll(packed, text[:0:size]); err != nil || int64(len(text)) != size {
			return nil, errPage
		}
		return text, nil
	}
	return nil, fmt.Errorf("the columns of the Parquet file are compressed with %s, which is not read: write them with gzip, Snappy or Zstandard", codecName(p.codec))
}

// exactly reads a text of a length, and nothing behind it.
func exactly(r io.Reader, text []byte) error {
	var more [1]byte
	if _, err := io.ReadFull(r, text); err != nil {
		return errPage
	}
	if n, err := io.ReadFull(r, more[:]); n != 0 || !errors.Is(err, io.EOF) {
		return errPage
	}
	return nil
}

func codecName(codec int64) string {
	if names := []string{3: "LZO", 4: "Brotli", 5: "LZ4", 7: "LZ4"}; codec > 0 && codec < int64(len(names)) && names[codec] != "" {
		return names[codec]
	}
	return fmt.Sprintf("codec %d", codec)
}

// isNumber reports whether the values of a column are integers.
func (c *fileColumn) isNumber() bool { return c.kind == typeInt32 || c.kind == typeInt64 }

// check refuses a column that is not read.
func (c *fileColumn) check() error {
	if !c.flat {
		return fmt.Errorf("the column %q has more than one value in a row", c.name)
	}
	if !c.isNumber() && c.kind != typeByteArray {
		return fmt.Errorf("the column %q holds neither integers of 32 or 64 bits nor text", c.name)
	}
	return nil
}
