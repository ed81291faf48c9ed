package flows

import (
	"context"
	"io"
)

// Parts of an object that are in memory at once: those of text follow each other, those
// of Parquet are where its columns are.
const (
	partBytes  = 8 << 20 // of text, of which the next part is fetched while one is read
	blockBytes = 1 << 20 // of Parquet
	mostBlocks = 32
)

// fetchers is how many objects are fetched ahead of the workers. Small objects, which are
// most, take the time of a call rather than that of their bytes.
const fetchers = 8

// objectError is the error of a call to Amazon S3: a sentence for people.
type objectError struct{ error }

func (e objectError) Unwrap() error { return e.error }

// objectContent is an object of which the first part was fetched: of Parquet the blocks in
// any order, else its text.
type objectContent struct {
	objectText
	objectBlocks
}

func (o *opened) content(ctx context.Context) *objectContent {
	c := &objectContent{
		objectText{ctx: ctx, source: o.source, part: o.first, offset: int64(len(o.first))},
		objectBlocks{ctx: ctx, source: o.source, blocks: map[int64][]byte{}, used: map[int64]int{}},
	}
	for i := int64(0); int(i+1)*blockBytes <= len(o.first) || i*blockBytes < int64(len(o.first)) && int64(len(o.first)) == o.size; i++ {
		c.blocks[i] = o.first[i*blockBytes : min(int(i+1)*blockBytes, len(o.first))]
	}
	if c.objectText.offset < o.size && !isParquet(o.path, o.first[:min(4, len(o.first))]) {
		c.fetch()
	}
	return c
}

// objectText reads an object from its beginning to its end.
type objectText struct {
	ctx    context.Context
	source *source
	part   []byte
	offset int64 // of what follows the part
	ahead  chan fetchedPart
}

type fetchedPart struct {
	text []byte
	err  error
}

// Read implements io.Reader.
func (t *objectText) Read(p []byte) (int, error) {
	for len(t.part) == 0 {
		if t.offset >= t.source.size {
			return 0, io.EOF
		}
		if t.ahead == nil {
			t.fetch()
		}
		next := <-t.ahead
		t.ahead = nil
		if next.err != nil {
			return 0, next.err
		}
		t.part = next.text
		t.offset += int64(len(next.text))
		if t.offset < t.source.size {
			t.fetch()
		}
	}
	n := copy(p, t.part)
	t.part = t.part[n:]
	return n, nil
}

// fetch begins to fetch the next part.
func (t *objectText) fetch() {
	ahead := make(chan fetchedPart, 1)
	t.ahead = ahead
	offset := t.offset
	go func() {
		text, err := t.source.part(t.ctx, offset, partBytes)
		ahead <- fetchedPart{text, err}
	}()
}

// part reads a part of an object, at least one byte.
func (s *source) part(ctx context.Context, offset int64, n int) ([]byte, error) {
	text, err := s.bucket.ReadRange(ctx, s.object, offset, n)
	if err == nil && len(text) == 0 {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, objectError{err}
	}
	return text, nil
}

// objectBlocks reads an object in any order. It keeps the blocks that were used last.
type objectBlocks struct {
	ctx    context.Context
	source *source
	blocks map[int64][]byte
	used   map[int64]int
	turn   int
}

// ReadAt implements io.ReaderAt.
func (b *objectBlocks) ReadAt(p []byte, offset int64) (n int, err error) {
	for n < len(p) {
		at := offset + int64(n)
		if at >= b.source.size {
			return n, io.EOF
		}
		block, err := b.block(at / blockBytes)
		if err != nil {
			return n, err
		}
		if inside := int(at % blockBytes); inside < len(block) {
			n += copy(p[n:], block[inside:])
			continue
		}
		return n, io.ErrUnexpectedEOF
	}
	return n, nil
}

func (b *objectBlocks) block(i int64) ([]byte, error) {
	b.turn++
	if text, found := b.blocks[i]; found {
		b.used[i] = b.turn
		return text, nil
	}
	text, err := b.source.part(b.ctx, i*blockBytes, blockBytes)
	if err != nil {
		return nil, err
	}
	for len(b.blocks) >= mostBlocks {
		oldest := i
		for k, turn := range b.used {
			if oldest == i || turn < b.used[oldest] {
				oldest = k
			}
		}
		delete(b.blocks, oldest)
		delete(b.used, oldest)
	}
	b.blocks[i], b.used[i] = text, b.turn
	return text, nil
}
