package columnar_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/sgaudit/sgaudit/columnar"
)

// allocated is the memory in bytes that a function takes in all.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A file that was changed at any place, or cut off, is an error or other rows: never a
// panic, never more than the memory that a file may take.
func TestDamagedFiles(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	rows := samples(r, 300)
	refused := 0
	for name, codec := range compressions {
		for version := 1; version <= 2; version++ {
			good := written2(t, rows, parquet.Compression(codec), parquet.DataPageVersion(version))
			for range 150 {
				bad := bytes.Clone(good)
				for range 1 + r.IntN(4) {
					bad[r.IntN(len(bad))] = []byte{0, 1, 0x7f, 0x80, 0xff, byte(r.Uint32())}[r.IntN(6)]
				}
				if r.IntN(4) == 0 {
					bad = bad[:r.IntN(len(bad))]
				}
				var err error
				if n := allocated(func() { _, err = readRows(bad, sampleColumns) }); n > 700<<20 {
					t.Fatalf("%s: %d MB for a file of %d bytes: %v", name, n>>20, len(bad), err)
				}
				if err != nil {
					refused++
				}
			}
		}
	}
	if refused < 400 {
		t.Errorf("only %d of 1200 damaged files were refused: the damage hits nothing", refused)
	}
}

func FuzzReader(f *testing.F) {
	rows := samples(rand.New(rand.NewPCG(5, 6)), 40)
	for _, codec := range compressions {
		f.Add(written2(f, rows, parquet.Compression(codec)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		_, _ = readRows(text, sampleColumns[:3])
	})
}

// directoryOf changes the directory of a file.
func directoryOf(t *testing.T, text []byte, change func(*format.FileMetaData)) []byte {
	t.Helper()
	n := int(binary.LittleEndian.Uint32(text[len(text)-8:]))
	at := len(text) - 8 - n
	var data format.FileMetaData
	var protocol thrift.CompactProtocol
	if err := thrift.Unmarshal(&protocol, text[at:at+n], &data); err != nil {
		t.Fatal(err)
	}
	change(&data)
	end, err := thrift.Marshal(&protocol, &data)
	if err != nil {
		t.Fatal(err)
	}
	out := append(bytes.Clone(text[:at]), end...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(end)))
	return append(out, "PAR1"...)
}

// Each lie of a file about itself is an error that says what is wrong.
func TestLies(t *testing.T) {
	good := written2(t, samples(rand.New(rand.NewPCG(7, 8)), 100), parquet.Compression(&parquet.Gzip))
	if _, err := readRows(directoryOf(t, good, func(*format.FileMetaData) {}), sampleColumns); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		change func(*format.FileMetaData)
		want   string
	}{
		"more rows than values":   {func(d *format.FileMetaData) { d.RowGroups[0].NumRows++ }, "directory"},
		"rows beyond number":      {func(d *format.FileMetaData) { lie(d, 1<<50) }, "says that it has"},
		"rows below zero":         {func(d *format.FileMetaData) { d.RowGroups[0].NumRows = -1 }, "directory"},
		"a column that ends soon": {func(d *format.FileMetaData) { d.RowGroups[0].Columns[0].MetaData.TotalCompressedSize = 40 }, "ends before its last row"},
		"a column outside of it":  {func(d *format.FileMetaData) { d.RowGroups[0].Columns[0].MetaData.TotalCompressedSize = 1 << 40 }, "directory"},
		"a column before it": {func(d *format.FileMetaData) {
			m := &d.RowGroups[0].Columns[0].MetaData
			m.DataPageOffset, m.DictionaryPageOffset = -5, 0
		}, "directory"},
		"another compression":     {func(d *format.FileMetaData) { codecs(d, format.Snappy) }, "damaged"},
		"an unknown compression":  {func(d *format.FileMetaData) { codecs(d, 77) }, "compressed with codec 77"},
		"LZ4":                     {func(d *format.FileMetaData) { codecs(d, format.Lz4Raw) }, "compressed with LZ4, which is not read"},
		"a group without columns": {func(d *format.FileMetaData) { d.RowGroups[0].Columns = nil }, "directory"},
		"more children than rows": {func(d *format.FileMetaData) { d.Schema[0].NumChildren.V = 4000 }, "directory"},
		"too many rows": {func(d *format.FileMetaData) {
			d.RowGroups[0].NumRows = 4000
			for i := range d.RowGroups[0].Columns {
				d.RowGroups[0].Columns[i].MetaData.NumValues = 4000
			}
		}, "ends before its last row"},
	} {
		if _, err := readRows(directoryOf(t, good, c.change), sampleColumns); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", what, err, c.want)
		}
	}
	for what, text := range map[string]string{
		"nothing": "", "text": strings.Repeat("a line of a flow log\n", 9), "an encrypted file": "PARE" + strings.Repeat("x", 40) + "PARE",
		"a directory that is too long": "PAR1" + strings.Repeat("x", 40) + "\xff\xff\xff\xffPAR1", "a directory of nothing": "PAR1" + strings.Repeat("x", 40) + "\x00\x00\x00\x00PAR1",
		"a file that is cut off": string(good[:len(good)-9]),
	} {
		if _, err := columnar.Open(strings.NewReader(text), int64(len(text))); err == nil {
			t.Errorf("%s was opened", what)
		}
	}
}

