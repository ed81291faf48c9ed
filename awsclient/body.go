package awsclient

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"net/http"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// wholeBodies reads each response to its end before it is decoded: the SDK's
// decoder asks for a few bytes at a time, and thousands of tiny reads from a
// connection cost more than the decoding itself.
type wholeBodies struct {
	next aws.HTTPClient
	most int // bytes of an answer
}

// Do sends the request. An answer that breaks off is an error of the sending,
// which the SDK tries again; one that is too long is an error too.
func (w wholeBodies) Do(request *http.Request) (*http.Response, error) {
	response, err := w.next.Do(request)
	if err != nil {
		return nil, err
	}
	if response.ContentLength > int64(w.most) {
		response.Body.Close()
		return nil, errTooLong
	}
	buffer := buffers.take()
	if n := uint(max(0, min(response.ContentLength, int64(w.most)))); n >= uint(cap(*buffer)) {
		*buffer = make([]byte, 0, 1<<bits.Len(n)) // with room for a page that is somewhat longer
	}
	*buffer, err = readAll(response.Body, (*buffer)[:0], w.most)
	response.Body.Close()
	if errors.Is(err, errTooLong) {
		return nil, err // nor is its memory kept
	}
	if err != nil {
		buffers.put(buffer)
		return nil, err
	}
	response.Body = &wholeBody{bytes.NewReader(*buffer), *buffer, buffer}
	return response, nil
}

const (
	// mostAnswer is the size in bytes of the largest answer that is read, after
	// its decompression. EC2's pages of 1,000 network interfaces have about 1.6
	// MB; those with fifty tags and fifty addresses on each have some 50 MB.
	mostAnswer = 64 << 20
	// leastBuffer is where the memory of an answer of unknown length begins,
	// which compressed ones are.
	leastBuffer = 32 << 10
)

// tooLong is the error for an answer that is not read because of its size.
type tooLong string

var (
	errTooLong error = tooLong(fmt.Sprintf("the answer is larger than %d MiB, which no page of AWS is", mostAnswer>>20))
	errTooMany error = tooLong("the answer has more items than any page of AWS")
)

func (t tooLong) Error() string { return string(t) }

// RetryableError keeps the SDK from asking for it again.
func (tooLong) RetryableError() bool { return false }

const (
	// An answer of fewer bytes cannot hold so many items that their memory
	// matters. In the SDK's types an item takes some hundred bytes, in an
	// answer "<item/>" or "{}" would do.
	fewInXML, fewInJSON = 4 << 20, 1 << 20

	// mostItems are at all levels of one answer. The most that EC2 gives is a
	// hundred route tables of a thousand routes.
	mostItems = 500_000
)

// crowded reports whether an answer has more items than mostItems.
func crowded(data []byte) bool {
	if len(data) > 0 && data[0] != '<' {
		return len(data) > fewInJSON && bytes.Count(data, []byte("{")) > mostItems
	}
	return len(data) > fewInXML && bytes.Count(data, []byte("<item"))+bytes.Count(data, []byte("<member")) > mostItems
}

// readAll is io.ReadAll into memory that is there already, for so many bytes at
// the most.
func readAll(r io.Reader, data []byte, most int) ([]byte, error) {
	for {
		if len(data) == cap(data) {
			data = slices.Grow(data, max(leastBuffer, len(data)))
		}
		n, err := r.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case len(data) > most:
			return data, errTooLong
		case errors.Is(err, io.EOF):
			return data, nil
		case err != nil:
			return data, err
		}
	}
}

// wholeBody is a body that has been read.
type wholeBody struct {
	*bytes.Reader
	data   []byte
	buffer *[]byte
}

// buffers hold the memory of bodies that were decoded: pages are megabytes, and
// there are many of them. There are never more than were under way at once,
// which a sync.Pool, with a place for each processor, does not promise.
var buffers bufferStore

type bufferStore struct {
	mu   sync.Mutex
	free []*[]byte
}

func (s *bufferStore) take() *[]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := len(s.free) - 1
	if last < 0 {
		return new([]byte)
	}
	buffer := s.free[last]
	s.free = s.free[:last]
	return buffer
}

func (s *bufferStore) put(buffer *[]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, buffer)
}

// release gives the body's memory to the next one. Nothing may refer to it.
func (b *wholeBody) release() {
	if b.buffer != nil {
		b.Reset(nil) // the code that closes the body drains it first
		buffers.put(b.buffer)
		b.buffer, b.data = nil, nil
	}
}

// Close releases the memory: the SDK closes what it has decoded, and its texts
// are copies. The connection is free already.
func (b *wholeBody) Close() error {
	b.release()
	return nil
}
