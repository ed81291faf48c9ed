package columnar_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/sgaudit/sgaudit/columnar"
)

// A group of rows without rows, as Arrow writes it, has no place in the file: the file is
// empty and not damaged.
func TestGroupWithoutRows(t *testing.T) {
	footer := "\x15\x02\x19\x2c" + // version 1, schema of two elements
		"\x48\x01r\x15\x02\x00" + // r has one child
		"\x15\x0c\x25\x00\x18\x01a\x00" + // a holds texts
		"\x16\x00\x19\x1c" + // no rows, one group
		"\x19\x1c\x26\x00\x1c\x15\x0c\x19\x25\x00\x06\x19\x18\x01a\x15\x02\x16\x00\x16\x1c\x16\x1e\x26\x00\x26\x08\x00\x00" + // the column of the group, with its data at 0
		"\x16\x00\x16\x00\x00\x00" // no bytes, no rows
	file := []byte("PAR1" + footer)
	file = append(binary.LittleEndian.AppendUint32(file, uint32(len(footer))), "PAR1"...)
	f, err := columnar.Open(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	if names := f.Names(); f.Rows() != 0 || len(names) != 1 || names[0] != "a" {
		t.Errorf("%d rows of %v", f.Rows(), names)
	}
	if err := f.Read([]int{0}, func(int, []columnar.Cells) error { t.Error("a row was read"); return nil }); err != nil {
		t.Error(err)
	}
}
