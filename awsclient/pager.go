package awsclient

import (
	"context"
	"errors"

	"golang.org/x/time/rate"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
)

var (
	errRepeatedToken = errors.New("repeated page token")
	errDeadline      = errors.New("the region's deadline has passed")
)

// firstPages marks a context in which lists end after their first page.
type firstPages struct{}

// everyPage calls next with an empty token and then with each token that
// comes back, until there is none. An empty page with a token goes on; a
// token that was seen before ends it with errRepeatedToken. Each call waits
// for the limiter and has a deadline of its own.
func everyPage(ctx context.Context, limit *rate.Limiter, next func(ctx context.Context, token *string) (*string, error)) error {
	seen := map[string]bool{}
	var token *string
	for {
		out, err := call(ctx, limit, func(ctx context.Context) (*string, error) { return next(ctx, token) })
		if err != nil {
			return err
		}
		if out == nil || *out == "" || ctx.Value(firstPages{}) != nil {
			return nil
		}
		if seen[*out] {
			return errRepeatedToken
		}
		seen[*out] = true
		token = out
	}
}

// call waits for the limiter and makes one call.
func call[T any](ctx context.Context, limit *rate.Limiter, make func(context.Context) (T, error)) (T, error) {
	var none T
	if err := limit.Wait(ctx); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return none, cause
		}
		return none, errDeadline // the wait would outlast the deadline
	}
	bounded, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	out, err := make(bounded)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return none, cause
	}
	return out, err
}

// chain is everyPage for the long lists: each page is given to take. After most
// of them, where that is not 0, it ends and returns the token of the next, nil
// where there is none.
func chain[T any](ctx context.Context, limit *rate.Limiter, most int, get func(ctx context.Context, token *string) (ec2xml.Page[T], error), take func(ec2xml.Page[T])) (rest *string, err error) {
	pages := 0
	err = everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		p, err := get(ctx, token)
		if err != nil {
			return nil, err
		}
		take(p)
		pages++
		if last := pages == most && ctx.Value(firstPages{}) == nil; last && p.Next != nil && *p.Next != "" {
			rest = p.Next
			return nil, nil
		}
		return p.Next, nil
	})
	return rest, err
}
