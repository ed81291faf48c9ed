package columnar

import (
	"encoding/binary"
	"errors"
)

var errValues = errors.New("the values of a page of the Parquet file are damaged")

// hybrid reads integers of a few bits, written as runs of one value or packed (Apache
// Parquet, Encodings: run length encoding / bit-packing hybrid). It decodes when it is
// asked, so that a run takes no memory, however long the file says it is.
type hybrid struct {
	data  []byte
	width uint // bits of a value
	run   uint64
	value uint32
	// Of packed values:
	packed uint64 // values that are left
	bits   uint64
	have   uint // bits in bits
	body   []byte
}

func newHybrid(data []byte, width uint) hybrid { return hybrid{data: data, width: width} }

// read fills out, and reports whether there were so many values.
func (h *hybrid) read(out []uint32) bool {
	for len(out) > 0 {
		switch {
		case h.run > 0:
			n := int(min(h.run, uint64(len(out))))
			for i := range out[:n] {
				out[i] = h.value
			}
			h.run -= uint64(n)
			out = out[n:]
		case h.packed > 0:
			n := int(min(h.packed, uint64(len(out))))
			h.unpack(out[:n])
			h.packed -= uint64(n)
			out = out[n:]
		case !h.begin():
			return false
		}
	}
	return true
}

// begin reads the header of the next run.
func (h *hybrid) begin() bool {
	head, size := binary.Uvarint(h.data)
	if size <= 0 {
		return false
	}
	h.data = h.data[size:]
	if head&1 == 0 {
		n := int(h.width+7) / 8
		if len(h.data) < n || head>>1 == 0 {
			return false
		}
		h.run, h.value = head>>1, 0
		for i := range n {
			h.value |= uint32(h.data[i]) << (8 * i)
		}
		h.data = h.data[n:]
		return true
	}
	groups := head >> 1
	if groups == 0 || groups > 1<<28 {
		return false
	}
	bytes := groups * uint64(h.width)
	if bytes > uint64(len(h.data)) { // some writers leave out what pads the last group
		bytes = uint64(len(h.data))
	}
	h.packed, h.bits, h.have = groups*8, 0, 0
	if h.width > 0 {
		h.packed = min(h.packed, bytes*8/uint64(h.width))
	}
	h.body, h.data = h.data[:bytes], h.data[bytes:]
	return h.packed > 0
}

func (h *hybrid) unpack(out []uint32) {
	width, mask := h.width, uint64(1)<<h.width-1
	bits, have, body := h.bits, h.have, h.body
	for i := range out {
		for have < width {
			if len(body) >= 4 {
				bits |= uint64(binary.LittleEndian.Uint32(body)) << have
				body, have = body[4:], have+32
			} else {
				bits |= uint64(body[0]) << have
				body, have = body[1:], have+8
			}
		}
		out[i] = uint32(bits & mask)
		bits, have = bits>>width, have-width
	}
	h.bits, h.have, h.body = bits, have, body
}

// deltas reads integers that are written as differences (Apache Parquet, Encodings:
// DELTA_BINARY_PACKED).
type deltas struct {
	data   []byte
	left   uint64 // values that are left
	value  int64
	first  bool
	block  uint64 // values of a block
	minis  uint64 // parts of a block
	least  int64  // of the block
	widths []byte // of its parts
	part   []byte // the part that is read
	width  uint
	at     uint64 // value of the part
	inPart uint64 // values of a part
}

// mostDeltas bounds the values of a page, which need no bytes where all are the same.
const mostDeltas = 1 << 24

// newDeltas reads the header, and returns what reads the values.
func newDeltas(data []byte) (d deltas, ok bool) {
	var head [3]uint64
	for i := range head {
		n, size := binary.Uvarint(data)
		if size <= 0 {
			return d, false
		}
		head[i], data = n, data[size:]
	}
	first, size := binary.Varint(data)
	if size <= 0 || head[0] == 0 || head[0]%128 != 0 || head[0] > 1<<20 || head[1] == 0 || head[0]%head[1] != 0 || head[0]/head[1]%32 != 0 || head[2] > mostDeltas {
		return d, false
	}
	return deltas{data: data[size:], left: head[2], value: first, first: true, block: head[0], minis: head[1], inPart: head[0] / head[1]}, true
}

// next returns the next value.
func (d *deltas) next() (int64, bool) {
	if d.left == 0 {
		return 0, false
	}
	d.left--
	if d.first {
		d.first = false
		d.at = d.inPart
		return d.value, true
	}
	if d.at == d.inPart && !d.nextPart() {
		return 0, false
	}
	d.value += d.least + int64(bitsAt(d.part, d.at*uint64(d.width), d.width))
	d.at++
	return d.value, true
}

func (d *deltas) nextPart() bool {
	if len(d.widths) == 0 {
		least, size := binary.Varint(d.data)
		if size <= 0 || uint64(len(d.data)-size) < d.minis {
			return false
		}
		d.least = least
		d.widths, d.data = d.data[size:size+int(d.minis)], d.data[size+int(d.minis):]
	}
	d.width, d.widths = uint(d.widths[0]), d.widths[1:]
	n := d.inPart * uint64(d.width) / 8
	if d.width > 64 || n > uint64(len(d.data)) {
		return false
	}
	d.part, d.data, d.at = d.data[:n], d.data[n:], 0
	return true
}

// bitsAt returns an integer of some bits from a position on, of which the whole lies in
// data.
func bitsAt(data []byte, position uint64, width uint) (value uint64) {
	for have := uint(0); have < width; {
		at, shift := position/8, uint(position%8)
		n := min(8-shift, width-have)
		value |= uint64(data[at]>>shift&byte(1<<n-1)) << have
		have, position = have+n, position+uint64(n)
	}
	return value
}

// rest returns what stands behind the values. The last block has all its parts that
// hold values.
func (d *deltas) rest() ([]byte, bool) {
	for d.left > 0 {
		if _, ok := d.next(); !ok {
			return nil, false
		}
	}
	return d.data, true
}

// sizedBytes takes what stands behind its own length, of four bytes, off data.
func sizedBytes(data []byte) (value, rest []byte, ok bool) {
	if len(data) < 4 {
		return nil, nil, false
	}
	n := uint64(binary.LittleEndian.Uint32(data))
	if n > uint64(len(data)-4) {
		return nil, nil, false
	}
	return data[4 : 4+n : 4+n], data[4+n:], true
}
