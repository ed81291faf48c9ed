package awsclient

import (
	"bytes"
	"net/http"

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
	var buffer bytes.Buffer
	if n := response.ContentLength; n > 0 && n < 64<<20 {
		buffer.Grow(int(n) + bytes.MinRead)
	}
	_, err = buffer.ReadFrom(response.Body)
	response.Body.Close()
	if err != nil {
		return nil, err
	}
	response.Body = &wholeBody{bytes.NewReader(buffer.Bytes()), buffer.Bytes()}
	return response, nil
}

// wholeBody is a body that has been read.
type wholeBody struct {
	*bytes.Reader
	data []byte
}

// Close does nothing: the connection is free already.
func (*wholeBody) Close() error { return nil }
