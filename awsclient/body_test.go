package awsclient

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/iotest"
)

// sends is an HTTP client that answers with a body, and with the length that
// it claims.
type sends struct {
	body   io.Reader
	length int64
}

func (s sends) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(s.body), ContentLength: s.length}, nil
}

// TestWholeBodies reads bodies of every length, known before or not (compressed
// ones are not), each into the memory of the one before.
func TestWholeBodies(t *testing.T) {
	for _, size := range []int{0, 1, 100, leastBuffer - 1, leastBuffer, leastBuffer + 1, 3 << 20, 5} {
		want := bytes.Repeat([]byte{byte(size), 1, 2}, size/3+1)[:size]
		for _, length := range []int64{int64(size), -1} {
			response, err := wholeBodies{sends{iotest.OneByteReader(bytes.NewReader(want)), length}}.Do(nil)
			if err != nil {
				t.Fatal(err)
			}
			body, ok := response.Body.(*wholeBody)
			if !ok || !bytes.Equal(body.data, want) {
				t.Errorf("%d bytes, told as %d: read %d", size, length, len(body.data))
			}
			if got, err := io.ReadAll(body); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes, told as %d: gave %d, %v", size, length, len(got), err)
			}
			if _, err := body.Seek(0, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			body.Close()
			if got, err := io.ReadAll(body); err != nil || len(got) > 0 {
				t.Errorf("%d bytes after the close, %v", len(got), err)
			}
		}
	}
	broken := errors.New("the connection broke")
	if _, err := (wholeBodies{sends{io.MultiReader(bytes.NewReader([]byte("<a>")), iotest.ErrReader(broken)), 100}}).Do(nil); !errors.Is(err, broken) {
		t.Errorf("a body that breaks off: %v", err)
	}
}
