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

// pager makes the calls of one list, side by side where a list wants it.
type pager struct {
	limit     *rate.Limiter // of the API: each call takes a token
	firstPage bool          // every list ends after its first page
}

// another returns a pager for another API of the same allowance: the rate of calls
// counts for each API.
func (p *pager) another() *pager {
	return &pager{rate.NewLimiter(p.limit.Limit(), p.limit.Burst()), p.firstPage}
}

// list reads a list from its first page to its last and gives every item to add, in
// the order of the answers. The operation of the SDK gets a request for each page
// token, nil at first; items takes an answer apart into its items and the token of
// the next page.
func list[In, Out, Item, Options any](
	ctx context.Context, p *pager,
	operation func(context.Context, *In, ...func(*Options)) (*Out, error),
	request func(token *string) *In,
	items func(*Out) ([]Item, *string),
	add func(*Item),
) error {
	return p.everyPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := operation(ctx, request(token))
		if err != nil {
			return nil, err
		}
		all, next := items(out)
		for i := range all {
			add(&all[i])
		}
		return next, nil
	})
}

// everyPage calls next with an empty token and then with each token that
// comes back, until there is none. An empty page with a token goes on; a
// token that was seen before ends it with errRepeatedToken. Each call waits
// for the limiter and has a deadline of its own.
func (p *pager) everyPage(ctx context.Context, next func(ctx context.Context, token *string) (*string, error)) error {
	seen := map[string]bool{}
	var token *string
	for {
		var following *string
		err := p.once(ctx, func(ctx context.Context) (err error) {
			following, err = next(ctx, token)
			return err
		})
		if err != nil {
			return err
		}
		if following == nil || *following == "" || p.firstPage {
			return nil
		}
		if seen[*following] {
			return errRepeatedToken
		}
		seen[*following] = true
		token = following
	}
}

// once waits for the limiter and makes one call.
func (p *pager) once(ctx context.Context, call func(context.Context) error) error {
	if err := p.limit.Wait(ctx); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return errDeadline // the wait would outlast the deadline
	}
	bounded, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	err := call(bounded)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	return err
}

// chain is everyPage for the long lists: each page is given to take. After most
// of them, where that is not 0, it ends and returns the token of the next, nil
// where there is none.
func chain[T any](ctx context.Context, p *pager, most int, get func(ctx context.Context, token *string) (ec2xml.Page[T], error), take func(ec2xml.Page[T])) (rest *string, err error) {
	pages := 0
	err = p.everyPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		page, err := get(ctx, token)
		if err != nil {
			return nil, err
		}
		take(page)
		pages++
		if last := pages == most && !p.firstPage; last && page.Next != nil && *page.Next != "" {
			rest = page.Next
			return nil, nil
		}
		return page.Next, nil
	})
	return rest, err
}
