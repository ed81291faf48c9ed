// Package files reads files that others wrote. What crosses its boundary is
// text: whole, within a bound, decompressed, and UTF-8 without a byte order
// mark. It knows nothing of what the text says.
package files

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"
)

// Most is the largest size of a file, in bytes and once decompressed, that is
// read. A snapshot of a million interfaces has half of it. A file that is
// larger, such as a small one that decompresses without end, is an error
// before it has filled the memory.
const Most = 1 << 30

// maxWindow bounds what a zstd file may ask for at once; zstd --long uses as
// much.
const maxWindow = 128 << 20

// ErrTooLarge is the error of a file that is larger than the bound.
var ErrTooLarge = errors.New("too large")

var (
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
	gzipMagic = []byte{0x1f, 0x8b}
	utf8Mark  = []byte{0xef, 0xbb, 0xbf}
)

// Read returns the text of a file, which may be a pipe and is opened once. It
// has at most so many bytes; more are ErrTooLarge. Errors name the file.
func Read(name string, most int64) ([]byte, error) {
	return ReadContext(context.Background(), name, most)
}

// Text returns what r holds, decompressed if it is compressed with gzip or
// zstd, and turned into UTF-8 if it is UTF-16, as Windows PowerShell writes it.
func Text(r io.Reader, most int64) ([]byte, error) {
	text, err := all(r, most)
	if err != nil {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(text, zstdMagic):
		text, err = decompress(text, most, func(r io.Reader) (io.ReadCloser, error) {
			z, err := zstd.NewReader(r, zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderConcurrency(1))
			if err != nil {
				return nil, err
			}
			return z.IOReadCloser(), nil
		})
	case bytes.HasPrefix(text, gzipMagic):
		text, err = decompress(text, most, func(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) })
	}
	if err != nil {
		return nil, fmt.Errorf("decompressing: %w", err)
	}
	return decode(text)
}

// decompress does it twice: the first time it only counts, so that what is too
// large takes no memory, and what is not takes no more than it needs.
func decompress(text []byte, most int64, open func(io.Reader) (io.ReadCloser, error)) ([]byte, error) {
	z, err := open(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	size, err := io.Copy(io.Discard, io.LimitReader(z, most+1))
	switch {
	case err != nil:
		return nil, err
	case size > most:
		return nil, tooLarge(most)
	}
	again, err := open(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	defer again.Close()
	whole := make([]byte, size)
	_, err = io.ReadFull(again, whole)
	return whole, err
}

func tooLarge(most int64) error {
	return fmt.Errorf("%w: more than %d MiB, which no file that sgaudit reads has", ErrTooLarge, most>>20)
}

// all reads r to its end, or up to the bound. Where the size is not known
// before, it reads into pieces, which do not have to be copied as they grow.
func all(r io.Reader, most int64) ([]byte, error) {
	first := 64 << 10
	if f, ok := r.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			if info.Size() > most {
				return nil, tooLarge(most)
			}
			first = int(info.Size()) + 1 // to meet the end
		}
	}
	var pieces [][]byte
	left := most + 1
	for size := first; left > 0; size = min(2*size, 16<<20) {
		piece := make([]byte, min(int64(size), left))
		n, err := io.ReadFull(r, piece)
		pieces = append(pieces, piece[:n])
		left -= int64(n)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			if len(pieces) == 1 {
				return pieces[0], nil
			}
			return bytes.Join(pieces, nil), nil
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, tooLarge(most)
}

// decode turns UTF-16, recognised by its byte order mark or by the zeros around an
// opening bracket, into UTF-8, and takes a byte order mark away.
func decode(text []byte) ([]byte, error) {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(text, utf8Mark):
		return text[len(utf8Mark):], nil
	case len(text) < 2:
		return text, nil
	case text[0] == 0xff && text[1] == 0xfe, (text[0] == '{' || text[0] == '[') && text[1] == 0:
		order = binary.LittleEndian
	case text[0] == 0xfe && text[1] == 0xff, text[0] == 0 && (text[1] == '{' || text[1] == '['):
		order = binary.BigEndian
	default:
		return text, nil
	}
	if len(text)%2 != 0 {
		return nil, errors.New("the text is UTF-16 and ends in the middle of a character: it was cut off")
	}
	decoded := make([]byte, 0, len(text)/2)
	for i := 0; i < len(text); i += 2 {
		r := rune(order.Uint16(text[i:]))
		if utf16.IsSurrogate(r) && i+3 < len(text) {
			if pair := utf16.DecodeRune(r, rune(order.Uint16(text[i+2:]))); pair != utf8.RuneError {
				r = pair
				i += 2
			}
		}
		if i > 0 || r != 0xfeff {
			decoded = utf8.AppendRune(decoded, r)
		}
	}
	return decoded, nil
}
