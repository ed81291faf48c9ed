package awsclient

import (
	"context"
	"errors"

	"golang.org/x/time/rate"
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
		if err := limit.Wait(ctx); err != nil {
			if cause := context.Cause(ctx); cause != nil {
				return cause
			}
			return errDeadline // the wait would outlast the deadline
		}
		out, err := call(ctx, token, next)
		if err != nil {
			if cause := context.Cause(ctx); cause != nil {
				return cause
			}
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

func call(ctx context.Context, token *string, next func(context.Context, *string) (*string, error)) (*string, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return next(ctx, token)
}
