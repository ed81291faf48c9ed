package awsclient

import (
	"bytes"
	"io"
	"net/http"
)

// wholeBodies reads each response to its end before it is decoded: the SDK's
// decoder asks for a few bytes at a time, and thousands of tiny reads from a
// connection cost more than the decoding itself.
type wholeBodies struct{ next http.RoundTripper }

func (w wholeBodies) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := w.next.RoundTrip(request)
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
	response.Body = io.NopCloser(&buffer)
	return response, nil
}
