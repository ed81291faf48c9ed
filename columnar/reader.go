package columnar

import (
	"errors"
	"fmt"
	"io"
)

// Cells are the values of one column in some rows. A column of integers has Numbers, one
// of text has Texts, which are good until the next rows are read.
type Cells struct {
	Name    string
	Null    []bool // rows without a value; nil: there are none
	Numbers []int64
	Texts   [][]byte
}

const (
	rowsOfBatch = 2048    // that are decoded at once
	mostText    = 4 << 10 // bytes of a text; the longest value of a flow log has some hundred
)

// A row has some twenty values. Text compressed with gzip has at most some ten rows in a
// byte; lengths of runs could claim any number.
const (
	mostRowsOfByte = 100
	fewRows        = 1 << 20
)

// Read reads the columns with the given places in Names, and calls take with some rows
// at a time, in their order. Only the bytes of these columns are read, and no more than
// one page of each is in memory, 256 MiB at the most. An error of take ends it.
func (f *File) Read(places []int, take func(rows int, cells []Cells) error) error {
	if n := f.Rows(); n > fewRows && n/mostRowsOfByte > f.size {
		return fmt.Errorf("the Parquet file says that it has %d rows in %d bytes", n, f.size)
	}
	cells := make([]Cells, len(places))
	for i, place := range places {
		if err := f.columns[place].check(); err != nil {
			return err
		}
		cells[i].Name = f.columns[place].name
	}
	for i := range f.groups {
		if err := f.readGroup(&f.groups[i], places, cells, take); err != nil {
			return err
		}
	}
	return nil
}

func (f *File) readGroup(g *rowGroup, places []int, cells []Cells, take func(rows int, cells []Cells) error) error {
	cursors := make([]cursor, len(places))
	for i, place := range places {
		if g.chunks[place].values != g.rows {
			return errDirectory
		}
		cursors[i].pages = f.pages(&f.columns[place], &g.chunks[place])
		defer cursors[i].pages.release()
	}
	for left := g.rows; left > 0 && len(places) > 0; {
		n := int(min(left, rowsOfBatch))
		for i := range cursors {
			if err := cursors[i].read(n, &cells[i]); err != nil {
				return fmt.Errorf("column %q: %w", cells[i].Name, err)
			}
		}
		if err := take(n, cells); err != nil {
			return err
		}
		left -= int64(n)
	}
	return nil
}

// cursor reads the values of one column of a group.
type cursor struct {
	pages *pages
	left  int // values of the page that are left

	levels  hybrid // which of them are null
	decode  func(n int, c *Cells) bool
	numbers []int64  // the dictionary
	texts   [][]byte // the dictionary
	words   bool     // there is a dictionary
	inPage  bool     // texts lie in the page, not in the dictionary

	level, index []uint32
}

// read reads the values of n rows.
func (c *cursor) read(n int, out *Cells) error {
	column := c.pages.column
	out.Numbers, out.Texts, out.Null = out.Numbers[:0], out.Texts[:0], out.Null[:0]
	for n > 0 {
		if c.left == 0 {
			// Texts lie in the page: what was read of it is taken over first.
			if c.inPage {
				keep(out)
			}
			if err := c.nextPage(); err != nil {
				return err
			}
			continue
		}
		some := min(n, c.left)
		present := some
		if column.optional {
			c.level = sized(c.level, some)
			if !c.levels.read(c.level) {
				return errValues
			}
			present = 0
			for _, l := range c.level {
				if l > 1 {
					return errValues
				}
				present += int(l)
			}
		}
		before := max(len(out.Numbers), len(out.Texts))
		if !c.decode(present, out) {
			return errValues
		}
		if column.optional {
			spread(out, before, c.level, column.isNumber())
		}
		c.left -= some
		n -= some
	}
	return nil
}

// keep copies texts out of the page that they lie in.
func keep(out *Cells) {
	for i, t := range out.Texts {
		out.Texts[i] = append([]byte(nil), t...)
	}
}

// spread puts values that are there to their rows, and marks the other rows.
func spread(out *Cells, before int, levels []uint32, number bool) {
	rows := before + len(levels)
	for len(out.Null) < rows {
		out.Null = append(out.Null, false)
	}
	place := func(put func(to, from int), from int) {
		for i := len(levels) - 1; i >= 0; i-- {
			if out.Null[before+i] = levels[i] == 0; levels[i] == 1 {
				from--
				put(before+i, from)
			}
		}
	}
	if !number {
		n := len(out.Texts)
		for len(out.Texts) < rows {
			out.Texts = append(out.Texts, nil)
		}
		place(func(to, from int) { out.Texts[to] = out.Texts[from] }, n)
		return
	}
	n := len(out.Numbers)
	for len(out.Numbers) < rows {
		out.Numbers = append(out.Numbers, 0)
	}
	place(func(to, from int) { out.Numbers[to] = out.Numbers[from] }, n)
}

func sized(list []uint32, n int) []uint32 {
	if cap(list) < n {
		return make([]uint32, n, rowsOfBatch)
	}
	return list[:n]
}

// nextPage reads pages up to one with values.
func (c *cursor) nextPage() error {
	for {
		h, err := c.pages.next()
		if errors.Is(err, io.EOF) {
			return errCut
		}
		if err != nil {
			return err
		}
		switch h.kind {
		case pageDictionary:
			if err := c.dictionary(&h); err != nil {
				return err
			}
		case pageData, pageDataV2:
			if h.values < 0 {
				return errPage
			}
			if h.values == 0 {
				continue
			}
			return c.data(&h)
		}
	}
}

// data begins a page of values.
func (c *cursor) data(h *pageHeader) (err error) {
	p := c.pages
	var levels, values []byte
	if h.kind == pageDataV2 {
		head := h.levels + h.repetitions
		packed, size := p.raw[head:], h.size-head
		if size < 0 {
			return errPage
		}
		values = packed
		if !h.uncompressed && p.codec != codecNone && size > 0 {
			if p.text, err = p.inflate(packed, p.text, size); err != nil {
				return err
			}
			values = p.text
		}
		levels = p.raw[h.repetitions:head]
	} else {
		if p.text, err = p.inflate(p.raw, p.text, h.size); err != nil {
			return err
		}
		values = p.text
		if p.column.optional {
			if h.plainLevels {
				return errors.New("the page has levels in the old form BIT_PACKED, which is not read")
			}
			var ok bool
			if levels, values, ok = sizedBytes(values); !ok {
				return errPage
			}
		}
	}
	c.left = int(h.values)
	c.levels = newHybrid(levels, 1)
	return c.begin(h.encoding, values)
}
