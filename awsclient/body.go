package awsclient

import (
	"bytes"
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
	buffer, _ := buffers.Get().(*bytes.Buffer)
	if buffer == nil {
		buffer = &bytes.Buffer{}
	}
	buffer.Reset()
	if n := response.ContentLength; n > 0 && n < 64<<20 {
		buffer.Grow(int(n) + bytes.MinRead)
	}
	_, err = buffer.ReadFrom(response.Body)
	response.Body.Close()
	if err != nil {
		return nil, err
	}
	response.Body = &wholeBody{bytes.NewReader(buffer.Bytes()), buffer.Bytes(), buffer}
	return response, nil
}

// wholeBody is a body that has been read.
type wholeBody struct {
	*bytes.Reader
	data   []byte
	buffer *bytes.Buffer
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
