package columnar_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"

	"github.com/sgaudit/sgaudit/columnar"
)

// sample are rows with every kind of column that is read.
type sample struct {
	Word    string  `parquet:"word,dict,optional"`
	Plain   string  `parquet:"plain"`
	Maybe   *string `parquet:"maybe,optional"`
	Length  string  `parquet:"length,delta"`
	Port    int32   `parquet:"port,dict"`
	Count   *int64  `parquet:"count,optional"`
	Start   int64   `parquet:"start,delta"`
	Narrow  int32   `parquet:"narrow,delta"`
	Nothing *int32  `parquet:"nothing,optional"`
}

func samples(r *rand.Rand, n int) []sample {
	list := make([]sample, n)
	for i := range list {
		s := &list[i]
		s.Word = []string{"", "ACCEPT", "REJECT", "OK"}[r.IntN(4)]
		s.Plain = strings.Repeat("x", r.IntN(20))
		s.Length = fmt.Sprint(r.IntN(1 << 30))
		s.Port, s.Start, s.Narrow = int32(r.IntN(300)), 1790812800+int64(r.IntN(3000)), int32(r.Uint32())
		if i/700%3 == 0 || r.IntN(3) == 0 {
			text, count := fmt.Sprint("value ", r.IntN(9)), r.Int64()
			s.Maybe, s.Count = &text, &count
		}
	}
	return list
}

func written2(t testing.TB, rows []sample, options ...parquet.WriterOption) []byte {
	t.Helper()
	var out bytes.Buffer
	w := parquet.NewGenericWriter[sample](&out, options...)
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// cellsOf is what a row holds, in the order of the columns.
func cellsOf(s *sample) string {
	opt := func(p any) string {
		switch p := p.(type) {
		case *string:
			if p != nil {
				return *p
			}
		case *int64:
			if p != nil {
				return fmt.Sprint(*p)
			}
		}
		return "null"
	}
	word := s.Word
	if word == "" {
		word = "null"
	}
	return strings.Join([]string{word, s.Plain, opt(s.Maybe), s.Length, fmt.Sprint(s.Port), opt(s.Count), fmt.Sprint(s.Start), fmt.Sprint(s.Narrow), "null"}, "|")
}

var sampleColumns = []string{"word", "plain", "maybe", "length", "port", "count", "start", "narrow", "nothing"}

// readRows reads the columns of sample with the names of a file.
func readRows(text []byte, columns []string) (rows []string, err error) {
	f, err := columnar.Open(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return nil, err
	}
	var places []int
	for _, name := range columns {
		i := slices.Index(f.Names(), name)
		if i < 0 {
			return nil, errors.New("no column " + name)
		}
		places = append(places, i)
	}
	err = f.Read(places, func(n int, cells []columnar.Cells) error {
		for i := range n {
			row := make([]string, len(cells))
			for k := range cells {
				switch c := &cells[k]; {
				case len(c.Null) > 0 && c.Null[i]:
					row[k] = "null"
				case len(c.Numbers) > 0:
					row[k] = fmt.Sprint(c.Numbers[i])
				default:
					row[k] = string(c.Texts[i])
				}
			}
			rows = append(rows, strings.Join(row, "|"))
		}
		return nil
	})
	return rows, err
}

var compressions = map[string]compress.Codec{"none": &parquet.Uncompressed, "snappy": &parquet.Snappy, "gzip": &parquet.Gzip, "zstd": &parquet.Zstd}

// What another library writes is read as it was, in each encoding and compression, with
// either version of pages, of whatever size, and in several groups.
func TestReader(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	rows := samples(r, 7001)
	for name, codec := range compressions {
		for version := 1; version <= 2; version++ {
			for _, page := range []int{300, 8000, 1 << 20} {
				text := written2(t, rows, parquet.Compression(codec), parquet.DataPageVersion(version), parquet.PageBufferSize(page), parquet.MaxRowsPerRowGroup(int64(500+r.IntN(9000))))
				for _, columns := range [][]string{sampleColumns, {"narrow", "word"}} {
					got, err := readRows(text, columns)
					if err != nil || len(got) != len(rows) {
						t.Fatalf("%s, pages of version %d and %d bytes: %d rows, %v", name, version, page, len(got), err)
					}
					for i := range rows {
						want := cellsOf(&rows[i])
						if len(columns) == 2 {
							parts := strings.Split(want, "|")
							want = parts[7] + "|" + parts[0]
						}
						if got[i] != want {
							t.Fatalf("%s, pages of version %d and %d bytes: row %d\ngot  %s\nwant %s", name, version, page, i, got[i], want)
						}
					}
				}
			}
		}
	}
}
