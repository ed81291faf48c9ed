package awsclient

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

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
	buffer, err := buffers.read(response.Body, response.ContentLength, w.most)
	response.Body.Close()
	if err != nil {
		return nil, err
	}
	response.Body = &wholeBody{bytes.NewReader(buffer.data), buffer.data, buffer}
	return response, nil
}

const (
	// mostAnswer is the size in bytes of the largest answer that is read, after
	// its decompression. EC2's pages of 1,000 network interfaces have about 1.6
	// MB; those with fifty tags and fifty addresses on each have some 50 MB.
	mostAnswer = 64 << 20
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
			data = slices.Grow(data, max(smallest, len(data)))
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
	buffer *buffer // nil: data is not of the store
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
