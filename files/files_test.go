package files_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"

	"github.com/sgaudit/sgaudit/files"
)

func wide(order binary.AppendByteOrder, text string) string {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, unit)
	}
	return string(out)
}

func gzipped(t *testing.T, text io.Reader) string {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := io.Copy(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func zstandard(t *testing.T, text io.Reader) string {
	t.Helper()
	var out bytes.Buffer
	z, err := zstd.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// Whatever a program wrote it as, the text is the same.
func TestText(t *testing.T) {
	const want = `{"name": "grüße 𝄞"}`
	for name, text := range map[string]string{
		"plain":                     want,
		"byte order mark":           "\ufeff" + want,
		"UTF-16, little":            wide(binary.LittleEndian, "\ufeff"+want),
		"UTF-16, big":               wide(binary.BigEndian, "\ufeff"+want),
		"UTF-16, little, unmarked":  wide(binary.LittleEndian, want),
		"UTF-16, big, unmarked":     wide(binary.BigEndian, want),
		"gzip":                      gzipped(t, strings.NewReader(want)),
		"zstd":                      zstandard(t, strings.NewReader(want)),
		"gzip of UTF-16 with marks": gzipped(t, strings.NewReader(wide(binary.LittleEndian, "\ufeff"+want))),
	} {
		got, err := files.Text(strings.NewReader(text), 1000)
		if err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// A file has a largest size, also one that is small until it is decompressed,
// and one that never ends. No more than that is kept in memory.
func TestTextIsBounded(t *testing.T) {
	const most = 1 << 20
	for name, text := range map[string]func() io.Reader{
		"plain":   func() io.Reader { return io.LimitReader(zeros{}, most+1) },
		"endless": func() io.Reader { return zeros{} },
		"gzip":    func() io.Reader { return strings.NewReader(gzipped(t, io.LimitReader(zeros{}, 64*most))) },
		"zstd":    func() io.Reader { return strings.NewReader(zstandard(t, io.LimitReader(zeros{}, 64*most))) },
	} {
		_, err := files.Text(text(), most)
		if !errors.Is(err, files.ErrTooLarge) || !strings.Contains(err.Error(), "more than 1 MiB") {
			t.Errorf("%s: %v", name, err)
		}
	}
	sparse := filepath.Join(t.TempDir(), "sparse")
	if err := os.WriteFile(sparse, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(sparse, 1<<40); err != nil {
		t.Fatal(err)
	}
	if _, err := files.Read(sparse, most); !errors.Is(err, files.ErrTooLarge) || !strings.Contains(err.Error(), sparse) {
		t.Errorf("a file of a terabyte: %v", err)
	}
	bomb := gzipped(t, io.LimitReader(zeros{}, 64*most))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := files.Text(strings.NewReader(bomb), 32*most); !errors.Is(err, files.ErrTooLarge) {
		t.Errorf("a bomb: %v", err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 4*most {
		t.Errorf("a bomb of 64 MiB took %d KiB before it was refused", used>>10)
	}
	for _, size := range []int64{0, 1, 65535, 65536, 65537, 300000} {
		if got, err := files.Text(io.LimitReader(zeros{}, size), most); err != nil || int64(len(got)) != size {
			t.Errorf("%d bytes became %d, %v", size, len(got), err)
		}
	}
	if got, err := files.Text(io.LimitReader(zeros{}, most), most); err != nil || len(got) != most {
		t.Errorf("the largest size itself: %d bytes, %v", len(got), err)
	}
}

func TestReadFaults(t *testing.T) {
	place := filepath.Join(t.TempDir(), "x.json")
	for text, want := range map[string]string{
		"\xff\xfe{\x00}":            "in the middle of a character",
		"\x1f\x8bnot":               "decompressing",
		"\x28\xb5\x2f\xfdnot":       "decompressing",
		"\x1f\x8b\x08\x00\x00\x00.": "decompressing",
	} {
		if err := os.WriteFile(place, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := files.Read(place, 1000); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), place) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	if _, err := files.Read(place+".none", 1000); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}
