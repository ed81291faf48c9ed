package columnar_test

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"github.com/sgaudit/sgaudit/columnar"
)

var columns = []columnar.Column{{Name: "name", Kind: columnar.Text}, {Name: "attached", Kind: columnar.Number}, {Name: "first_seen", Kind: columnar.Time}, {Name: "account", Kind: columnar.Text}}

func written(t *testing.T, rows [][]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := columnar.NewWriter(&out, "findings", columns)
	for _, row := range rows {
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func read(t *testing.T, text []byte) (names []string, rows [][]string) {
	t.Helper()
	file, err := parquet.OpenFile(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range file.Schema().Fields() {
		names = append(names, field.Name())
	}
	for _, group := range file.RowGroups() {
		reader := group.Rows()
		for buffer := make([]parquet.Row, 100); ; {
			n, err := reader.ReadRows(buffer)
			for _, row := range buffer[:n] {
				var cells []string
				for _, value := range row {
					if value.IsNull() {
						cells = append(cells, "null")
					} else {
						cells = append(cells, value.String())
					}
				}
				rows = append(rows, cells)
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		reader.Close()
	}
	return names, rows
}

// TestWriter: the columns keep their order, an empty cell is null and not 0, and
// digits of a text stay as they are.
func TestWriter(t *testing.T) {
	names, rows := read(t, written(t, [][]string{
		{"web", "3", "2026-11-26T12:00:00.5+01:00", "012345678901"},
		{"", "", "", ""},
		{"東京", "-1", "1970-01-01T00:00:00Z", "x"},
	}))
	if diff := cmp.Diff([]string{"name", "attached", "first_seen", "account"}, names); diff != "" {
		t.Error(diff)
	}
	want := [][]string{{"web", "3", "1795690800500", "012345678901"}, {"null", "null", "null", "null"}, {"東京", "-1", "0", "x"}}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
	if _, rows := read(t, written(t, nil)); len(rows) != 0 {
		t.Errorf("no rows were read as %v", rows)
	}
}

// TestManyRows: more than one group of rows, and more distinct texts than a
// dictionary takes, are read back as they were, and are the same bytes each time.
func TestManyRows(t *testing.T) {
	want := make([][]string, 120_000)
	for i := range want {
		want[i] = []string{strings.Repeat("n", 20) + strconv.Itoa(i), strconv.Itoa(i), "2026-11-26T12:00:00Z", "a"}
	}
	text := written(t, want)
	if !bytes.Equal(text, written(t, want)) {
		t.Error("the same rows are other bytes the second time")
	}
	_, rows := read(t, text)
	if len(rows) != len(want) {
		t.Fatalf("%d rows were read, %d written", len(rows), len(want))
	}
	for i := range rows {
		if rows[i][0] != want[i][0] || rows[i][1] != want[i][1] || rows[i][3] != "a" {
			t.Fatalf("row %d is %q, want %q", i, rows[i], want[i])
		}
	}
}

// TestWriterErrors: a cell of another kind is named, and the error of the file is
// that of the writer.
func TestWriterErrors(t *testing.T) {
	for want, row := range map[string][]string{
		`row 1, column attached: "many" is not an integer of 64 bits`:      {"a", "many", "", ""},
		`row 1, column first_seen: "yesterday" is not a time in RFC 3339`:  {"a", "1", "yesterday", ""},
		`row 1 has 1 cells for 4 columns`:                                  {"a"},
		`row 1, column attached: "9e99" is not an integer of 64 bits`:      {"a", "9e99", "", ""},
		`row 1, column first_seen: "2026-13-01" is not a time in RFC 3339`: {"a", "", "2026-13-01", ""},
	} {
		if err := columnar.NewWriter(io.Discard, "findings", columns).Write(row); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", row, err, want)
		}
	}
	full := errors.New("the disk is full")
	for most := range 3 {
		w := columnar.NewWriter(&failing{100 * most, full}, "findings", columns)
		var err error
		for i := 0; i < 60_000 && err == nil; i++ {
			err = w.Write([]string{"name" + strconv.Itoa(i), "1", "", ""})
		}
		if err == nil {
			err = w.Close()
		}
		if !errors.Is(err, full) {
			t.Errorf("after %d bytes: %v", 100*most, err)
		}
	}
}

// failing takes so many bytes and then fails.
type failing struct {
	left int
	err  error
}

func (f *failing) Write(p []byte) (int, error) {
	if len(p) > f.left {
		n := f.left
		f.left = 0
		return n, f.err
	}
	f.left -= len(p)
	return len(p), nil
}