func lie(d *format.FileMetaData, rows int64) {
	d.RowGroups[0].NumRows = rows
	for i := range d.RowGroups[0].Columns {
		d.RowGroups[0].Columns[i].MetaData.NumValues = rows
	}
}

func codecs(d *format.FileMetaData, c format.CompressionCodec) {
	for i := range d.RowGroups[0].Columns {
		d.RowGroups[0].Columns[i].MetaData.Codec = c
	}
}

// A page that decompresses to more than it says, or that says more than a page may have,
// takes no more memory than a page.
func TestBombs(t *testing.T) {
	zeros := strings.Repeat("0", 3000)
	rows := make([]sample, 23000)
	for i := range rows {
		rows[i].Plain = zeros
	}
	var err error
	text := written2(t, rows, parquet.Compression(&parquet.Snappy), parquet.PageBufferSize(1<<28))
	if n := allocated(func() { _, err = readRows(text, []string{"plain"}) }); err == nil || n > 80<<20 || !strings.Contains(err.Error(), "larger than 64 MiB") {
		t.Errorf("a file of %d bytes took %d MB: %v", len(text), n>>20, err)
	}
	for name, codec := range compressions {
		if name == "none" {
			continue
		}
		small := rows[:3000]
		text := written2(t, small, parquet.Compression(codec), parquet.DataPageVersion(1), parquet.PageBufferSize(1<<28))
		text = pageOf(t, text, 1, func(h *format.PageHeader) { h.UncompressedPageSize /= 100 })
		if n := allocated(func() { _, err = readRows(text, []string{"plain"}) }); err == nil || n > 4<<20 || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("%s: a page of more than its header says took %d MB: %v", name, n>>20, err)
		}
	}
}

// pageOf changes the header of the first page of a column.
func pageOf(t *testing.T, text []byte, column int, change func(*format.PageHeader)) []byte {
	t.Helper()
	return directoryOf(t, text, func(d *format.FileMetaData) {
		m := &d.RowGroups[0].Columns[column].MetaData
		chunk := text[m.DataPageOffset : m.DataPageOffset+m.TotalCompressedSize]
		var header format.PageHeader
		var protocol thrift.CompactProtocol
		in := protocol.NewReaderFromBytes(chunk)
		if err := thrift.NewDecoder(in).Decode(&header); err != nil {
			t.Fatal(err)
		}
		page := bytes.Clone(chunk[in.BytesRead():])
		change(&header)
		head, err := thrift.Marshal(&protocol, &header)
		if err != nil || len(head)+len(page) > len(chunk) {
			t.Fatal(len(head), err)
		}
		copy(chunk, head)
		copy(chunk[len(head):], page)
		m.TotalCompressedSize = int64(len(head) + len(page))
	})
}

// An error of the reader ends the reading, and is returned.
func TestReaderErrors(t *testing.T) {
	text := written2(t, samples(rand.New(rand.NewPCG(7, 8)), 5000))
	f, err := columnar.Open(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	stop, calls := errors.New("stop"), 0
	if err := f.Read([]int{0}, func(int, []columnar.Cells) error { calls++; return stop }); !errors.Is(err, stop) || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
	lost := errors.New("the connection was cut")
	if _, err := columnar.Open(unreadable{lost}, 5000); !errors.Is(err, lost) {
		t.Error(err)
	}
}

type unreadable struct{ err error }

func (f unreadable) ReadAt([]byte, int64) (int, error) { return 0, f.err }
