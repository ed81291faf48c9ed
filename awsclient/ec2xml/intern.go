package ec2xml

import (
	"reflect"
	"strings"
)

// texts keeps what is left of an answer once its bytes are gone. Texts that
// repeat (ids of groups and subnets, words, zones) are kept once; all lie one
// behind the other in large pieces, as a string of its own for each would cost
// more than the reading. (unique.Make of the standard library allocates a text to
// look it up: with it a page of groups took 1.7 times as long.)
type texts struct {
	known map[string]string
	piece strings.Builder
}

const (
	textPiece = 16 << 10 // bytes of one piece
	mostKnown = 4096     // texts; where there are more, they begin anew
)

// intern returns a text that may come again.
func (t *texts) intern(raw []byte) string {
	if len(raw) == 0 {
		return ""
	}
	if text, found := t.known[string(raw)]; found {
		return text
	}
	switch {
	case t.known == nil:
		t.known = map[string]string{}
	case len(t.known) == mostKnown:
		clear(t.known)
	}
	text := t.copy(raw)
	t.known[text] = text
	return text
}

// copy returns a text that comes once.
func (t *texts) copy(raw []byte) string {
	if len(raw) == 0 {
		return ""
	}
	if t.piece.Cap()-t.piece.Len() < len(raw) {
		t.piece = strings.Builder{}
		t.piece.Grow(max(textPiece, len(raw)))
	}
	begin := t.piece.Len()
	t.piece.Write(raw)
	return t.piece.String()[begin:]
}

// slab hands out lists that are kept, cut from large ones.
type slab[T any] struct{ free []T }

// slabBytes is the size of the large ones, and one that the allocator has: what
// it rounds up would be lost.
const slabBytes = 16 << 10

func (s *slab[T]) room(n int) {
	if n > len(s.free) {
		s.free = make([]T, max(n, slabBytes/int(reflect.TypeFor[T]().Size())))
	}
}

// one returns a copy of x that is kept.
func (s *slab[T]) one(x T) *T {
	s.room(1)
	kept := &s.free[0]
	*kept, s.free = x, s.free[1:]
	return kept
}

// keep returns a copy of a list, nil of an empty one. To append to it copies
// it again, so that what was handed out stays apart.
func (s *slab[T]) keep(list []T) []T {
	n := len(list)
	if n == 0 {
		return nil
	}
	s.room(n)
	kept := s.free[:n:n]
	s.free = s.free[n:]
	copy(kept, list)
	return kept
}
