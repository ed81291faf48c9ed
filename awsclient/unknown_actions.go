package awsclient

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// AWS says with a code what went wrong on its side. A status 500 without one is
// what emulators answer to actions that they do not have, and their copies of
// EC2 lack many. One call is tried triesWithoutCode times to distinguish that from a
// failure that passes; from then on no call waits for that action of that
// endpoint any more, in whatever region.
const (
	triesWithoutCode = 3
	delayWithoutCode = 200 * time.Millisecond // before the second try, and twice that before the third
	longestTries     = 3 * time.Second        // of the one call that is waited for
)

// withoutCode reports whether an error is a bare status 500.
func withoutCode(err error) bool {
	return statusOf(err) == http.StatusInternalServerError && codeOf(err) == ""
}

// unknownCalls are the calls that an endpoint does not know. Real regions have
// an endpoint each; an emulator is one for all of them, and the regions begin at
// once: one of them tries a call again, and the others wait for what it finds.
type unknownCalls struct {
	mu    sync.Mutex
	calls map[string]*askedCall // by endpoint, service and operation
}

type askedCall struct {
	answered bool          // some region got an answer: a failure passes
	unknown  bool          // tried as often as needed
	tries    string        // the invocation that tries it again, empty where none does
	known    chan struct{} // closed when that one knows
}

// watch is an option of every client of a run.
func (u *unknownCalls) watch(stack *middleware.Stack) error {
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("UnknownCalls", func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleDeserialize(ctx, in)
		if request, ok := in.Request.(*smithyhttp.Request); ok {
			call := request.URL.Host + " " + middleware.GetServiceID(ctx) + " " + middleware.GetOperationName(ctx)
			err = u.result(ctx, call, request.Header.Get("Amz-Sdk-Invocation-Id"), err)
		}
		return out, metadata, err
	}), middleware.Before)
}

// result takes the outcome of one try of an invocation. It returns an error
// that is not tried again where the endpoint does not know the call.
func (u *unknownCalls) result(ctx context.Context, call, invocation string, err error) error {
	u.mu.Lock()
	if u.calls == nil {
		u.calls = map[string]*askedCall{}
	}
	c := u.calls[call]
	if c == nil {
		c = &askedCall{}
		u.calls[call] = c
	}
	bare := withoutCode(err)
	last := bare && triesOf(err) >= triesWithoutCode
	c.answered = c.answered || err == nil
	if last && !c.answered {
		c.unknown = true
	}
	mine := c.tries != "" && c.tries == invocation
	if mine && (last || !bare) {
		c.tries = ""
		close(c.known)
	}
	if !bare || c.answered || c.unknown || mine || invocation == "" {
		defer u.mu.Unlock()
		if last || bare && c.unknown {
			return final{err}
		}
		return err
	}
	if c.tries == "" {
		c.tries, c.known = invocation, make(chan struct{})
		u.mu.Unlock()
		return err
	}
	known := c.known
	u.mu.Unlock()
	select {
	case <-known:
	case <-ctx.Done():
	case <-time.After(longestTries): // it was interrupted
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if c.unknown {
		return final{err}
	}
	return err
}

// final is an error that another try would bring again.
type final struct{ error }

func (f final) Unwrap() error { return f.error }

// RetryableError keeps the SDK from sending the request again.
func (final) RetryableError() bool { return false }
