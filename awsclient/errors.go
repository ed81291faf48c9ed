package awsclient

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/sgaudit/sgaudit/words"
)

func isConnection(err error) bool {
	var send *smithyhttp.RequestSendError
	return errors.As(err, &send)
}

// rootCause returns the innermost error's text: the SDK wraps what happened
// in a chain of its own that does not help.
func rootCause(err error) string {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return firstLine(err.Error())
		}
		err = next
	}
}

const (
	mostText = 200 // bytes of a text of the outside that a message repeats
	mostCode = 70  // bytes of an error code; the longest of AWS have some 60
)

func firstLine(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	return words.Cut(text, mostText)
}

// statusOf returns the HTTP status of the answer, 0 where none came.
func statusOf(err error) int {
	if response := (*smithyhttp.ResponseError)(nil); errors.As(err, &response) {
		return response.HTTPStatusCode()
	}
	return 0
}

// triesOf returns the number of the try that the answer is for, as the SDK says
// in the request's header, 0 where no answer came.
func triesOf(err error) (n int) {
	response := (*smithyhttp.ResponseError)(nil)
	if errors.As(err, &response) && response.Response != nil && response.Response.Request != nil {
		_, _ = fmt.Sscanf(response.Response.Request.Header.Get("Amz-Sdk-Request"), "attempt=%d", &n)
	}
	return n
}

// codeOf returns the code with which AWS says what is wrong, empty where it
// says nothing. The SDK makes UnknownError of an answer that it cannot read.
func codeOf(err error) string {
	if api := smithy.APIError(nil); errors.As(err, &api) && api.ErrorCode() != "UnknownError" {
		return words.Cut(api.ErrorCode(), mostCode)
	}
	return ""
}
