package awsclient

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// wholeBodies reads each response to its end before it is decoded: the SDK's
// decoder asks for a few bytes at a time, and thousands of tiny reads from a
// connection cost more than the decoding itself.
type wholeBodies struct{ next aws.HTTPClient }

// Do sends the request. An answer that breaks off is an error of the sending,
// which the SDK tries again.
func (w wholeBodies) Do(request *http.Request) (*http.Response, error) {
	response, err := w.next.Do(request)
	if err != nil {
		return nil, err
	}
	buffer, _ := buffers.Get().(*[]byte)
	if buffer == nil {
		buffer = new([]byte)
	}
	if n := int(min(response.ContentLength, mostExpected)) + bytes.MinRead; n > cap(*buffer) {
		*buffer = make([]byte, 0, n)
	}
	*buffer, err = readAll(response.Body, (*buffer)[:0])
	response.Body.Close()
	if err != nil {
		return nil, err
	}
	response.Body = &wholeBody{bytes.NewReader(*buffer), *buffer, buffer}
	return response, nil
}

// mostExpected is the length in bytes from which on memory is not taken
// before the bytes are there.
const mostExpected = 64 << 20

// readAll is io.ReadAll into memory that is there already.
func readAll(r io.Reader, data []byte) ([]byte, error) {
	for {
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
		n, err := r.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
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

// buffers hold bodies that were decoded: pages are megabytes, and there are
// many of them.
var buffers sync.Pool

// release gives the body's memory to the next one. Nothing may refer to it.
func (b *wholeBody) release() {
	if b.buffer != nil {
		b.Reset(nil) // whoever closes the body drains it first
		buffers.Put(b.buffer)
		b.buffer, b.data = nil, nil
	}
}

// Close does nothing: the connection is free already.
func (*wholeBody) Close() error { return nil }
