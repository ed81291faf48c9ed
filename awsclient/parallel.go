package awsclient

import (
	"context"
	"net/http"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// slots bound how many calls are under way at once. A call holds its place until its
// answer has been read to the end, and not while it waits to be made again.
type slots chan struct{}

// take waits for a place.
func (s slots) take(ctx context.Context) error {
	select {
	case s <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// bounded is a connection on which each call takes a place.
type bounded struct {
	next  aws.HTTPClient
	slots slots
}

// Do waits for a place and sends the request.
func (b bounded) Do(request *http.Request) (*http.Response, error) {
	if err := b.slots.take(request.Context()); err != nil {
		return nil, err
	}
	defer func() { <-b.slots }()
	return b.next.Do(request)
}

// line bounds the calls that the SDK has prepared and that wait for a place. A prepared
// call takes 50 kB, most of it the stack of its goroutine, and thousands would wait:
// the others are not begun yet. One account has a part of the line, so that others get
// on while its calls hang. The zero value has no bound.
type line struct{ run, account slots }

type inLine struct{}

// join waits until the call may be prepared. It leaves the line when it is sent, or
// when leave is called.
func (l line) join(ctx context.Context) (joined context.Context, leave func(), err error) {
	var joinedTo []slots
	leave = sync.OnceFunc(func() {
		for _, s := range joinedTo {
			<-s
		}
	})
	for _, s := range []slots{l.account, l.run} {
		if s == nil {
			continue
		}
		if err := s.take(ctx); err != nil {
			leave()
			return ctx, nil, err
		}
		joinedTo = append(joinedTo, s)
	}
	return context.WithValue(ctx, inLine{}, leave), leave, nil
}

// leavesLine is a connection on which a call that is sent leaves the line. One that is
// made again, or that renews credentials on the way, has left it or was never in it.
type leavesLine struct{ next aws.HTTPClient }

// Do sends the request.
func (l leavesLine) Do(request *http.Request) (*http.Response, error) {
	if leave, ok := request.Context().Value(inLine{}).(func()); ok {
		leave()
	}
	return l.next.Do(request)
}
