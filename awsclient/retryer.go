package awsclient

import (
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// retryer waits between tries without a quota that a throttled region could
// use up for the others; how often a call is made is limited elsewhere.
func (c *Client) retryer(attempts int) aws.Retryer {
	return &retryer{retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = attempts
		o.MaxBackoff = c.opts.RetryDelay
		o.RateLimiter = ratelimit.None
	}), c.opts.RetryDelay}
}

// retryer gives up sooner where more tries would bring the same.
type retryer struct {
	*retry.Standard
	longest time.Duration // between two tries
}

// RetryDelay returns how long to wait after a try, or the error where no other
// try follows: a response that does not answer the call is asked for as
// often as a bare status 500. (The SDK counts the attempt from 1 or from 0, by
// AWS_NEW_RETRIES_2026: what it sent to the endpoint is certain.)
func (r *retryer) RetryDelay(attempt int, err error) (time.Duration, error) {
	var not *notAnAnswer
	tries := triesOf(err)
	switch {
	case errors.As(err, &not) && tries >= triesWithoutCode:
		return 0, err
	case withoutCode(err):
		return min(delayWithoutCode*time.Duration(max(1, tries)), r.longest), nil
	}
	return r.Standard.RetryDelay(attempt, err)
}
