package columnar

import (
	"encoding/binary"
	"fmt"
)

// begin finds out how the values of a page are written.
func (c *cursor) begin(encoding int64, values []byte) error {
	number := c.pages.column.isNumber()
	c.inPage = encoding != encodingIndexes && encoding != encodingPlainDictionary
	switch {
	case !c.inPage:
		if !c.words {
			return errPage
		}
		return c.indexes(values, number)
	case encoding == encodingPlain && number:
		c.decode = plainNumbers(values, c.pages.column.kind == typeInt64)
	case encoding == encodingPlain:
		c.decode = plainTexts(values)
	case encoding == encodingDelta && number:
		return c.differences(values)
	case encoding == encodingDeltaLength && !number:
		return c.lengths(values)
	case encoding == encodingDeltaTexts && !number:
		return c.prefixes(values)
	default:
		return fmt.Errorf("the values are written in an encoding that is not read (%d of parquet.thrift)", encoding)
	}
	return nil
}

func plainTexts(values []byte) func(n int, out *Cells) bool {
	return func(n int, out *Cells) (ok bool) {
		for range n {
			var value []byte
			if value, values, ok = sizedBytes(values); !ok || len(value) > mostText {
				return false
			}
			out.Texts = append(out.Texts, value)
		}
		return true
	}
}

// differences are integers of which each is written as its difference from the one
// before it.
func (c *cursor) differences(values []byte) error {
	d, ok := newDeltas(values)
	if !ok {
		return errValues
	}
	narrow := c.pages.column.kind == typeInt32
	c.decode = func(n int, out *Cells) bool {
		for range n {
			value, ok := d.next()
			if !ok {
				return false
			}
			if narrow { // differences of 32 bits overflow as such
				value = int64(int32(value))
			}
			out.Numbers = append(out.Numbers, value)
		}
		return true
	}
	return nil
}

func plainNumbers(values []byte, wide bool) func(n int, out *Cells) bool {
	size := 4
	if wide {
		size = 8
	}
	return func(n int, out *Cells) bool {
		if len(values)/size < n {
			return false
		}
		for range n {
			if wide {
				out.Numbers = append(out.Numbers, int64(binary.LittleEndian.Uint64(values)))
			} else {
				out.Numbers = append(out.Numbers, int64(int32(binary.LittleEndian.Uint32(values))))
			}
			values = values[size:]
		}
		return true
	}
}

// indexes are places in the dictionary.
func (c *cursor) indexes(values []byte, number bool) error {
	if len(values) == 0 || values[0] > 32 {
		return errValues
	}
	h := newHybrid(values[1:], uint(values[0]))
	c.decode = func(n int, out *Cells) bool {
		c.index = sized(c.index, n)
		if !h.read(c.index) {
			return false
		}
		for _, i := range c.index {
			switch {
			case number && uint64(i) < uint64(len(c.numbers)):
				out.Numbers = append(out.Numbers, c.numbers[i])
			case !number && uint64(i) < uint64(len(c.texts)):
				out.Texts = append(out.Texts, c.texts[i])
			default:
				return false
			}
		}
		return true
	}
	return nil
}

// lengths are texts behind all their lengths.
func (c *cursor) lengths(values []byte) error {
	d, ok := newDeltas(values)
	whole := d
	rest, good := whole.rest()
	if !ok || !good {
		return errValues
	}
	c.decode = func(n int, out *Cells) bool {
		for range n {
			length, ok := d.next()
			if !ok || length < 0 || length > min(int64(len(rest)), mostText) {
				return false
			}
			out.Texts = append(out.Texts, rest[:length:length])
			rest = rest[length:]
		}
		return true
	}
	return nil
}

// prefixes are texts that begin like the one before them.
func (c *cursor) prefixes(values []byte) error {
	same, ok := newDeltas(values)
	whole := same
	rest, good := whole.rest()
	if !ok || !good {
		return errValues
	}
	if err := c.lengths(rest); err != nil {
		return err
	}
	suffix := c.decode
	var last []byte
	c.decode = func(n int, out *Cells) bool {
		before := len(out.Texts)
		if !suffix(n, out) {
			return false
		}
		for i := before; i < len(out.Texts); i++ {
			length, ok := same.next()
			if !ok || length < 0 || length > int64(len(last)) || int(length)+len(out.Texts[i]) > mostText {
				return false
			}
			last = append(last[:length:length], out.Texts[i]...)
			out.Texts[i] = last
		}
		return true
	}
	return nil
}

// dictionary reads the values that the pages after it name by their places.
func (c *cursor) dictionary(h *pageHeader) (err error) {
	p := c.pages
	if c.words || h.encoding != encodingPlain && h.encoding != encodingPlainDictionary || h.values < 0 {
		return errPage
	}
	if p.words, err = p.inflate(p.raw, p.words, h.size); err != nil {
		return err
	}
	values := p.words
	if least := int64(4); h.values > int64(len(values))/least { // a value has at least four bytes
		return errPage
	}
	// An entry of a list of texts takes six times the bytes of the shortest text.
	cost := h.values * 24
	if cost > int64(p.file.room) {
		return errRoom
	}
	p.file.room, p.list = p.file.room-int(cost), int(cost)
	c.words = true
	var out Cells
	decode := plainNumbers(values, p.column.kind == typeInt64)
	if p.column.isNumber() {
		out.Numbers = make([]int64, 0, h.values)
	} else {
		out.Texts = make([][]byte, 0, h.values)
		decode = plainTexts(values)
	}
	if !decode(int(h.values), &out) {
		return errPage
	}
	c.numbers, c.texts = out.Numbers, out.Texts
	return nil
}
