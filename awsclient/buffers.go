package awsclient

import (
	"errors"
	"io"
	"runtime"
	"sync"
	"time"
)

// buffers hold the answers that are being read or decoded. An answer is megabytes, and
// there are hundreds of them: each takes memory that one before it had.
var buffers bufferStore

const (
	smallest = 32 << 10 // bytes of the smallest buffers; others have four times those of the next smaller
	sizes    = 7        // the largest has 128 MiB, which holds mostAnswer

	// lentEach are the bytes of large answers under way at once, for each processor:
	// two pages. Where all regions answer in the same moment, their pages would take
	// 40 MB and more, while the processors decode one after the other: the rest stays
	// in the connection meanwhile.
	lentEach = 4 << 20
	// mostKept is the size of the largest buffers that are used again. Only hostile
	// answers are larger.
	mostKept = 8 << 20
	// large answers wait for room. All others together are not worth it.
	large = 256 << 10
	// longestWait is for room. Answers that trickle in hold theirs for as long as
	// their calls may take, and must not stop the rest.
	longestWait = 100 * time.Millisecond
)

// buffer is memory of one of the sizes.
type buffer struct {
	data []byte
	size int // index of its size
	lent int // bytes that are counted while it is lent
}

// bufferStore lends buffers. There are never more than were under way at once, which
// a sync.Pool, with a place for each processor, does not promise.
type bufferStore struct {
	mu   sync.Mutex
	free [sizes][]*buffer
	lent int           // bytes of large answers
	back chan struct{} // closed when some come back; nil where no answer waits for it
}

// sizeFor returns the index of the smallest size that holds so many bytes.
func sizeFor(n int) int {
	i := 0
	for most := smallest; most < n && i < sizes-1; most *= 4 {
		i++
	}
	return i
}

// take lends a buffer for so many bytes, and waits for room where they are many.
func (s *bufferStore) take(n int) *buffer {
	s.mu.Lock()
	defer s.mu.Unlock()
	counted := 0
	if n > large {
		counted = n
		s.waitFor(n)
	}
	s.lent += counted
	size := sizeFor(n)
	last := len(s.free[size]) - 1
	if last < 0 {
		return &buffer{data: make([]byte, 0, smallest<<(2*size)), size: size, lent: counted}
	}
	b := s.free[size][last]
	s.free[size] = s.free[size][:last]
	b.lent = counted
	return b
}

// waitFor waits, with the lock, until so many bytes have room, or longestWait.
func (s *bufferStore) waitFor(n int) {
	most := lentEach * runtime.GOMAXPROCS(0)
	var end <-chan time.Time
	for s.lent > 0 && s.lent+n > most {
		if s.back == nil {
			s.back = make(chan struct{})
		}
		back := s.back
		if end == nil {
			end = time.After(longestWait)
		}
		s.mu.Unlock()
		waited := false
		select {
		case <-back:
		case <-end:
			waited = true
		}
		s.mu.Lock()
		if waited {
			return
		}
	}
}

// put takes a buffer back. Nothing may refer to it. That of an answer which is
// larger than those of AWS is not kept.
func (s *bufferStore) put(b *buffer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lent -= b.lent
	if cap(b.data) <= mostKept {
		b.data, b.lent = b.data[:0], 0
		s.free[b.size] = append(s.free[b.size], b)
	}
	if s.back != nil {
		close(s.back)
		s.back = nil
	}
}

// read reads to the end, of a length that is known or -1. More bytes than most are
// errTooLong. After an error no buffer is left.
func (s *bufferStore) read(r io.Reader, length int64, most int) (*buffer, error) {
	b := s.take(int(max(0, min(length, int64(most)))) + 1) // the one more sees the end
	for {
		if len(b.data) == cap(b.data) {
			larger := s.take(4 * cap(b.data))
			larger.data = append(larger.data, b.data...)
			s.put(b)
			b = larger
		}
		n, err := r.Read(b.data[len(b.data):cap(b.data)])
		b.data = b.data[:len(b.data)+n]
		switch {
		case len(b.data) > most:
			s.put(b)
			return nil, errTooLong
		case errors.Is(err, io.EOF):
			return b, nil
		case err != nil:
			s.put(b)
			return nil, err
		}
	}
}
