package columnar

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// What a file may have at most. Flow logs have one group of some hundred thousand rows
// and some fifty columns.
const (
	mostFooter  = 16 << 20 // bytes of the directory at the end of a file
	mostColumns = 4096
	mostGroups  = 1 << 15
	mostChunks  = 1 << 18 // columns of all groups
)

// Types of values in a file (Apache Parquet, parquet.thrift: Type).
const (
	typeInt32     = 1
	typeInt64     = 2
	typeByteArray = 6
)

var (
	errNotParquet = errors.New("it is not a Parquet file, or it is cut off")
	errDirectory  = errors.New("the directory at the end of the Parquet file is damaged")
	errEncrypted  = errors.New("the Parquet file is encrypted")
)

// File is a file of Parquet that is read. It belongs to one goroutine.
type File struct {
	reader  io.ReaderAt
	size    int64
	columns []fileColumn
	groups  []rowGroup
	room    int // bytes of buffers that may still be taken
	codecs  codecs
}

type fileColumn struct {
	name     string
	kind     int64
	optional bool
	flat     bool // neither nested nor repeated
}

type rowGroup struct {
	rows   int64
	chunks []chunk // one for each column
}

// chunk is where the values of one column of a group are.
type chunk struct {
	codec        int64
	values       int64
	offset, size int64
}

// Open reads the directory of a file. Nothing that the file says about itself is
// trusted: sizes are bounded, and whatever does not agree is an error.
func Open(r io.ReaderAt, size int64) (*File, error) {
	var end [8]byte
	if size < 12 {
		return nil, errNotParquet
	}
	if _, err := r.ReadAt(end[:], size-8); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch string(end[4:]) {
	case "PAR1":
	case "PARE":
		return nil, errEncrypted
	default:
		return nil, errNotParquet
	}
	length := int64(binary.LittleEndian.Uint32(end[:]))
	if length > size-12 {
		return nil, errDirectory
	}
	if length > mostFooter {
		return nil, fmt.Errorf("the directory at the end of the Parquet file is larger than %d MiB", mostFooter>>20)
	}
	text := make([]byte, length)
	if _, err := r.ReadAt(text, size-8-length); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	f := &File{reader: r, size: size, room: mostBuffers}
	if err := f.directory(text); err != nil {
		return nil, err
	}
	return f, nil
}

// Names returns the names of the columns, in their order. A nested column has the name
// of its outermost part.
func (f *File) Names() []string {
	list := make([]string, len(f.columns))
	for i := range f.columns {
		list[i] = f.columns[i].name
	}
	return list
}

// Rows returns the number of rows that the file says it has.
func (f *File) Rows() (n int64) {
	for i := range f.groups {
		n += min(f.groups[i].rows, 1<<40)
	}
	return n
}

// directory reads FileMetaData.
func (f *File) directory(text []byte) error {
	t := &thrift{data: text}
	var schema []schemaElement
	var chunks int
	t.fields(func(id int16, kind byte) bool {
		switch {
		case id == 2 && kind == thriftList:
			t.list(func(byte) {
				if len(schema) >= mostColumns {
					t.bad = true
					return
				}
				schema = append(schema, t.schemaElement())
			})
		case id == 4 && kind == thriftList:
			t.list(func(byte) {
				g := t.rowGroup()
				chunks += len(g.chunks)
				if f.groups = append(f.groups, g); len(f.groups) > mostGroups || chunks > mostChunks {
					t.bad = true
				}
			})
		case id == 8 && kind == thriftStruct:
			t.bad = true // an encryption algorithm
		default:
			return false
		}
		return true
	})
	if t.bad || len(schema) == 0 {
		return errDirectory
	}
	if err := f.schema(schema); err != nil {
		return err
	}
	f.groups = slices.DeleteFunc(f.groups, func(g rowGroup) bool { return g.rows == 0 }) // their columns lie nowhere
	return f.checkGroups()
}

// checkGroups refuses groups with other columns than the schema has, and columns that
// lie outside of the file.
func (f *File) checkGroups() error {
	for i := range f.groups {
		g := &f.groups[i]
		if g.rows < 0 || len(g.chunks) != len(f.columns) {
			return errDirectory
		}
		for _, c := range g.chunks {
			if c.offset < 4 || c.size < 0 || c.offset > f.size || c.size > f.size-c.offset {
				return errDirectory
			}
		}
	}
	return nil
}

// schema makes columns of the tree of the schema, which is written in depth-first order.
func (f *File) schema(list []schemaElement) error {
	at := 1
	var leaves func(name string, flat bool, depth int) error
	leaves = func(name string, flat bool, depth int) error {
		if at >= len(list) || depth > deepest {
			return errDirectory
		}
		e := list[at]
		at++
		if name == "" {
			name = e.name
		}
		flat = flat && e.repetition != 2
		if e.children == 0 {
			f.columns = append(f.columns, fileColumn{name: name, kind: e.kind, optional: e.repetition == 1, flat: flat})
			return nil
		}
		for range e.children {
			if err := leaves(name, false, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	for range list[0].children {
		if err := leaves("", true, 0); err != nil {
			return err
		}
	}
	if at != len(list) {
		return errDirectory
	}
	return nil
}

type schemaElement struct {
	name                       string
	kind, repetition, children int64
}

func (t *thrift) schemaElement() (e schemaElement) {
	e.kind = -1
	t.fields(func(id int16, kind byte) bool {
		switch {
		case id == 1 && kind == thriftI32:
			e.kind = t.number()
		case id == 3 && kind == thriftI32:
			e.repetition = t.number()
		case id == 4 && kind == thriftBinary:
			e.name = string(t.bytes())
		case id == 5 && kind == thriftI32:
			e.children = t.number()
		default:
			return false
		}
		return true
	})
	t.bad = t.bad || e.children < 0 || e.children > mostColumns
	return e
}

func (t *thrift) rowGroup() (g rowGroup) {
	t.fields(func(id int16, kind byte) bool {
		switch {
		case id == 1 && kind == thriftList:
			t.list(func(byte) {
				if len(g.chunks) >= mostColumns {
					t.bad = true
					return
				}
				g.chunks = append(g.chunks, t.chunk())
			})
		case id == 3 && kind == thriftI64:
			g.rows = t.number()
		default:
			return false
		}
		return true
	})
	return g
}

// chunk reads ColumnChunk with its ColumnMetaData.
func (t *thrift) chunk() (c chunk) {
	var data, dictionary int64
	t.fields(func(id int16, kind byte) bool {
		if id != 3 || kind != thriftStruct {
			return false
		}
		t.fields(func(id int16, kind byte) bool {
			switch {
			case id == 4 && kind == thriftI32:
				c.codec = t.number()
			case id == 5 && kind == thriftI64:
				c.values = t.number()
			case id == 7 && kind == thriftI64:
				c.size = t.number()
			case id == 9 && kind == thriftI64:
				data = t.number()
			case id == 11 && kind == thriftI64:
				dictionary = t.number()
			default:
				return false
			}
			return true
		})
		return true
	})
	c.offset = data
	if dictionary > 0 && dictionary < data {
		c.offset = dictionary
	}
	return c
}
