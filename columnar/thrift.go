package columnar

import "encoding/binary"

// The kinds of values in the compact protocol of Apache Thrift ("Thrift compact
// protocol", struct encoding).
const (
	thriftStop = iota
	thriftTrue
	thriftFalse
	thriftByte
	thriftI16
	thriftI32
	thriftI64
	thriftDouble
	thriftBinary
	thriftList
	thriftSet
	thriftMap
	thriftStruct
)

// deepest bounds structures inside each other: those of Parquet are less than ten.
const deepest = 32

// thrift reads what the compact protocol wrote. After the first error it returns
// zeros, so that callers look at bad once.
type thrift struct {
	data  []byte
	bad   bool
	depth int
}

func (t *thrift) byte() byte {
	if len(t.data) == 0 {
		t.bad = true
		return 0
	}
	b := t.data[0]
	t.data = t.data[1:]
	return b
}

func (t *thrift) uvarint() uint64 {
	n, size := binary.Uvarint(t.data)
	if size <= 0 {
		t.bad, t.data = true, nil
		return 0
	}
	t.data = t.data[size:]
	return n
}

// number reads an integer of any size.
func (t *thrift) number() int64 {
	n := t.uvarint()
	return int64(n>>1) ^ -int64(n&1)
}

func (t *thrift) bytes() []byte {
	n := t.uvarint()
	if n > uint64(len(t.data)) {
		t.bad, t.data = true, nil
		return nil
	}
	b := t.data[:n]
	t.data = t.data[n:]
	return b
}

// fields calls take for each field of a structure. It reports whether it read the
// field; what it did not read is passed over.
func (t *thrift) fields(take func(id int16, kind byte) bool) {
	if t.depth++; t.depth > deepest {
		t.bad = true
	}
	defer func() { t.depth-- }()
	var id int16
	for !t.bad {
		head := t.byte()
		kind := head & 15
		if kind == thriftStop {
			return
		}
		if step := head >> 4; step > 0 {
			id += int16(step)
		} else {
			id = int16(t.number())
		}
		if !take(id, kind) {
			t.skip(kind)
		}
	}
}

// list calls each for every element of a list.
func (t *thrift) list(each func(kind byte)) {
	head := t.byte()
	n, kind := uint64(head>>4), head&15
	if n == 15 {
		n = t.uvarint()
	}
	if n > uint64(len(t.data)) { // an element has at least one byte
		t.bad = true
		return
	}
	for range n {
		if t.bad {
			return
		}
		each(kind)
	}
}

func (t *thrift) skip(kind byte) {
	if t.depth++; t.depth > deepest {
		t.bad = true
	}
	defer func() { t.depth-- }()
	if t.bad {
		return
	}
	switch kind {
	case thriftTrue, thriftFalse: // the value is in the kind
	case thriftByte:
		t.byte()
	case thriftI16, thriftI32, thriftI64:
		t.uvarint()
	case thriftDouble:
		for range 8 {
			t.byte()
		}
	case thriftBinary:
		t.bytes()
	case thriftList, thriftSet:
		t.list(t.skipElement)
	case thriftMap:
		n := t.uvarint()
		if n == 0 {
			return
		}
		kinds := t.byte()
		if n > uint64(len(t.data)) {
			t.bad = true
		}
		for range n {
			if t.bad {
				return
			}
			t.skipElement(kinds >> 4)
			t.skipElement(kinds & 15)
		}
	case thriftStruct:
		t.fields(func(int16, byte) bool { return false })
	default:
		t.bad = true
	}
}

// skipElement skips an element of a list or map, in which a truth value has a byte.
func (t *thrift) skipElement(kind byte) {
	if kind == thriftTrue || kind == thriftFalse {
		kind = thriftByte
	}
	t.skip(kind)
}
